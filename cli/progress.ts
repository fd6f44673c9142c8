import type { Delivery, InputFile, ReadItem, Records } from '../delivery'
import type { Output } from './command'
import { formatNumber } from './format-number'

/** Characters of the bar */
const WIDTH = 20

/** Between two lines when there is no terminal */
const LINE_INTERVAL_MS = 30_000

/** Why a delivery waits, by the code of the failure */
const CAUSES = new Map([
  ['rate_limited', 'more events than the plan allows'],
  ['unreachable', 'Ortto cannot be reached'],
  ['timeout', 'no response in time'],
  ['unconfirmed', 'no valid response'],
  ['ortto_error', 'an error in Ortto']
])

/** The progress of a delivery: what has its results, and why it waits. Without a terminal, a line every 30 seconds. */
export class Progress {
  private readonly total: number
  /** Bytes read, including files before the start */
  private read: number
  /** Bytes whose events have their results */
  private done: number
  /** How many bytes were read when so many events were */
  private readonly marks: { events: number; bytes: number }[] = []
  /** Events that were read in this run */
  eventsRead = 0
  private readonly startedAt = performance.now()
  private shownAt = this.startedAt
  /** Lines and bytes that an earlier run has read */
  private readonly before: { lines: number; read: number }

  constructor(
    files: readonly InputFile[],
    private readonly records: Pick<Records, 'summary'>,
    private readonly delivery: Pick<Delivery, 'waiting' | 'retries'>,
    private readonly output: Output,
    private readonly isJSON = false
  ) {
    this.total = files.reduce((sum, { size }) => sum + size, 0)
    this.read = 0
    this.done = this.read
    this.before = { lines: records.summary.counts.lines, read: this.read }
  }

  /** Bytes of the files were read. */
  readonly onBytes = (count: number): void => {
    this.read += count
  }

  /** Passes the events on, and remembers where in the files they are. */
  async *watch(items: AsyncIterable<ReadItem[]>): AsyncGenerator<ReadItem[]> {
    for await (const list of items) {
      this.eventsRead += list.length
      this.marks.push({ events: this.eventsRead, bytes: this.read })
      yield list
    }
  }

  /** Seconds since the start */
  get seconds(): number {
    return (performance.now() - this.startedAt) / 1000
  }

  /** Shows it on the terminal, or on standard error when it is time for the next line. */
  show(): void {
    if (this.output.progress) {
      this.output.progress(this.format().join('\n'))
    } else if (performance.now() - this.shownAt >= LINE_INTERVAL_MS) {
      this.shownAt = performance.now()
      this.output.error(this.isJSON ? JSON.stringify({ progress: this.state }) : this.format().join('  '))
    }
  }

  /** The progress, for machines. */
  private get state() {
    const { lines, delivered, rejected } = this.records.summary.counts
    const events = lines - this.before.lines
    while (this.marks.length > 0 && this.marks[0].events <= events) {
      this.done = this.marks.shift()?.bytes ?? this.done
    }
    const done = this.done - this.before.read
    const isEstimable = done > 0 && this.done <= this.total
    const { waiting, retries } = this.delivery
    return {
      events: lines,
      perSecond: Math.round(events / this.seconds),
      delivered,
      rejected,
      retried: retries.total,
      share: this.total > 0 ? Math.min(1, this.done / this.total) : undefined,
      secondsLeft: isEstimable ? (this.seconds / done) * (this.total - this.done) : undefined,
      waiting: waiting && {
        status: waiting.status,
        code: waiting.code,
        nextAttempt: new Date(Date.now() + waiting.milliseconds).toISOString()
      }
    }
  }

  /** Lines of at most 80 characters. */
  private format(): string[] {
    const { events, perSecond, delivered, rejected, retried, share, secondsLeft, waiting } = this.state
    const first = [
      ...(share === undefined
        ? []
        : [`[${'#'.repeat(Math.floor(share * WIDTH)).padEnd(WIDTH, '.')}]`, `${Math.floor(share * 100)}%`]),
      `${formatNumber(events)} events`,
      `${formatNumber(perSecond)}/s`,
      ...(secondsLeft === undefined ? [] : [`${duration(secondsLeft)} left`])
    ]
    const second = [
      `${formatNumber(delivered)} delivered`,
      `${formatNumber(rejected)} rejected`,
      `${formatNumber(retried)} retried`
    ]
    return [first.join('  '), second.join('  '), ...(waiting ? [formatWaiting(waiting)] : [])]
  }
}

function formatWaiting({ status, code, nextAttempt }: { status: number; code: string; nextAttempt: string }): string {
  const cause = CAUSES.get(code) ?? 'Ortto accepts nothing for now'
  return `Waiting: ${status}, ${cause}. Next attempt at ${new Date(nextAttempt).toTimeString().slice(0, 8)}.`
}

/** Formats seconds: 1:05, 2:00:00. */
export function duration(seconds: number): string {
  const rounded = Math.ceil(seconds)
  const parts = [Math.floor(rounded / 3600), Math.floor(rounded / 60) % 60, rounded % 60]
  return (parts[0] > 0 ? parts : parts.slice(1))
    .map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, '0')))
    .join(':')
}
