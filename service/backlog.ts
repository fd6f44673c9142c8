import { RequestError } from './request-error'

/** The limits for all requests in progress: their events, and the bytes of their bodies */
const MAX_EVENTS = 20_000
const MAX_BYTES = 64 * 1024 * 1024

const RETRY_AFTER_MS = 1000

/** A request in progress. */
export interface Entry {
  events: number
  bytes: number
  /** By the clock of the backlog */
  readonly since: number
}

/** The requests in progress. Their total size is limited, so that the memory of the process is. */
export class Backlog {
  private readonly entries = new Set<Entry>()
  private totalEvents = 0
  private totalBytes = 0

  /** @param now milliseconds from any start */
  constructor(private readonly now: () => number) {}

  /** The number of events without a result */
  get events(): number {
    return this.totalEvents
  }

  /** How long the oldest request has been in progress */
  get oldestMs(): number {
    const [oldest] = this.entries
    return oldest ? this.now() - oldest.since : 0
  }

  open(): Entry {
    const entry = { events: 0, bytes: 0, since: this.now() }
    this.entries.add(entry)
    return entry
  }

  /**
   * Adds events or bytes to a request.
   * @throws RequestError 429 when there are too many in all requests. Nothing is added then.
   */
  add(entry: Entry, { events = 0, bytes = 0 }: { events?: number; bytes?: number }): void {
    if (this.totalEvents + events > MAX_EVENTS || this.totalBytes + bytes > MAX_BYTES) {
      const message = 'Too many events are waiting for Ortto. Send this request again later.'
      throw new RequestError(429, 'too_many_waiting', message, RETRY_AFTER_MS)
    }
    entry.events += events
    entry.bytes += bytes
    this.totalEvents += events
    this.totalBytes += bytes
  }

  close(entry: Entry): void {
    if (this.entries.delete(entry)) {
      this.totalEvents -= entry.events
      this.totalBytes -= entry.bytes
    }
  }
}
