import { MAX_LOG_ENTRIES } from '../rules'
import type { Clock } from './clock'
import type { LogEntry } from './records'
import { truncateItem } from './truncate'

/** The errors of the data source. Only the newest are kept. */
export class ErrorLog {
  private readonly ring: LogEntry[] = []
  private next = 0

  constructor(private readonly clock: Clock) {}

  /** Adds an entry about an item, of which only the beginning may be kept. */
  write({ status, code, message, ...details }: Omit<LogEntry, 'time' | 'item'>, item: unknown): LogEntry {
    const time = new Date(this.clock.now()).toISOString()
    const entry = { time, status, code, message, item: truncateItem(item), ...details }
    this.add(entry)
    return entry
  }

  restore(entries: readonly LogEntry[]): void {
    entries.forEach((entry) => this.add(entry))
  }

  /** Oldest first */
  entries(): LogEntry[] {
    return [...this.ring.slice(this.next), ...this.ring.slice(0, this.next)]
  }

  private add(entry: LogEntry): void {
    this.ring[this.next] = entry
    this.next = (this.next + 1) % MAX_LOG_ENTRIES
  }
}
