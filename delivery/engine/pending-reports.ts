import type { EventReport } from '../report'

/** No more events are held that have no complete report, and no more bytes of them. */
const MAX_PENDING = 8000
const MAX_PENDING_BYTES = 32 * 1024 * 1024

interface Pending {
  report: EventReport
  /** Results that are missing */
  missing: number
}

/** Keeps the reports in the order of the events until they are complete. */
export class PendingReports {
  private readonly pending: Pending[] = []
  private bytes = 0

  get size(): number {
    return this.pending.length
  }

  get isFull(): boolean {
    return this.pending.length >= MAX_PENDING || this.bytes >= MAX_PENDING_BYTES
  }

  /**
   * Adds a report whose results are missing.
   * @param count how many results it gets
   * @returns a function that sets the result at a position
   */
  add(report: EventReport, count: number): (index: number, result: EventReport['results'][number]) => void {
    const pending: Pending = { report, missing: count }
    this.pending.push(pending)
    this.bytes += report.size
    return (index, result) => {
      report.results[index] = result
      pending.missing -= 1
    }
  }

  /** The reports at the beginning that are complete. */
  listComplete(): EventReport[] {
    const complete: EventReport[] = []
    for (const { report, missing } of this.pending) {
      if (missing > 0) {
        break
      }
      complete.push(report)
    }
    return complete
  }

  /** Removes reports from the beginning. */
  remove(count: number): void {
    this.pending.splice(0, count).forEach(({ report }) => (this.bytes -= report.size))
  }
}
