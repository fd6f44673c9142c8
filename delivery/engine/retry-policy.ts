import { isRetryable } from '../src/results'
import { tracksActivities } from './mapping-fields'
import type { HealthSignal } from './pace'
import type { EventReport, MappingResult } from './report'
import { Stopped } from './stopped'

/** An event that fails so often, while Ortto accepts others, is given up: its last failure is its result. */
const MAX_FAILURES = 8

/** Stops after this time of nothing but failures. */
const MAX_OUTAGE_MS = 5 * 60_000

/** When each of the first results is the same rejection, a delivery stops: something is set up wrongly. */
const FIRST_RESULTS = 1000

/** True when Ortto decided at least one event of a request. */
export function hasDecision(results: readonly MappingResult[]): boolean {
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

/** How often an event failed in a way that another try may fix, and since when. */
export interface Failures {
  count: number
  /** In milliseconds */
  since?: number
}

/**
 * True when a failed event is tried again: always, unless it failed too often while Ortto answered others. Counts the
 * failure. Being over a limit does not count.
 * @param startedAt when its request was made
 * @param healthyAt when Ortto last gave a response that makes sense
 */
export function shouldRetry(
  failures: Failures,
  { status }: MappingResult,
  startedAt: number,
  healthyAt: number
): boolean {
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
export function canResend({ status, item, mapping, isRecognizable }: MappingResult): boolean {
  const isUnderstood = status < 400 || status === 422
  return isUnderstood && item !== undefined && (!tracksActivities(mapping.partnerAction) || isRecognizable)
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
