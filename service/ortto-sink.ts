import { AsyncQueue } from '../common/async-queue'
import { Delivery } from '../delivery'
import type { DeliveryOptions, EventReport, MappingResult, ReadItem, Source } from '../delivery'
import { findKeyRefusal } from '../delivery/engine/health'
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

/** While the events of a request wait for longer to be sent, there is more to do than can be done in time. */
const MAX_UNSENT_MS = 10_000

const OVERLOAD: Pause = {
  status: 429,
  code: 'overloaded',
  message: 'More events arrive than Ortto processes. Send this request again later.',
  retryAfterMs: 1000
}

/** The events of one request, until all of them have their reports. */
interface Call {
  missing: number
  /** When it was passed to `send` */
  since: number
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
  /** The requests of which nothing has been sent yet, the oldest first */
  private readonly unsent = new Set<Call>()
  private readonly now: () => number
  private readonly health: Health
  private readonly repeated: RepeatedFailures
  /** Results of requests that Ortto refused because of the API key: none of them is final. */
  private readonly refused = new WeakSet<MappingResult>()

  constructor({ delivery, onPause }: OrttoSinkOptions) {
    const { time, through = (request) => request } = delivery
    this.now = time?.now ?? (() => performance.now())
    this.health = new Health(this.now, time?.random ?? Math.random, onPause)
    this.repeated = new RepeatedFailures(this.now)
    this.ended = this.run({
      ...delivery,
      isEndless: true,
      isSingleAttempt: true,
      through: (request) => this.health.observe(through(request)),
      isExpired: (source) => this.isExpired(source),
      onBatchSent: (_, results) => this.noteResults(results),
      onReport: (report) => this.settle(report)
    })
  }

  get pause(): Pause | undefined {
    const [oldest] = this.unsent
    const isOverloaded = oldest !== undefined && this.now() - oldest.since > MAX_UNSENT_MS
    return this.health.pause ?? (isOverloaded ? OVERLOAD : undefined)
  }

  send(messages: readonly Message[], signal: AbortSignal): Promise<EventReport[][]> {
    const items = messages.flat()
    if (items.length === 0) {
      return Promise.resolve([])
    }
    return new Promise((resolve) => {
      const reports = new Map(messages.map(([{ source }]): [Source, EventReport[]] => [source, []]))
      const call = { missing: items.length, since: this.now(), signal, reports, resolve }
      reports.forEach((_, source) => this.calls.set(source, call))
      this.unsent.add(call)
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

  /** Called just before an event is sent. */
  private isExpired(source: Source): boolean {
    const call = this.calls.get(source)
    if (!call) {
      return false
    }
    this.unsent.delete(call)
    return call.signal.aborted
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
      this.unsent.delete(call)
      call.resolve([...call.reports.values()])
    }
  }

  private mayRetry(report: EventReport, result: MappingResult): boolean {
    return this.refused.has(result) || (result.isRetryable && !this.repeated.isFinal(report, result))
  }
}
