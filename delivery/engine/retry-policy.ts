import { isRetryable } from '../../src/results'
import { tracksActivities } from '../mapping/mapping-fields'
import type { EventReport, MappingResult } from '../report'
import { backoff } from './pace'
import type { HealthSignal } from './pace'
import { Stopped } from './stopped'
import { isBehind } from './task'
import type { Failures, Task } from './task'

/** An event that fails so often, while Ortto accepts others, is given up: its last failure is its result. */
const MAX_FAILURES = 8

/** Stops after this time of nothing but failures. */
const MAX_OUTAGE_MS = 5 * 60_000

/** A batch that failed as a whole more than once is sent again in so many parts. */
const SPLIT = 4

/** When each of the first results is the same rejection, a delivery stops: something is set up wrongly. */
const FIRST_RESULTS = 1000

/** True when Ortto decided at least one event of a request. */
function hasDecision(results: readonly MappingResult[]): boolean {
  return results.some(({ item, status }) => item !== undefined && !isRetryable(status))
}

/** What the results of a request say of Ortto's health. Undefined when nothing was sent. */
export function toHealthSignal(results: readonly MappingResult[]): HealthSignal | undefined {
  if (findKeyRefusal(results)) {
    return 'failing'
  }
  if (results.some(({ status }) => status === 429)) {
    return 'rateLimited'
  }
  if (hasDecision(results)) {
    return 'ok'
  }
  return results.some(({ status }) => isRetryable(status)) ? 'failing' : undefined
}

/**
 * The result that says that the API key is refused, when all events that were sent got it. A single event among others
 * may be refused with the same status for a reason of its own.
 */
export function findKeyRefusal(results: readonly MappingResult[]): MappingResult | undefined {
  const isRefused = ({ status }: MappingResult) => status === 401 || status === 403
  const others = results.some((result) => result.item !== undefined && !isRefused(result))
  return others ? undefined : results.find(isRefused)
}

/**
 * True when a failed event is tried again: always, unless it failed too often while Ortto answered others. Counts the
 * failure. Being over a limit does not count.
 * @param startedAt when its request was made
 * @param healthyAt when Ortto last gave a response that makes sense
 */
function shouldRetry(failures: Failures, { status }: MappingResult, startedAt: number, healthyAt: number): boolean {
  if (!isRetryable(status)) {
    return false
  }
  if (status === 429) {
    return true
  }
  failures.count += 1
  failures.since ??= startedAt
  return failures.count < MAX_FAILURES || healthyAt <= failures.since
}

/**
 * True when an event that Ortto accepted can be sent again after an earlier event of its user that is retried, because
 * otherwise the earlier one would win in the end. An activity that would be stored twice can't.
 */
function canResend({ status, item, mapping, isRecognizable }: MappingResult): boolean {
  const isUnderstood = status < 400 || status === 422
  return isUnderstood && item !== undefined && (!tracksActivities(mapping.partnerAction) || isRecognizable)
}

/** What the results of a batch mean for its tasks. */
interface Decision {
  /** The tasks that have their final result */
  settled: { task: Task; result: MappingResult }[]
  /** The tasks that are sent again, in their order */
  retried: Task[]
  /** Milliseconds until they are sent again, at least */
  wait: number
}

/**
 * Gives each task of a batch its final result, or another try. Counts the failures, and limits the next batch of a task
 * that may have failed because of another event.
 * @param results of the tasks, in the same order
 * @param startedAt when the request was made
 * @param healthyAt when Ortto last gave a response that makes sense
 */
export function decide(
  tasks: readonly Task[],
  results: readonly MappingResult[],
  startedAt: number,
  healthyAt: number,
  random: () => number
): Decision {
  const isDecided = hasDecision(results)
  const settled: Decision['settled'] = []
  const retried = new Set<Task>()
  tasks.forEach((task, index) => {
    const result = results[index]
    if (shouldRetry(task.failures, result, startedAt, healthyAt)) {
      task.maxBatch = !isDecided && task.failures.count > 1 ? Math.ceil(tasks.length / SPLIT) : Infinity
      retried.add(task)
    } else if (canResend(result) && isBehind(task, retried)) {
      task.confirmed ??= result.status < 400 ? result : undefined
      retried.add(task)
    } else {
      settled.push({ task, result: finalize(task, result) })
    }
  })
  const failures = Math.max(0, ...[...retried].map((task) => task.failures.count))
  // When nothing was decided, the pace waits for all events.
  const wait = isDecided && failures > 0 ? backoff(failures, random) : 0
  return { settled, retried: [...retried], wait }
}

/** The last result of an event. One that was resent to keep the order and is unchanged now keeps its first success. */
function finalize({ confirmed }: Task, result: MappingResult): MappingResult {
  // A failure that is not retried any more has failed too often.
  const last: MappingResult = result.outcome === 'retryable' ? { ...result, outcome: 'rejected' } : result
  return confirmed !== undefined && last.outcome === 'unchanged' ? confirmed : last
}

/** Notices when Ortto has accepted nothing for so long that waiting does not help. */
export class OutageWatch {
  private since?: number

  /**
   * @param waitUntil when Ortto may be asked again
   * @returns why the delivery stops, if it does
   */
  check(
    signal: HealthSignal | undefined,
    results: readonly MappingResult[],
    now: number,
    waitUntil: number
  ): Stopped | undefined {
    if (hasDecision(results)) {
      this.since = undefined
      return undefined
    }
    if (signal === undefined) {
      return undefined
    }
    this.since ??= now
    const [{ message }] = results.filter(({ status }) => isRetryable(status))
    const wait = waitUntil - now
    if (wait > MAX_OUTAGE_MS) {
      return new Stopped('long_wait', `Ortto asks to wait ${Math.ceil(wait / 60_000)} minutes: ${message}`)
    }
    if (now - this.since < MAX_OUTAGE_MS) {
      return undefined
    }
    return signal === 'rateLimited'
      ? new Stopped('rate_limited', `Ortto has been over its limit for five minutes: ${message}`)
      : new Stopped('outage', `Ortto has accepted nothing for five minutes: ${message}`)
  }
}

/** Notices when the first results are all the same rejection. Until that is known, no report is passed on. */
export class FirstResults {
  private isDecided = false

  /**
   * @param isAll there are no more reports for now
   * @returns `wait` when it is not known yet, why the delivery stops, or undefined when they are not the same
   */
  check(reports: readonly EventReport[], isAll: boolean): Stopped | 'wait' | undefined {
    if (this.isDecided) {
      return undefined
    }
    const rejections: { code: string; message: string; isRejected: boolean }[] = []
    for (const { problem, results } of reports) {
      if (problem) {
        rejections.push({ ...problem, isRejected: true })
      }
      results.forEach(({ code, message, outcome }) =>
        rejections.push({ code, message, isRejected: outcome === 'rejected' })
      )
    }
    if (rejections.length === 0) {
      // These events are not for Ortto, so they tell nothing.
      return undefined
    }
    const first = rejections.slice(0, FIRST_RESULTS)
    const isSame = first.every(({ code, isRejected }) => isRejected && code === first[0].code)
    this.isDecided = !isSame || (isAll && first.length < FIRST_RESULTS)
    if (this.isDecided) {
      return undefined
    }
    return first.length < FIRST_RESULTS
      ? 'wait'
      : new Stopped(
          'same_rejection',
          `Each of the first ${FIRST_RESULTS} results is the same rejection: ${first[0].message}`
        )
  }
}
