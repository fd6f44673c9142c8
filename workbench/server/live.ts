import type { SegmentEvent } from '@segment/actions-core'
import { HTTPException } from 'hono/http-exception'
import { errorMessage } from '../../common/error-message'
import { truncate } from '../../common/truncate'
import { isEvent } from '../../delivery'
import type { ReadItem } from '../../delivery'
import { TooLargeError } from '../../stream'
import type { Trace } from './trace'
import type { Traces } from './traces'

/** Takes events, each for good once it is published. A publisher of the stream room is one. */
export interface EventStream {
  publish: (event: SegmentEvent, read: { raw: string }) => Promise<unknown>
  /** Why it takes nothing at the moment */
  readonly waitsFor?: string
}

/** Calls to the tracking API that were refused, so that none of their events is among the live ones. */
export interface RefusedCalls {
  count: number
  last?: { time: string; path: string; reason: string }
}

interface LiveOptions {
  traces: Traces
  /** Sends events through the mappings. */
  run: (items: readonly ReadItem[]) => Promise<Trace[]>
  /** Where the events go besides */
  stream?: EventStream
  now: () => number
}

/** Events, and characters of them, that wait to be sent. More are refused until there is room. */
const MAX_WAITING = 20_000
const MAX_CHARACTERS = 64 * 1024 * 1024
/** Events that are sent in one go */
const MAX_AT_ONCE = 2000

/** What comes in at the tracking API, on its way through the mappings. */
export class Live {
  readonly refused: RefusedCalls = { count: 0 }
  private waiting: ReadItem[] = []
  private characters = 0
  private isSending = false

  constructor(private readonly options: LiveOptions) {}

  /**
   * Takes events in, as Segment hands them to destinations. With a stream it resolves when that has them.
   * What that does not take is not among the live ones.
   * @throws HTTPException 429 or 503 when there is no room now, 413 when they or one of them are too large for ever
   */
  async accept(events: readonly object[]): Promise<void> {
    const { stream } = this.options
    const items = events.map(toItem)
    const characters = countCharacters(items)
    if (items.length > MAX_WAITING || characters > MAX_CHARACTERS) {
      throw new HTTPException(413, { message: 'These are too many events for one call; send them in parts' })
    }
    if (this.waiting.length + items.length > MAX_WAITING || this.characters + characters > MAX_CHARACTERS) {
      throw new HTTPException(429, { message: 'Too many events wait; send them again in a second' })
    }
    if (stream?.waitsFor !== undefined) {
      throw new HTTPException(503, { message: `Send them again in a second: ${stream.waitsFor}` })
    }
    const refusals = stream ? await publishAll(items, stream) : new Map<ReadItem, unknown>()
    const accepted = items.filter((item) => !refusals.has(item))
    this.waiting = [...this.waiting, ...accepted]
    this.characters += countCharacters(accepted)
    void this.sendAll()
    if (refusals.size > 0) {
      throw toException(items, refusals)
    }
  }

  /** Remembers a call that was refused. */
  refuse(path: string, reason: string): void {
    this.refused.count += 1
    this.refused.last = { time: new Date(this.options.now()).toISOString(), path: truncate(path, 100), reason }
  }

  private async sendAll(): Promise<void> {
    if (this.isSending) {
      return
    }
    this.isSending = true
    while (this.waiting.length > 0) {
      const items = this.waiting.splice(0, MAX_AT_ONCE)
      this.options.traces.add(await this.options.run(items))
      items.forEach(({ size }) => (this.characters -= size))
    }
    this.isSending = false
  }
}

function toItem(event: object): ReadItem {
  const raw = JSON.stringify(event)
  const rest = { source: { kind: 'file' as const, file: 'live', line: 0 }, size: raw.length, raw }
  const message = 'This message has no "type", such as "track", so it is not an event.'
  return isEvent(event) ? { ...rest, event } : { ...rest, problem: { code: 'not_an_event', message } }
}

function countCharacters(items: readonly ReadItem[]): number {
  return items.reduce((sum, { size }) => sum + size, 0)
}

/** Publishes events to a stream, each by itself. Returns the errors of those that it did not accept. */
async function publishAll(items: readonly ReadItem[], stream: EventStream): Promise<Map<ReadItem, unknown>> {
  const refusals = new Map<ReadItem, unknown>()
  const publish = async (item: ReadItem) => {
    if ('event' in item) {
      await stream.publish(item.event, item).catch((error: unknown) => refusals.set(item, error))
    }
  }
  await Promise.all(items.map(publish))
  return refusals
}

/** Libraries drop a call that is answered 413, and send others again: then the stream knows those that it has. */
function toException(items: readonly ReadItem[], refusals: ReadonlyMap<ReadItem, unknown>): HTTPException {
  const [[item, error]] = refusals
  const message = `${refusals.size} of ${items.length} events are not in the stream, the others are.`
  const reason = errorMessage(error)
  const isForEver = [...refusals.values()].every((one) => one instanceof TooLargeError)
  return new HTTPException(isForEver ? 413 : 503, {
    message: `${message} Number ${items.indexOf(item) + 1}: ${reason}`
  })
}
