import type { Logger } from 'pino'
import { formatRejected } from '../delivery'
import type { EventReport, Outcome } from '../delivery'
import type { Partition } from './partition'
import { NotPublishedError, TooLargeError } from './publisher'
import type { Publisher } from './publisher'

/** Events, and their results by outcome. */
type Counts = Record<Outcome | 'events' | 'skipped', number>

/** Tells the server what became of its messages, and logs it. */
export class Settler {
  /** Milliseconds of the slowest response since the last line of the log */
  private slowest = 0
  private retried = 0

  /** @param partitions by their number, those of this worker at any time */
  constructor(
    private readonly partitions: ReadonlyMap<number, Partition>,
    private readonly publisher: Publisher,
    private readonly log: Pick<Logger, 'info' | 'error'>
  ) {}

  noteResponse(milliseconds: number): void {
    this.slowest = Math.max(this.slowest, milliseconds)
  }

  /**
   * Acknowledges or rejects events, and logs their counts.
   * @param retried how many tries of this delivery were repeated until now
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
        triedAgain: retried - this.retried,
        slowest: Math.round(this.slowest),
        partitions: this.partitions.size
      },
      'batch'
    )
    this.retried = retried
    this.slowest = 0
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
      for (const text of rejected) {
        await this.publisher.reject(text, `${subject} ${sequence}`)
      }
    } catch (error) {
      if (error instanceof NotPublishedError || error instanceof TooLargeError) {
        // It is kept, and given back at the end.
        this.log.error({ subject, sequence }, `The event can't be rejected, so it is kept: ${error.message}`)
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
