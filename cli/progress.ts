import type { Delivery, InputFile, Records } from '../delivery'
import type { Output } from './command'

/** Characters of the bar */
const WIDTH = 20

/** The progress of a delivery, in one line. */
export class Progress {
  private readonly total: number
  /** Bytes read, including files before the start */
  private read: number
  private readonly startedAt = performance.now()
  /** Lines and bytes that an earlier run has read */
  private readonly before: { lines: number; read: number }

  constructor(
    files: readonly InputFile[],
    private readonly records: Pick<Records, 'summary'>,
    private readonly delivery: Pick<Delivery, 'pause' | 'retried'>,
    private readonly output: Output
  ) {
    this.total = files.reduce((sum, { size }) => sum + size, 0)
    this.read = 0
    this.before = { lines: records.summary.state.lines, read: this.read }
  }

  /** Bytes of the files were read. */
  readonly onBytes = (count: number): void => {
    this.read += count
  }

  /** Seconds since the start */
  get seconds(): number {
    return (performance.now() - this.startedAt) / 1000
  }

  show(): void {
    if (this.output.progress) {
      this.output.progress(this.line())
    }
  }

  private line(): string {
    const { lines, delivered, rejected } = this.records.summary.counts
    const rate = Math.round((lines - this.before.lines) / this.seconds)
    const share = this.total > 0 ? Math.min(1, this.read / this.total) : undefined
    const read = this.read - this.before.read
    const isEstimable = read > 0 && this.read <= this.total
    const wait = this.delivery.pause
    return [
      ...(share === undefined ? [] : [`[${'#'.repeat(Math.round(share * WIDTH)).padEnd(WIDTH, '.')}]`]),
      `${lines} events`,
      `${rate}/s`,
      `${delivered} delivered`,
      `${rejected} rejected`,
      `${this.delivery.retried} retried`,
      ...(wait > 0 ? [`Ortto is busy: continuing in ${Math.ceil(wait / 1000)} s`] : []),
      ...(isEstimable ? [`${duration((this.seconds / read) * (this.total - this.read))} left`] : [])
    ].join('  ')
  }
}

/** Formats seconds: 1:05, 2:00:00. */
export function duration(seconds: number): string {
  const rounded = Math.ceil(seconds)
  const parts = [Math.floor(rounded / 3600), Math.floor(rounded / 60) % 60, rounded % 60]
  return (parts[0] > 0 ? parts : parts.slice(1))
    .map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, '0')))
    .join(':')
}
