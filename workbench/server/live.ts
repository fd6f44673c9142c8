import type { SegmentEvent } from '@segment/actions-core'
import { HTTPException } from 'hono/http-exception'
import { errorMessage } from '../../common/error-message'
import { truncate } from '../../common/truncate'
import { isEvent } from '../../delivery'
import type { Problem, ReadItem } from '../../delivery'
import { TooLargeError } from '../../stream/errors'
import { SeenIds } from './seen-ids'
import type { Trace, TracedItem } from './trace'
import type { Traces } from './traces'

/** Publishes events, such as a publisher of the stream module. A published event is stored. */
export interface EventStream {
  publish: (event: SegmentEvent, read: { raw: string }) => Promise<unknown>
  /** Why events cannot be published at the moment */
  readonly waitReason?: string
}

/** An event of a call, as Segment would deliver it. */
export interface ReceivedEvent {
  event: object
  /** Its members that Segment adds, such as `receivedAt` */
  added: readonly string[]
  /** Why Segment drops it */
  problem?: Problem
}

/** Rejected calls to the tracking API. Their events are not among the live events. */
export interface RejectedCalls {
  count: number
  /** Events that were dropped, because an event with their message ID was received before */
  duplicates: number
  last?: { time: string; path: string; reason: string }
}

interface LiveOptions {
  traces: Traces
  /** Sends events through the mappings. */
  run: (items: readonly TracedItem[]) => Promise<Trace[]>
  /** Where the events are also published */
  stream?: EventStream
  now: () => number
}

/** Limits of the waiting events: their number, and their characters. Calls above a limit are rejected. */
const MAX_WAITING = 20_000
const MAX_CHARACTERS = 64 * 1024 * 1024
/** Events that are sent at once */
const MAX_AT_ONCE = 2000

/** The queue of events from the tracking API. They are sent through the mappings. */
export class Live {
  readonly rejected: RejectedCalls = { count: 0, duplicates: 0 }
  private readonly seen = new SeenIds()
  private waiting: TracedItem[] = []
  private characters = 0
  private isSending = false

  constructor(private readonly options: LiveOptions) {}

  /**
   * Queues events, as Segment passes them to destinations. With a stream, it resolves when they are published. Events
   * that could not be published are not queued. Events whose message ID was seen are dropped.
   * @throws HTTPException 429 or 503 when the call can be retried, 413 when an event or the call is too large
   */
  async accept(events: readonly ReceivedEvent[]): Promise<void> {
    const { stream } = this.options
    const items = this.withoutDuplicates(events).map(toItem)
    const characters = countCharacters(items)
    if (items.length > MAX_WAITING || characters > MAX_CHARACTERS) {
      throw new HTTPException(413, { message: 'There are too many events in one call. Send fewer events per call.' })
    }
    if (this.waiting.length + items.length > MAX_WAITING || this.characters + characters > MAX_CHARACTERS) {
      throw new HTTPException(429, { message: 'Too many events are waiting. Retry in a second.' })
    }
    if (stream?.waitReason !== undefined) {
      throw new HTTPException(503, { message: `Retry in a second: ${stream.waitReason}` })
    }
    const failures = stream ? await publishAll(items, stream) : new Map<ReadItem, unknown>()
    const accepted = items.filter((item) => !failures.has(item))
    // A library sends the others again.
    accepted.forEach(({ event }) => event && this.seen.add(event))
    this.waiting = [...this.waiting, ...accepted]
    this.characters += countCharacters(accepted)
    void this.sendAll()
    if (failures.size > 0) {
      throw toException(items, failures)
    }
  }

  /** Clears the list, and forgets the message IDs, so that an event can be sent again. */
  clear(): void {
    this.options.traces.clear()
    this.seen.clear()
    this.rejected.duplicates = 0
  }

  private withoutDuplicates(events: readonly ReceivedEvent[]): ReceivedEvent[] {
    const inCall = new SeenIds()
    return events.filter(({ event }) => {
      const isDuplicate = this.seen.has(event) || inCall.has(event)
      inCall.add(event)
      this.rejected.duplicates += isDuplicate ? 1 : 0
      return !isDuplicate
    })
  }

  /** Records a rejected call. */
  recordRejectedCall(path: string, reason: string): void {
    this.rejected.count += 1
    this.rejected.last = { time: new Date(this.options.now()).toISOString(), path: truncate(path, 100), reason }
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

function toItem({ event, added, problem }: ReceivedEvent): TracedItem {
  const raw = JSON.stringify(event)
  const rest = { source: { kind: 'file' as const, file: 'live', line: 0, place: 0 }, size: raw.length, raw, added }
  const message = 'This message has no "type", such as "track", so it is not an event.'
  if (!isEvent(event)) {
    return { ...rest, problem: { code: 'not_an_event', message } }
  }
  return problem ? { ...rest, event, problem } : { ...rest, event }
}

function countCharacters(items: readonly ReadItem[]): number {
  return items.reduce((sum, { size }) => sum + size, 0)
}

/** Publishes each event to a stream. Returns the errors of the events that could not be published. */
async function publishAll(items: readonly ReadItem[], stream: EventStream): Promise<Map<ReadItem, unknown>> {
  const failures = new Map<ReadItem, unknown>()
  const publish = async (item: ReadItem) => {
    if (!('problem' in item)) {
      await stream.publish(item.event, item).catch((error: unknown) => failures.set(item, error))
    }
  }
  await Promise.all(items.map(publish))
  return failures
}

/** Libraries drop a call after 413, and retry it otherwise. The stream deduplicates the events that it has already. */
function toException(items: readonly ReadItem[], failures: ReadonlyMap<ReadItem, unknown>): HTTPException {
  const [[item, error]] = failures
  const message = `${failures.size} of ${items.length} events could not be published to the stream.`
  const reason = errorMessage(error)
  const isPermanent = [...failures.values()].every((failure) => failure instanceof TooLargeError)
  return new HTTPException(isPermanent ? 413 : 503, {
    message: `${message} Event ${items.indexOf(item) + 1}: ${reason}`
  })
}
