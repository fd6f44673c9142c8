import { tracksActivities } from '../mapping/mapping-fields'
import type { EventReport, MappingResult } from '../report'
import { FailureRate } from './failure-rate'
import { FirstResults } from './first-results'
import { findKeyRefusal, findLastDecided, toHealthSignal } from './health'
import { OutageWatch } from './outage-watch'
import { backoff, spread } from './pace'
import type { Pace } from './pace'
import type { Decision, ResultPolicy } from './result-policy'
import type { ResponseSignal } from './sender'
import { Stopped } from './stopped'
import { isBehind } from './task'
import type { Task } from './task'
import type { Time } from './time'

/** An event that fails so often, while Ortto accepts others, is given up: its last failure is its result. */
const MAX_FAILURES = 8
/** A failure of a whole request may soon be over: its event is tried alone, and for this long at least. */
const MIN_RETRY_TIME_MS = 2 * 60_000

/** A batch that keeps failing as a whole is sent again in so many parts, to find the event that causes it. */
const SPLIT = 4
/** The longest wait after a failure of a whole request that may be chance: the next request may well succeed. */
const CHANCE_WAIT_MS = 100

/** What is known of the request of a batch. */
interface Request {
  /** Its events */
  size: number
  /** The position of its last event that Ortto decided, or -1 */
  lastDecided: number
  /** When it was made. Milliseconds */
  startedAt: number
}

/**
 * Tries failures again, in the order of each user, until they succeed or failed too often while Ortto accepted others.
 * Stops when that does not help: the API key is refused, everything is rejected, or nothing is accepted for long.
 */
export class RetryPolicy implements ResultPolicy {
  private readonly firstResults = new FirstResults()
  private readonly outage = new OutageWatch()
  private readonly failureRate = new FailureRate()
  /** When Ortto last gave a response that makes sense */
  private healthyAt = -Infinity

  /** @param keepsGoing although each of the first results is the same rejection */
  constructor(private readonly time: Time, private readonly pace: Pace, private readonly keepsGoing = false) {}

  noteResponse({ retryAfterMs, isValid }: ResponseSignal): void {
    if (retryAfterMs !== undefined) {
      this.pace.pauseFor(retryAfterMs)
    }
    if (isValid) {
      this.healthyAt = this.time.now()
    }
  }

  decide(tasks: readonly Task[], results: readonly MappingResult[], startedAt: number): Decision {
    const signal = toHealthSignal(results)
    this.pace.end(startedAt, signal)
    this.failureRate.note(signal)
    const refusal = findKeyRefusal(results)
    if (refusal) {
      const stopped = new Stopped('api_key_refused', `The API key is refused: ${refusal.message}`)
      return { results, retried: new Set(tasks), retryAt: Infinity, stopped }
    }
    const { results: final, retried, waitMs } = this.divide(tasks, results, startedAt)
    const { pausedUntil } = this.pace
    const now = this.time.now()
    const stopped = this.outage.check(signal, results, now, pausedUntil)
    return { results: final, retried, retryAt: Math.max(now + waitMs, pausedUntil), stopped }
  }

  checkReports(reports: readonly EventReport[], isAll: boolean): Stopped | 'wait' | undefined {
    return this.keepsGoing ? undefined : this.firstResults.check(reports, isAll)
  }

  /**
   * Divides the tasks of a batch into those with a final result and those that are tried again. Counts the failures,
   * and limits the next batch of a task that may have failed because of another event.
   */
  private divide(
    tasks: readonly Task[],
    results: readonly MappingResult[],
    startedAt: number
  ): Pick<Decision, 'results' | 'retried'> & { waitMs: number } {
    const request = { size: tasks.length, lastDecided: findLastDecided(results), startedAt }
    const isDecided = request.lastDecided >= 0
    const retried = new Set<Task>()
    const final = results.map((result, index) => {
      const task = tasks[index]
      if (result.isRetryable && this.mayRetry(task, index, result, request)) {
        this.limitBatch(task, tasks.length, isDecided)
        retried.add(task)
      } else if (canResend(result) && isBehind(task, retried)) {
        task.confirmed ??= result.status < 400 ? result : undefined
        retried.add(task)
      } else {
        return finalize(task, result)
      }
      return result
    })
    return { results: final, retried, waitMs: this.chooseWait([...retried], isDecided) }
  }

  /** Milliseconds until tasks that failed are sent again. When everything fails, the pace waits longer. */
  private chooseWait(retried: readonly Task[], isDecided: boolean): number {
    const { random } = this.time
    const failures = Math.max(0, ...retried.map((task) => (isDecided ? task.failures : task.failuresAsWhole)))
    if (isDecided) {
      return failures > 0 ? backoff(failures, random) : 0
    }
    return this.failureRate.mayBeChance(failures) ? spread(CHANCE_WAIT_MS, random) : backoff(failures, random)
  }

  /** Limits the next batch of a task whose batches failed as a whole so often that one of their events causes it. */
  private limitBatch(task: Task, size: number, isDecided: boolean): void {
    if (isDecided) {
      task.failuresAsWhole = 0
      task.maxBatch = Infinity
    } else if (size > 1 && !this.failureRate.mayBeChance(task.failuresAsWhole)) {
      task.failuresAsWhole = 0
      task.maxBatch = Math.ceil(size / SPLIT)
    }
  }

  /**
   * Counts a failure. False when the event failed too often while Ortto accepted others.
   * @param index of the task in its request
   */
  private mayRetry(task: Task, index: number, { status }: MappingResult, request: Request): boolean {
    const { size, lastDecided, startedAt } = request
    const isDecided = lastDecided >= 0
    task.failedSince ??= startedAt
    const acceptsOthers = this.healthyAt > task.failedSince
    // Over its limit, Ortto accepts none of the events that follow. That is no failure of the event.
    const isSeparate = index < lastDecided || size === 1
    const isOverLimit = status === 429 && !(isSeparate && acceptsOthers)
    task.failures += isOverLimit ? 0 : 1
    task.failuresAsWhole += isOverLimit || isDecided ? 0 : 1
    const isTriedAlone = size === 1 && startedAt - task.failedSince >= MIN_RETRY_TIME_MS
    const failures = isDecided ? task.failures : isTriedAlone ? task.failuresAsWhole : 0
    return isOverLimit || failures < MAX_FAILURES || !acceptsOthers
  }
}

/**
 * True when an event that Ortto accepted can be sent again after an earlier event of its user that is retried, because
 * otherwise the earlier one would win in the end. An activity that would be stored twice can't.
 */
function canResend({ status, item, mapping, isRecognizable }: MappingResult): boolean {
  const isUnderstood = status < 400 || status === 422
  return isUnderstood && item !== undefined && (!tracksActivities(mapping.partnerAction) || isRecognizable)
}

/** The last result of an event. One that was resent to keep the order and is unchanged now keeps its first success. */
function finalize({ confirmed }: Task, result: MappingResult): MappingResult {
  return confirmed !== undefined && result.outcome === 'unchanged' ? confirmed : result
}
