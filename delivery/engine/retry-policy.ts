import { tracksActivities } from '../mapping/mapping-fields'
import type { EventReport, MappingResult } from '../report'
import { FirstResults } from './first-results'
import { findKeyRefusal, findLastDecided, toHealthSignal } from './health'
import { OutageWatch } from './outage-watch'
import { backoff } from './pace'
import type { Pace } from './pace'
import type { Decision, ResultPolicy } from './result-policy'
import type { ResponseSignal } from './sender'
import { Stopped } from './stopped'
import { isBehind } from './task'
import type { Task } from './task'
import type { Time } from './time'

/** An event that fails so often, while Ortto accepts others, is given up: its last failure is its result. */
const MAX_FAILURES = 8
/** A failure of a whole request may be that of another event, or soon be over: the event is tried for this long. */
const MIN_RETRY_TIME_MS = 2 * 60_000

/** A batch that failed as a whole more often than this is sent again in parts, to find the event that causes it. */
const FAILURES_BEFORE_SPLIT = 3
const SPLIT = 4
/** The longest wait after a failure of a whole request, while Ortto accepts others: a next one may well succeed. */
const MAX_REQUEST_WAIT_MS = 2000

/**
 * Tries failures again, in the order of each user, until they succeed or failed too often while Ortto accepted others.
 * Stops when that does not help: the API key is refused, everything is rejected, or nothing is accepted for long.
 */
export class RetryPolicy implements ResultPolicy {
  private readonly firstResults = new FirstResults()
  private readonly outage = new OutageWatch()
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
    const lastDecided = findLastDecided(results)
    const isDecided = lastDecided >= 0
    const retried = new Set<Task>()
    const final = results.map((result, index) => {
      const task = tasks[index]
      const isBeforeDecided = index < lastDecided
      if (
        result.isRetryable &&
        this.mayRetry(task, result, startedAt, isDecided, isBeforeDecided || tasks.length === 1)
      ) {
        task.maxBatch = !isDecided && task.failures > FAILURES_BEFORE_SPLIT ? Math.ceil(tasks.length / SPLIT) : Infinity
        retried.add(task)
      } else if (canResend(result) && isBehind(task, retried)) {
        task.confirmed ??= result.status < 400 ? result : undefined
        retried.add(task)
      } else {
        return finalize(task, result)
      }
      return result
    })
    const failures = Math.max(0, ...[...retried].map((task) => task.failures))
    const waitMs = failures > 0 ? backoff(failures, this.time.random) : 0
    return { results: final, retried, waitMs: isDecided ? waitMs : shorten(waitMs) }
  }

  /**
   * Counts a failure. False when the event failed too often while Ortto accepted others.
   * @param isDecided Ortto decided other events of the request
   * @param isSeparate Ortto accepted a later event of the request, or there was no other
   */
  private mayRetry(
    task: Task,
    { status }: MappingResult,
    startedAt: number,
    isDecided: boolean,
    isSeparate: boolean
  ): boolean {
    task.failedSince ??= startedAt
    const acceptsOthers = this.healthyAt > task.failedSince
    // Over its limit, Ortto accepts none of the events that follow. That is no failure of the event.
    const isOverLimit = status === 429 && !(isSeparate && acceptsOthers)
    task.failures += isOverLimit ? 0 : 1
    const isForLong = isDecided || startedAt - task.failedSince >= MIN_RETRY_TIME_MS
    return isOverLimit || task.failures < MAX_FAILURES || !acceptsOthers || !isForLong
  }
}

/** The wait after a failure of a whole request. When all requests fail, the pace waits longer. */
function shorten(waitMs: number): number {
  return Math.min(waitMs / 4, MAX_REQUEST_WAIT_MS)
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
