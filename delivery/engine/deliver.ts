import { INTEGRATION_NAMES } from '../mapping/integrations'
import type { EventFilter } from '../mapping/route'
import type { ReadItem } from '../read/read-events'
import type { EventReport, MappingResult } from '../report'
import type { DeliveryOptions } from './delivery-options'
import { IdentifyOrder } from './identify-order'
import { Pace } from './pace'
import { PauseWatch } from './pause-watch'
import { PendingReports } from './pending-reports'
import { KeyQueue } from './queue'
import { SingleAttempt } from './result-policy'
import type { ResultPolicy } from './result-policy'
import { Retries } from './retries'
import type { Waiting } from './retries'
import { RetryPolicy } from './retry-policy'
import { Sender } from './sender'
import { Signal } from './signal'
import { startReport } from './start-report'
import { Stopped } from './stopped'
import { Task } from './task'
import type { Batch } from './task'
import { realTime } from './time'
import type { Time } from './time'

/** After so long without a new event, the first results of an endless delivery are all that there are. */
const IDLE_MS = 1000

/**
 * One delivery of events to Ortto. Each event goes through each mapping that matches it, in batches, several at a time.
 * The events of one user keep their order, and failures are retried as `retry-policy.ts` says.
 */
export class Delivery {
  /** The tries that were repeated */
  readonly retries: Retries
  private readonly time: Time
  private readonly pace: Pace
  private readonly pauses: PauseWatch
  private readonly policy: ResultPolicy
  private readonly sender: Sender
  private readonly filter: EventFilter
  private readonly queue: KeyQueue
  private readonly pending: PendingReports
  private readonly order = new IdentifyOrder()
  /** Tasks that wait for another try */
  private delayed: { tasks: Task[]; dueAt: number }[] = []
  /** When the last event came in */
  private addedAt = Infinity
  private hasEnded = false
  private stopped?: Stopped
  /** Why no more events can be read */
  private readError?: Error
  /** Wakes `run`. */
  private readonly change: Signal
  /** Wakes `feed`. */
  private readonly room: Signal

  constructor(private readonly options: DeliveryOptions) {
    const { to, settings, integrations = [], consent = [], rate, through, time = realTime } = options
    this.time = time
    this.change = new Signal(time)
    this.room = new Signal(time)
    this.queue = new KeyQueue(time.now)
    this.pace = new Pace(time.now, time.random, rate)
    this.pauses = new PauseWatch(this.pace, this.time, options.onPause)
    this.retries = new Retries(options.onRetry)
    this.filter = { names: [...INTEGRATION_NAMES, ...integrations], consent }
    this.policy = options.isSingleAttempt
      ? new SingleAttempt(this.pace)
      : new RetryPolicy(time, this.pace, options.keepGoing)
    this.pending = new PendingReports(options.onReport)
    this.sender = new Sender({ to, settings, through, onResponse: (signal) => this.policy.noteResponse(signal) })
  }

  /** The failure for which nothing is sent for now, and the milliseconds until the next attempt. */
  get waiting(): Waiting | undefined {
    const { latest } = this.retries
    const isIdle = this.pace.requests === 0 && this.delayed.length > 0
    const nextAt = isIdle ? Math.min(...this.delayed.map(({ dueAt }) => dueAt)) : this.pace.pausedUntil
    const milliseconds = nextAt - this.time.now()
    return latest && milliseconds > 0 ? { ...latest, milliseconds } : undefined
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
      this.change.notify()
    })
    try {
      while (!this.hasEnded || this.pending.size > 0) {
        const wakeAt = this.send()
        const wasIdle = this.idleAt <= this.time.now()
        const reports = this.takeReports()
        if (!this.hasEnough) {
          this.room.notify()
        }
        if (reports.length > 0) {
          yield reports
        } else if (this.stopped && this.pace.requests === 0) {
          throw this.stopped
        } else if (!this.hasEnded || this.pending.size > 0) {
          const isWaiting = this.pending.size > 0 && !wasIdle
          await this.change.wait(isWaiting ? Math.min(wakeAt, this.idleAt) : wakeAt)
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

  /** Reads and sends nothing more. */
  private stop(reason: Stopped): void {
    this.stopped ??= reason
    this.change.notify()
    this.room.notify()
  }

  /** When an endless delivery has received all events that there are for now. */
  private get idleAt(): number {
    return this.options.isEndless ? this.addedAt + IDLE_MS : Infinity
  }

  /** True when no more events are to be read for now. */
  private get hasEnough(): boolean {
    return this.hasEnded || this.pending.isFull || this.queue.isFull
  }

  /** Adds events, as long as there is room. */
  private async feed(items: AsyncIterable<readonly ReadItem[]>): Promise<void> {
    for await (const list of items) {
      list.forEach((item) => this.add(item))
      this.change.notify()
      while (this.hasEnough && !this.stopped) {
        await this.room.wait()
      }
      if (this.stopped) {
        return
      }
    }
    this.hasEnded = true
    this.change.notify()
  }

  private add(item: ReadItem): void {
    this.addedAt = this.time.now()
    const { report, event, mappings } = startReport(item, this.options.mappings, this.filter)
    if (event && mappings.length > 0 && this.order.isOlder(event)) {
      report.notices = [...(report.notices ?? []), 'older_identify']
    }
    const pending = this.pending.add(report, mappings.length)
    if (event) {
      mappings.forEach((mapping, position) => this.queue.add(new Task(event, mapping, item.size, pending, position)))
    }
  }

  /** The complete reports at the beginning. */
  private takeReports(): EventReport[] {
    const reports = this.pending.listComplete()
    // When there is no room for more, it makes no sense to wait for more.
    const isAll =
      reports.length === this.pending.size && (this.hasEnded || this.pending.isFull || this.idleAt <= this.time.now())
    const first = this.policy.checkReports(reports, isAll)
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
      const { lingersUntil } = this.queue
      const batch = this.queue.take(this.hasEnough || lingersUntil <= now)
      if (!batch) {
        return Math.min(lingersUntil, ...this.delayed.map(({ dueAt }) => dueAt))
      }
      const tasks = this.dropExpired(batch.tasks)
      if (tasks.length > 0) {
        void this.sendBatch({ ...batch, tasks })
      }
    }
    return this.stopped || !this.pace.hasRoom ? Infinity : this.pace.nextAt
  }

  /** Gives the tasks that are not to be sent any more their result, and returns the others. */
  private dropExpired(tasks: Task[]): Task[] {
    const { isExpired } = this.options
    const expired = isExpired ? new Set(tasks.filter(({ source }) => isExpired(source))) : undefined
    if (expired === undefined || expired.size === 0) {
      return tasks
    }
    expired.forEach((task) => {
      task.expire()
      this.queue.finish(task)
    })
    return tasks.filter((task) => !expired.has(task))
  }

  private async sendBatch({ tasks, mapping }: Batch): Promise<void> {
    const startedAt = this.pace.begin(tasks.length)
    const events = tasks.map(({ event }) => event)
    const results = await this.sender.send(events, mapping)
    this.options.onBatchSent?.(this.time.now() - startedAt, results)
    this.settle(tasks, results, startedAt)
    this.change.notify()
  }

  /** Settles the tasks that have their final result, and delays the others. */
  private settle(tasks: readonly Task[], results: readonly MappingResult[], startedAt: number): void {
    const { results: final, retried, retryAt, stopped } = this.policy.decide(tasks, results, startedAt)
    tasks.forEach((task, index) => {
      if (!retried.has(task)) {
        task.settle(final[index])
        this.queue.finish(task)
      }
    })
    if (retried.size > 0) {
      retried.forEach((task) => this.queue.delay(task))
      tasks.forEach((task, index) => !stopped && retried.has(task) && this.retries.add(results[index]))
      this.delayed.push({ tasks: [...retried], dueAt: retryAt })
    }
    if (stopped) {
      this.stop(stopped)
    }
    this.pauses.note(results)
  }
}
