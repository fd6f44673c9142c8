import type { Logger } from 'pino'
import { formatRejected } from '../delivery'
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
    const messages = new Map<EventReport['source'], EventReport[]>()
    for (const report of reports) {
      messages.set(report.source, [...(messages.get(report.source) ?? []), report])
    }
    await Promise.all([...messages].map(([source, ofMessage]) => this.settleMessage(source, ofMessage)))
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

  /** Acknowledges a message, or publishes its rejected events on the rejected subject before it is terminated. */
  private async settleMessage(source: EventReport['source'], reports: readonly EventReport[]): Promise<void> {
    if (source.kind !== 'message') {
      return
    }
    const { subject, sequence } = source
    const partition = this.partitions.get(source.partition)
    const rejected = formatRejected(reports)
    if (rejected.length === 0) {
      partition?.get(sequence)?.ack()
      partition?.finish(sequence)
      return
    }
    try {
      for (const [index, text] of rejected.entries()) {
        // The stream stores a record only once by its key.
        await this.publisher.reject(text, `${subject} ${sequence}${index === 0 ? '' : ` ${index}`}`)
      }
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
