import type { Logger } from 'pino'
import { formatRejected, listRejections } from '../delivery'
import type { EventReport, MessageSource, Outcome } from '../delivery'
import { formatTruncated } from './bounded-record'
import type { Partition } from './partition'
import { NotPublishedError, TooLargeError } from './errors'
import type { Publisher } from './publisher'
import type { WorkerOptions } from './worker-options'

/** Messages of a worker that cannot end for now */
export interface Stuck {
  messages: number
  /** The subject and the stream sequence of the oldest one */
  subject: string
  sequence: number
  /** Why they cannot end: a sentence */
  reason: string
}

/** The number of events, and of their results by outcome. */
type Counts = Record<Outcome | 'events' | 'skipped', number>

/** Acknowledges or terminates the messages of events that have their result, and logs the counts. */
export class Settler {
  /** The slowest response since the last log line */
  private slowestMs = 0
  /** Messages whose rejected events are not stored yet */
  private readonly waiting = new Set<MessageSource>()
  /** Retries until the last log line */
  private retried = 0

  /** @param partitions the worker's current partitions, by their number */
  constructor(
    private readonly partitions: ReadonlyMap<number, Partition>,
    private readonly publisher: Publisher,
    private readonly log: Pick<Logger, 'info' | 'error'>,
    private readonly onSettled?: WorkerOptions['onSettled']
  ) {}

  /** The messages that cannot end, because their rejected events are not stored yet. Undefined when there are none. */
  get stuck(): Stuck | undefined {
    const [oldest] = this.waiting
    const reason = this.publisher.waitReason
    return oldest && reason !== undefined
      ? { messages: this.waiting.size, subject: oldest.subject, sequence: oldest.sequence, reason }
      : undefined
  }

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
    const settled: EventReport[] = []
    const settle = async ([source, ofMessage]: [EventReport['source'], EventReport[]]) => {
      if (await this.settleMessage(source, ofMessage)) {
        settled.push(...ofMessage)
      }
    }
    await Promise.all([...messages].map(settle))
    this.log.info(
      {
        ...countOutcomes(reports),
        retried: retried - this.retried,
        slowestMs: Math.round(this.slowestMs),
        partitions: this.partitions.size
      },
      'batch'
    )
    this.onSettled?.(settled)
    this.retried = retried
    this.slowestMs = 0
  }

  /**
   * Acknowledges a message, or publishes its rejected events on the rejected subject before it is terminated.
   * False when it could not be published.
   */
  private async settleMessage(source: EventReport['source'], reports: readonly EventReport[]): Promise<boolean> {
    if (source.kind !== 'message') {
      return false
    }
    const { subject, sequence } = source
    const partition = this.partitions.get(source.partition)
    const rejected = reports.filter((report) => listRejections(report).length > 0)
    if (rejected.length === 0) {
      partition?.get(sequence)?.ack()
      partition?.finish(sequence)
      return true
    }
    this.waiting.add(source)
    try {
      for (const [index, report] of rejected.entries()) {
        // The stream stores a record only once by its key.
        await this.publishRejected(report, `${subject} ${sequence}${index === 0 ? '' : ` ${index}`}`)
      }
    } catch (error) {
      if (error instanceof NotPublishedError || error instanceof TooLargeError) {
        // It is returned to the stream when the session ends.
        this.log.error({ subject, sequence }, `Cannot publish the rejected event, so it is kept: ${error.message}`)
        return false
      }
      throw error
    }
    this.waiting.delete(source)
    partition?.get(sequence)?.term()
    partition?.finish(sequence)
    return true
  }

  /** Publishes the record of a rejected event. If it is too large, its text is truncated until the record fits. */
  private async publishRejected(report: EventReport, key: string): Promise<void> {
    let [record] = formatRejected([report])
    for (let length = report.raw?.length ?? 0; ; length = Math.floor(length / 2)) {
      try {
        return await this.publisher.reject(record, key)
      } catch (error) {
        if (!(error instanceof TooLargeError) || length === 0) {
          throw error
        }
      }
      record = formatTruncated(report, Math.floor(length / 2)) ?? record
    }
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
