import ortto from '../src'
import type { Settings } from '../src/generated-types'
import type { Target } from './definition'
import type { Mapping } from './mappings'
import { backoff, Pace } from './pace'
import { PendingReports } from './pending-reports'
import { isBehind, KeyQueue, Task } from './queue'
import type { Batch } from './queue'
import type { ReadItem } from './read-events'
import type { EventReport, MappingResult } from './report'
import {
  canResend,
  findKeyRefusal,
  FirstResults,
  hasDecision,
  OutageWatch,
  shouldRetry,
  toHealthSignal
} from './retry-policy'
import { routeEvent } from './route'
import { Sender } from './sender'
import { Stopped } from './stopped'
import { realTime } from './time'
import type { Time } from './time'

export interface DeliveryOptions {
  to: Target
  settings: Settings
  mappings: readonly Mapping[]
  /** Names by which an event's `integrations` may switch the destination off and on, besides its own. @default [] */
  integrations?: readonly string[]
  /** Events a second, at most. @default no limit */
  rate?: number
  /** The events come from a stream, which may have no end: reports wait only a moment for more events. @default false */
  isEndless?: boolean
  /** Called with the milliseconds that each batch took. */
  onResponse?: (milliseconds: number) => void
  /** Stops the delivery: what is in flight is waited for, and nothing more is sent. */
  signal?: AbortSignal
  /** Only for tests. @default real time */
  time?: Time
}

/** With so many events to be sent, no more are read: the longer they wait, the more they cost to keep. */
const MAX_UNSENT = 2000

/** Events wait so long for others, to be sent together, while there is room to send. */
const LINGER_MS = 100

/** After so long without a new event, the first results of an endless delivery are all that there are. */
const IDLE_MS = 1000

/** A batch that failed as a whole more than once is sent again in so many parts. */
const SPLIT = 4

/**
 * One delivery of events to Ortto. Each event goes through each mapping that matches it, in batches, several at a time.
 * The events of one user keep their order, and failures are retried as `retry-policy.ts` says.
 */
export class Delivery {
  /** Number of tries that were repeated */
  retried = 0
  private readonly time: Time
  private readonly pace: Pace
  private readonly sender: Sender
  private readonly names: readonly string[]
  private readonly queue: KeyQueue
  private readonly pending = new PendingReports()
  private readonly firstResults = new FirstResults()
  private readonly outage = new OutageWatch()
  /** Tasks that wait for another try */
  private delayed: { tasks: Task[]; dueAt: number }[] = []
  /** When the last event came in */
  private addedAt = Infinity
  /** When Ortto last gave a response that makes sense */
  private healthyAt = -Infinity
  private hasEnded = false
  private stopped?: Stopped
  /** Why no more events can be read */
  private readError?: Error
  /** Wakes `run`, or `feed`. */
  private notify: () => void = () => undefined
  private makeRoom: () => void = () => undefined

  constructor(private readonly options: DeliveryOptions) {
    const { to, settings, integrations = [], rate, time = realTime } = options
    this.time = time
    this.queue = new KeyQueue(time.now)
    this.pace = new Pace(time.now, time.random, rate)
    this.names = [ortto.name, ...integrations]
    this.sender = new Sender({
      to,
      settings,
      onResponse: ({ retryAfterMs, isValid }) => {
        if (retryAfterMs !== undefined) {
          this.pace.pauseFor(retryAfterMs)
        }
        if (isValid) {
          this.healthyAt = this.time.now()
        }
      }
    })
  }

  /** Milliseconds until sending continues, while Ortto makes it wait. */
  get pause(): number {
    return Math.max(0, this.pace.pausedUntil - this.time.now())
  }

  /**
   * Delivers the events, and yields their reports in the order of the events.
   * @throws Stopped when it ends early: every report that was yielded is complete, and later events have no report
   */
  async *run(items: AsyncIterable<readonly ReadItem[]>): AsyncGenerator<EventReport[]> {
    const { signal } = this.options
    const onAbort = () => this.stop(new Stopped('interrupted', 'It was interrupted.'))
    signal?.addEventListener('abort', onAbort)
    if (signal?.aborted) {
      onAbort()
    }
    this.feed(items).catch((error: Error) => {
      this.readError = error
      this.hasEnded = true
      this.notify()
    })
    try {
      while (!this.hasEnded || this.pending.size > 0) {
        const wakeAt = this.send()
        const reports = this.takeReports()
        if (!this.hasEnough) {
          this.makeRoom()
        }
        if (reports.length > 0) {
          yield reports
        } else if (this.stopped && this.pace.requests === 0) {
          throw this.stopped
        } else if (!this.hasEnded || this.pending.size > 0) {
          const isWaiting = this.pending.size > 0 && this.idleAt > this.time.now()
          await this.waitForChange(isWaiting ? Math.min(wakeAt, this.idleAt) : wakeAt)
        }
      }
      if (this.readError) {
        throw this.readError
      }
    } finally {
      signal?.removeEventListener('abort', onAbort)
      this.stop(new Stopped('consumer_gone', 'The reports are not read any more.'))
    }
  }

  /** Resolves when something has changed, or at a time. */
  private async waitForChange(wakeAt: number): Promise<void> {
    const change = new Promise<void>((resolve) => (this.notify = resolve))
    const cancel = wakeAt < Infinity ? this.time.at(wakeAt, this.notify) : undefined
    await change
    cancel?.()
  }

  /** Reads and sends nothing more. */
  private stop(reason: Stopped): void {
    this.stopped ??= reason
    this.notify()
    this.makeRoom()
  }

  /** When an endless delivery has received all events that there are for now. */
  private get idleAt(): number {
    return this.options.isEndless ? this.addedAt + IDLE_MS : Infinity
  }

  /** True when no more events are to be read for now. */
  private get hasEnough(): boolean {
    return this.hasEnded || this.pending.isFull || this.queue.size >= MAX_UNSENT
  }

  /** Adds events, as long as there is room. */
  private async feed(items: AsyncIterable<readonly ReadItem[]>): Promise<void> {
    for await (const list of items) {
      list.forEach((item) => this.add(item))
      this.notify()
      while (this.hasEnough && !this.stopped) {
        await new Promise<void>((resolve) => (this.makeRoom = resolve))
      }
      if (this.stopped) {
        return
      }
    }
    this.hasEnded = true
    this.notify()
  }

  private add(item: ReadItem): void {
    const { source, size, raw } = item
    this.addedAt = this.time.now()
    if (!('event' in item)) {
      this.pending.add({ source, size, raw, problem: item.problem, results: [] }, 0)
      return
    }
    const { event } = item
    const messageId = typeof event.messageId === 'string' ? event.messageId : undefined
    const report: EventReport = { source, size, raw, event, messageId, results: [] }
    const route = routeEvent(event, this.options.mappings, this.names)
    if ('skipped' in route) {
      report.skipped = route.skipped
      this.pending.add(report, 0)
      return
    }
    const setResult = this.pending.add(report, route.mappings.length)
    route.mappings.forEach((mapping, index) => {
      this.queue.add(new Task(event, mapping, size, (result) => setResult(index, result)))
    })
  }

  /** The complete reports at the beginning. */
  private takeReports(): EventReport[] {
    const reports = this.pending.listComplete()
    // When there is no room for more, it makes no sense to wait for more.
    const isAll =
      reports.length === this.pending.size && (this.hasEnded || this.pending.isFull || this.idleAt <= this.time.now())
    const first = this.firstResults.check(reports, isAll)
    if (first !== undefined) {
      if (first !== 'wait') {
        this.stop(first)
      }
      return []
    }
    this.pending.remove(reports.length)
    return reports
  }

  /** Sends what can be sent now. Returns the time at which there may be more. */
  private send(): number {
    const now = this.time.now()
    const due = this.delayed.filter(({ dueAt }) => dueAt <= now)
    this.delayed = this.delayed.filter(({ dueAt }) => dueAt > now)
    due.forEach(({ tasks }) => tasks.forEach((task) => this.queue.retry(task)))

    while (!this.stopped && this.pace.hasRoom && this.pace.nextAt <= now) {
      const idleAt = this.queue.waitsSince + LINGER_MS
      const batch = this.queue.take(this.hasEnough || idleAt <= now)
      if (!batch) {
        return Math.min(idleAt, ...this.delayed.map(({ dueAt }) => dueAt))
      }
      void this.sendBatch(batch)
    }
    return this.stopped || !this.pace.hasRoom ? Infinity : this.pace.nextAt
  }

  private async sendBatch({ tasks, mapping }: Batch): Promise<void> {
    const startedAt = this.pace.begin(tasks.length)
    const events = tasks.map(({ event }) => event)
    const results = await this.sender.send(events, mapping)
    this.options.onResponse?.(this.time.now() - startedAt)
    this.settle(tasks, results, startedAt)
    this.notify()
  }

  /** Gives each task its result, or another try. */
  private settle(tasks: readonly Task[], results: readonly MappingResult[], startedAt: number): void {
    const signal = toHealthSignal(results)
    this.pace.end(startedAt, signal)
    const refusal = findKeyRefusal(results)
    if (refusal) {
      this.stop(new Stopped('api_key_refused', `The API key is refused: ${refusal.message}`))
      return
    }
    const isDecided = hasDecision(results)
    const again = new Set<Task>()
    tasks.forEach((task, index) => {
      const result = results[index]
      if (shouldRetry(task.failures, result, startedAt, this.healthyAt)) {
        task.maxBatch = !isDecided && task.failures.count > 1 ? Math.ceil(tasks.length / SPLIT) : Infinity
        again.add(task)
      } else if (canResend(result) && isBehind(task, again)) {
        task.confirmed ??= result.status < 400 ? result : undefined
        again.add(task)
      } else {
        task.settle(finalize(task, result))
        this.queue.finish(task)
      }
    })
    this.delay([...again], isDecided)
    const stopped = this.outage.check(signal, results, this.time.now(), this.pace.pausedUntil)
    if (stopped) {
      this.stop(stopped)
    }
  }

  private delay(tasks: Task[], isDecided: boolean): void {
    if (tasks.length > 0) {
      const failures = Math.max(...tasks.map((task) => task.failures.count))
      const wait = isDecided && failures > 0 ? backoff(failures, this.time.random) : 0
      tasks.forEach((task) => this.queue.delay(task))
      this.delayed.push({ tasks, dueAt: Math.max(this.time.now() + wait, this.pace.pausedUntil) })
      this.retried += tasks.length
    }
  }
}

/** The last result of an event. One that was resent to keep the order keeps its success if it is unchanged now. */
function finalize({ confirmed }: Task, result: MappingResult): MappingResult {
  // A failure that is not retried any more has failed too often.
  const last: MappingResult = result.outcome === 'retryable' ? { ...result, outcome: 'rejected' } : result
  return confirmed === undefined || last.outcome === 'rejected' ? last : confirmed
}
