import type { EventReport, MappingResult } from '../report'

/** No more events are held that have no complete report, and no more bytes of them. */
const MAX_PENDING = 8000
const MAX_PENDING_BYTES = 32 * 1024 * 1024

/** A report whose results are not all known. */
export class PendingReport {
  /**
   * @param missing results that are missing
   * @param onComplete called when no result is missing any more
   */
  constructor(
    readonly report: EventReport,
    private missing: number,
    private readonly onComplete?: (report: EventReport) => void
  ) {
    this.notifyIfComplete()
  }

  get isComplete(): boolean {
    return this.missing === 0
  }

  setResult(position: number, result: MappingResult): void {
    this.report.results[position] = result
    this.missing -= 1
    this.notifyIfComplete()
  }

  private notifyIfComplete(): void {
    if (this.isComplete) {
      this.onComplete?.(this.report)
    }
  }
}

/** Keeps the reports in the order of the events until they are complete. */
export class PendingReports {
  private readonly pending: PendingReport[] = []
  private bytes = 0

  /** @param onComplete called with each report when it is complete */
  constructor(private readonly onComplete?: (report: EventReport) => void) {}

  get size(): number {
    return this.pending.length
  }

  get isFull(): boolean {
    return this.pending.length >= MAX_PENDING || this.bytes >= MAX_PENDING_BYTES
  }

  /** Adds a report that gets so many results. */
  add(report: EventReport, count: number): PendingReport {
    const pending = new PendingReport(report, count, this.onComplete)
    this.pending.push(pending)
    this.bytes += report.size
    return pending
  }

  /**
   * The reports at the beginning that are complete. Those of one line or message come together: whoever records or
   * acknowledges it must know that all of its events have their results.
   */
  listComplete(): EventReport[] {
    const complete: EventReport[] = []
    for (const pending of this.pending) {
      if (!pending.isComplete) {
        const { source } = pending.report
        while (complete.length > 0 && complete[complete.length - 1].source === source) {
          complete.pop()
        }
        break
      }
      complete.push(pending.report)
    }
    return complete
  }

  /** Removes reports from the beginning. */
  remove(count: number): void {
    this.pending.splice(0, count).forEach(({ report }) => (this.bytes -= report.size))
  }
}
