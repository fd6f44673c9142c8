import type { Logger } from 'pino'
import { formatRejected, listRejections } from '../delivery'
import type { EventReport, Outcome } from '../delivery'
import type { Partition } from './partition'
import { NotPublishedError, TooLargeError } from './publisher'
import type { Publisher } from './publisher'

/** The number of events, and of their results by outcome. */
type Counts = Record<Outcome | 'events' | 'skipped', number>

/** Acknowledges or terminates the messages of events that have their result, and logs the counts. */
export class Settler {
  /** The slowest response since the last log line */
  private slowestMs = 0
  /** Retries until the last log line */
  private retried = 0

  /** @param partitions the worker's current partitions, by their number */
  constructor(
    private readonly partitions: ReadonlyMap<number, Partition>,
    private readonly publisher: Publisher,
    private readonly log: Pick<Logger, 'info' | 'error'>
  ) {}

  recordDuration(durationMs: number): void {
    this.slowestMs = Math.max(this.slowestMs, durationMs)
  }

  /**
   * Acknowledges or rejects events, and logs their counts.
   * @param retried the number of retries in this delivery so far
   */
  async settle(reports: readonly EventReport[], retried: number): Promise<void> {
    await Promise.all(reports.map((report) => this.settleReport(report)))
    this.log.info(
      {
        ...countOutcomes(reports),
        retried: retried - this.retried,
        slowestMs: Math.round(this.slowestMs),
        partitions: this.partitions.size
      },
      'batch'
    )
    this.retried = retried
    this.slowestMs = 0
  }

  /** Acknowledges an event, or publishes it on the rejected subject before it is terminated. */
  private async settleReport(report: EventReport): Promise<void> {
    const { source } = report
    if (source.kind !== 'message') {
      return
    }
    const { subject, sequence } = source
    const partition = this.partitions.get(source.partition)
    if (listRejections(report).length === 0) {
      partition?.get(sequence)?.ack()
      partition?.finish(sequence)
      return
    }
    try {
      await this.publisher.reject(formatRejected([report])[0], `${subject} ${sequence}`)
    } catch (error) {
      if (error instanceof NotPublishedError || error instanceof TooLargeError) {
        // It is returned to the stream when the session ends.
        this.log.error({ subject, sequence }, `Cannot publish the rejected event, so it is kept: ${error.message}`)
        return
      }
      throw error
    }
    partition?.get(sequence)?.term()
    partition?.finish(sequence)
  }
}

function countOutcomes(reports: readonly EventReport[]): Counts {
  const counts: Counts = {
    events: reports.length,
    delivered: 0,
    partial: 0,
    unchanged: 0,
    ignored: 0,
    rejected: 0,
    skipped: 0
  }
  for (const { problem, skipped, results } of reports) {
    counts.rejected += problem ? 1 : 0
    counts.skipped += skipped ? 1 : 0
    results.forEach(({ outcome }) => (counts[outcome] += 1))
  }
  return counts
}
