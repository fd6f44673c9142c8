/** One entry of the log: what was ignored or refused, and why. */
export interface LogEntry {
  /** ISO 8601 */
  time: string
  status: number
  message: string
  /** The item it is about. */
  item: unknown
}

/** Ortto keeps the last 500 errors; older ones rotate out. */
export const LOG_SIZE = 500

/** The errors of the data source, newest last. */
export class ErrorLog {
  private readonly ring: LogEntry[] = []
  private next = 0

  add(entry: LogEntry): void {
    this.ring[this.next] = entry
    this.next = (this.next + 1) % LOG_SIZE
  }

  entries(): LogEntry[] {
    return [...this.ring.slice(this.next), ...this.ring.slice(0, this.next)]
  }
}
