import { RequestError } from './request-error'

/** The limits for all requests in progress: their events, and the bytes of their bodies */
const MAX_EVENTS = 20_000
const MAX_BYTES = 64 * 1024 * 1024

const RETRY_AFTER_MS = 1000

/** A request in progress. */
export interface Entry {
  bytes: number
  events: number
  /** When its events were added, by the clock of the backlog */
  since: number
}

/** The requests in progress. Their total size is limited, so that the memory of the process is. */
export class Backlog {
  private bytes = 0
  private totalEvents = 0
  /** The requests whose events wait for their results, the oldest first */
  private readonly waiting = new Set<Entry>()

  /** @param now milliseconds from any start */
  constructor(private readonly now: () => number) {}

  /** The number of events without a result */
  get events(): number {
    return this.totalEvents
  }

  /** How long the events of the oldest request have been waiting */
  get oldestMs(): number {
    const [oldest] = this.waiting
    return oldest ? this.now() - oldest.since : 0
  }

  /** @throws RequestError 429 when the limit is reached. Nothing is added then. */
  addBytes(entry: Entry, bytes: number): void {
    if (this.bytes + bytes > MAX_BYTES) {
      throw tooManyWaiting()
    }
    this.bytes += bytes
    entry.bytes += bytes
  }

  /** @throws RequestError 429 when the limit is reached. Nothing is added then. */
  addEvents(entry: Entry, events: number): void {
    if (this.totalEvents + events > MAX_EVENTS) {
      throw tooManyWaiting()
    }
    this.totalEvents += events
    entry.events += events
    entry.since = this.now()
    this.waiting.add(entry)
  }

  remove(entry: Entry): void {
    this.waiting.delete(entry)
    this.bytes -= entry.bytes
    this.totalEvents -= entry.events
  }
}

function tooManyWaiting(): RequestError {
  const message = 'Too many events are waiting for Ortto. Send this request again later.'
  return new RequestError(429, 'too_many_waiting', message, RETRY_AFTER_MS)
}
