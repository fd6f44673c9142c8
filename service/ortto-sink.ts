import { AsyncQueue } from '../common/async-queue'
import { Delivery, findKeyRefusal } from '../delivery'
import type { DeliveryOptions, EventReport, MappingResult, ReadItem, Source } from '../delivery'
import { Health } from './health'
import type { Message } from './read-messages'
import { RepeatedFailures } from './repeated-failures'
import type { Pause, Sink } from './sink'

interface OrttoSinkOptions {
  /** Where and how the events are delivered */
  delivery: Omit<DeliveryOptions, 'isEndless' | 'isSingleAttempt' | 'isExpired' | 'onBatchSent' | 'onReport' | 'signal'>
  /** Called when a pause begins. */
  onPause?: (pause: Pause) => void
}

/** The events of one request, until all of them have their reports. */
interface Call {
  missing: number
  /** Aborted when its events are not to be sent any more */
  signal: AbortSignal
  reports: Map<Source, EventReport[]>
  resolve: (reports: EventReport[][]) => void
}

/**
 * Delivers the events of all requests to Ortto, in batches that they share. Each event is sent once for each request:
 * the client, which has the event, decides whether and when it is sent again.
 */
export class OrttoSink implements Sink {
  /** Rejects when the delivery breaks down, which it never should. */
  readonly ended: Promise<void>
  private readonly queue = new AsyncQueue<ReadItem>()
  private readonly calls = new WeakMap<Source, Call>()
  private readonly health: Health
  private readonly repeated: RepeatedFailures
  /** Results of requests that Ortto refused because of the API key: none of them is final. */
  private readonly refused = new WeakSet<MappingResult>()

  constructor({ delivery, onPause }: OrttoSinkOptions) {
    const { time, through = (request) => request } = delivery
    const now = time?.now ?? (() => performance.now())
    this.health = new Health(now, time?.random ?? Math.random, onPause)
    this.repeated = new RepeatedFailures(now)
    this.ended = this.run({
      ...delivery,
      isEndless: true,
      isSingleAttempt: true,
      through: (request) => this.health.observe(through(request)),
      isExpired: (source) => this.calls.get(source)?.signal.aborted === true,
      onBatchSent: (_, results) => this.noteResults(results),
      onReport: (report) => this.settle(report)
    })
  }

  get pause(): Pause | undefined {
    return this.health.pause
  }

  send(messages: readonly Message[], signal: AbortSignal): Promise<EventReport[][]> {
    const items = messages.flat()
    if (items.length === 0) {
      return Promise.resolve([])
    }
    return new Promise((resolve) => {
      const reports = new Map(messages.map(([{ source }]): [Source, EventReport[]] => [source, []]))
      const call = { missing: items.length, signal, reports, resolve }
      reports.forEach((_, source) => this.calls.set(source, call))
      this.queue.push(items)
    })
  }

  async close(): Promise<void> {
    this.queue.close()
    await this.ended
  }

  private async run(options: DeliveryOptions): Promise<void> {
    const reports = new Delivery(options).run(this.queue)
    for (let list = await reports.next(); !list.done; list = await reports.next()) {
      // `settle` was called for each of them.
    }
  }

  private noteResults(results: readonly MappingResult[]): void {
    this.health.note(results)
    this.repeated.note(results)
    const refusal = findKeyRefusal(results)
    if (refusal) {
      results.filter(({ code }) => code === refusal.code).forEach((result) => this.refused.add(result))
    }
  }

  private settle(report: EventReport): void {
    const call = this.calls.get(report.source)
    if (!call) {
      return
    }
    const results = report.results.map((result) => ({ ...result, isRetryable: this.mayRetry(report, result) }))
    call.reports.get(report.source)?.push({ ...report, results })
    call.missing -= 1
    if (call.missing === 0) {
      call.resolve([...call.reports.values()])
    }
  }

  private mayRetry(report: EventReport, result: MappingResult): boolean {
    return this.refused.has(result) || (result.isRetryable && !this.repeated.isFinal(report, result))
  }
}
