import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { RequestClient, RequestOptions } from '@segment/actions-core'
import type { EventReport } from '../delivery'
import type { Status } from '../stream'

/** Upper limits of the request durations in seconds. A request ends within 20 seconds. */
const DURATION_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20]

/** What is read when the metrics are. */
interface Sources {
  /** Reads the state of the stream. It is shared by all workers: use the maximum, not the sum. */
  readStatus?: () => Promise<Status>
  /** The events that wait for their result. `oldestMs` is of the oldest request of `ortto serve`. */
  readWaiting?: () => { events: number; oldestMs?: number; isPaused: boolean }
}

/** The metrics of a process, as Prometheus reads them. docs/operations.md describes each. */
export class Metrics {
  private readonly registry = new Registry()
  private readonly registers = [this.registry]
  private readonly events = new Counter({
    name: 'ortto_events_total',
    help: 'Events that have their result, by what they were',
    labelNames: ['kind'],
    registers: this.registers
  })
  private readonly results = new Counter({
    name: 'ortto_results_total',
    help: 'Results of events, by outcome and reason code: one for each mapping that matched',
    labelNames: ['outcome', 'code'],
    registers: this.registers
  })
  private readonly retries = new Counter({
    name: 'ortto_retries_total',
    help: 'Attempts that were repeated, by the reason code of the attempt before',
    labelNames: ['code'],
    registers: this.registers
  })
  private readonly pauses = new Counter({
    name: 'ortto_pauses_total',
    help: "Pauses because of Ortto's responses, by reason code",
    labelNames: ['code'],
    registers: this.registers
  })
  private readonly durations = new Histogram({
    name: 'ortto_request_duration_seconds',
    help: 'Duration of the requests to Ortto, by HTTP status (0 without a response)',
    labelNames: ['status'],
    buckets: DURATION_BUCKETS,
    registers: this.registers
  })
  private readonly inFlight = new Gauge({
    name: 'ortto_requests_in_flight',
    help: 'Requests to Ortto that have no response yet',
    registers: this.registers
  })

  private readonly responses = new Counter({
    name: 'ortto_responses_total',
    help: 'Responses of ortto serve, by HTTP status',
    labelNames: ['status'],
    registers: this.registers
  })

  private readonly readers: (() => Promise<void>)[] = []

  constructor({ readStatus, readWaiting }: Sources) {
    if (readStatus) {
      this.readers.push(this.createStreamReader(readStatus))
    }
    if (readWaiting) {
      this.readers.push(this.createWaitingReader(readWaiting))
    }
  }

  private createStreamReader(readStatus: () => Promise<Status>): () => Promise<void> {
    const gauge = (name: string, help: string) => new Gauge({ name, help, registers: this.registers })
    const pending = gauge('ortto_stream_pending', 'Events that no worker has received: the lag')
    const inProgress = gauge('ortto_stream_in_progress', 'Events that workers have received and not acknowledged')
    const oldest = gauge('ortto_stream_oldest_seconds', 'Age of the oldest event in the stream')
    const rejected = gauge('ortto_stream_rejected', 'Events in the stream of rejected events')
    const bytes = gauge('ortto_stream_bytes', 'Size of the events in the stream')
    const maxBytes = gauge('ortto_stream_max_bytes', 'Maximum size of the events in the stream, -1 without a limit')
    const stuck = gauge('ortto_stream_stuck', 'Messages that cannot be moved to the rejected events for now')
    const workers = gauge('ortto_stream_workers', 'Workers of the stream')
    const up = gauge('ortto_stream_up', '1 when the state of the stream could be read')
    // Without NATS, the other gauges keep their last values.
    return async () => {
      const status = await readStatus().catch(() => undefined)
      up.set(status ? 1 : 0)
      if (status) {
        pending.set(status.pending)
        inProgress.set(status.inProgress)
        oldest.set(status.oldestSeconds)
        rejected.set(status.rejected)
        bytes.set(status.bytes)
        maxBytes.set(status.maxBytes)
        workers.set(status.workers.length)
        stuck.set(status.workers.reduce((sum, worker) => sum + (worker.stuck?.messages ?? 0), 0))
      }
    }
  }

  private createWaitingReader(readWaiting: NonNullable<Sources['readWaiting']>): () => Promise<void> {
    const gauge = (name: string, help: string) => new Gauge({ name, help, registers: this.registers })
    const waiting = gauge('ortto_waiting_events', 'Events that were read or received and have no result yet')
    const oldest = gauge('ortto_oldest_waiting_seconds', 'Age of the oldest request without a response')
    const paused = gauge('ortto_paused', '1 while no events are sent or accepted because of Ortto, or of the stream')
    return () => {
      const { events, oldestMs = 0, isPaused } = readWaiting()
      waiting.set(events)
      oldest.set(oldestMs / 1000)
      paused.set(isPaused ? 1 : 0)
      return Promise.resolve()
    }
  }

  /** The metrics in Prometheus' text format. */
  async format(): Promise<{ text: string; contentType: string }> {
    await Promise.all(this.readers.map((read) => read()))
    return { text: await this.registry.metrics(), contentType: this.registry.contentType }
  }

  /** Counts events that are settled. */
  readonly recordSettled = (reports: readonly EventReport[]): void => {
    for (const { problem, skipped, results } of reports) {
      this.events.inc({ kind: problem ? 'not_an_event' : skipped ? 'skipped' : 'event' })
      if (problem) {
        this.results.inc({ outcome: 'rejected', code: problem.code })
      } else if (skipped) {
        this.results.inc({ outcome: 'skipped', code: skipped.code })
      }
      results.forEach(({ outcome, code }) => this.results.inc({ outcome, code }))
    }
  }

  /** Counts attempts that are repeated. */
  readonly recordRetry = (code: string, count = 1): void => this.retries.inc({ code }, count)

  /** Counts a pause that begins. */
  readonly recordPause = (code: string): void => this.pauses.inc({ code })

  /** Counts a response of `ortto serve`. */
  recordResponse(status: number): void {
    this.responses.inc({ status })
  }

  /** Options of a delivery that count its requests, retries and pauses. */
  get observers() {
    return { through: this.observe, onRetry: this.recordRetry, onPause: this.recordPause }
  }

  /** Wraps the function that makes the requests to Ortto, to measure them. */
  readonly observe =
    (request: RequestClient): RequestClient =>
    async <Data>(url: string, options?: RequestOptions) => {
      const end = this.durations.startTimer()
      this.inFlight.inc()
      let status = 0
      try {
        const response = await request<Data>(url, options)
        status = response.status
        return response
      } finally {
        this.inFlight.dec()
        end({ status })
      }
    }
}
