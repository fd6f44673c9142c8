import type { SegmentEvent } from '@segment/actions-core'
import { HTTPException } from 'hono/http-exception'
import { errorMessage } from '../../common/error-message'
import { truncate } from '../../common/truncate'
import { isEvent } from '../../delivery'
import type { Line } from '../../delivery'
import { TooLargeError } from '../../stream'
import type { Trace } from './trace'
import type { Traces } from './traces'

/** Takes events, each for good once it is published. A publisher of the stream room is one. */
export interface EventStream {
  publish: (event: SegmentEvent, line: { text: string }) => Promise<unknown>
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
  run: (lines: readonly Line[]) => Promise<Trace[]>
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
  private waiting: Line[] = []
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
    const lines = events.map(lineOf)
    const characters = charactersOf(lines)
    if (lines.length > MAX_WAITING || characters > MAX_CHARACTERS) {
      throw new HTTPException(413, { message: 'These are too many events for one call; send them in parts' })
    }
    if (this.waiting.length + lines.length > MAX_WAITING || this.characters + characters > MAX_CHARACTERS) {
      throw new HTTPException(429, { message: 'Too many events wait; send them again in a second' })
    }
    if (stream?.waitsFor !== undefined) {
      throw new HTTPException(503, { message: `Send them again in a second: ${stream.waitsFor}` })
    }
    const refusals = stream ? await publishAll(lines, stream) : new Map<Line, unknown>()
    const taken = lines.filter((line) => !refusals.has(line))
    this.waiting = [...this.waiting, ...taken]
    this.characters += charactersOf(taken)
    void this.sendAll()
    if (refusals.size > 0) {
      throw refusalOf(lines, refusals)
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
      const lines = this.waiting.splice(0, MAX_AT_ONCE)
      this.options.traces.add(await this.options.run(lines))
      lines.forEach(({ size }) => (this.characters -= size))
    }
    this.isSending = false
  }
}

function lineOf(event: object): Line {
  const text = JSON.stringify(event)
  const place = { file: 'live', line: 0, size: text.length, text }
  return isEvent(event)
    ? { ...place, event }
    : { ...place, problem: 'This message has no "type", such as "track", so it is no event.' }
}

function charactersOf(lines: readonly Line[]): number {
  return lines.reduce((sum, { size }) => sum + size, 0)
}

/** Puts events into a stream, each by itself. Gives why it did not take some. */
async function publishAll(lines: readonly Line[], stream: EventStream): Promise<Map<Line, unknown>> {
  const refusals = new Map<Line, unknown>()
  const publish = async (line: Line) => {
    if ('event' in line) {
      await stream.publish(line.event, line).catch((error: unknown) => refusals.set(line, error))
    }
  }
  await Promise.all(lines.map(publish))
  return refusals
}

/** Libraries drop a call that is answered 413, and send others again: then the stream knows those that it has. */
function refusalOf(lines: readonly Line[], refusals: ReadonlyMap<Line, unknown>): HTTPException {
  const [[line, error]] = refusals
  const message = `${refusals.size} of ${lines.length} events are not in the stream, the others are.`
  const reason = errorMessage(error)
  const isForEver = [...refusals.values()].every((one) => one instanceof TooLargeError)
  return new HTTPException(isForEver ? 413 : 503, {
    message: `${message} Number ${lines.indexOf(line) + 1}: ${reason}`
  })
}
