import { isRetryable } from '../src/results'
import type { Verdict } from './deliver'
import { tracksActivities } from './mapping-fields'
import type { Mapping } from './mappings'
import type { Shown } from './pace'
import type { Task } from './queue'
import type { Result } from './sender'

/** What results say: of Ortto, of the key, and whether another try is worth it. */

/** When each of the first so many results is the same refusal, a delivery stops: something is set up wrongly. */
export const FIRST_RESULTS = 1000

/** Tells when the first results are all the same refusal: something is set up wrongly. */
export class FirstResults {
  private isDecided = false

  /**
   * The refusal that all of the first results are; '' when that is not known yet; undefined when they are not the same.
   * @param isAll there will be no more of them
   */
  sameRefusal(verdicts: readonly Verdict[], isAll: boolean): string | undefined {
    const all = this.isDecided ? [] : verdicts.filter(({ status }) => status !== undefined)
    const results = all.slice(0, FIRST_RESULTS)
    const [first] = results
    const isSame = results.every(({ status = 0, message }) => status >= 400 && message === first.message)
    const isAgain = results.length > 0 && isNothingNew(first)
    this.isDecided = this.isDecided || !isSame || isAgain || (isAll && results.length < FIRST_RESULTS)
    if (this.isDecided) {
      return undefined
    }
    return results.length < FIRST_RESULTS ? '' : first.message
  }
}

type Said = Pick<Verdict, 'status' | 'message'> & { mapping?: Pick<Mapping, 'partnerAction'> }

/** What a verdict says, in one word. */
export function kindOf(
  verdict: Said & Pick<Verdict, 'sent'>
): 'delivered' | 'nothingNew' | 'rejected' | 'ignored' | 'untaken' {
  const { status, sent } = verdict
  if (status === undefined) {
    return 'untaken'
  }
  if (status >= 400) {
    return isNothingNew(verdict) ? 'nothingNew' : 'rejected'
  }
  return sent ? 'delivered' : 'ignored'
}

/**
 * A contact that Ortto knows just so: it was sent before, and there is nothing to mend. Ortto's documents do not give
 * the words of this answer, so one in other words counts as a refusal, and nothing is lost.
 */
export function isNothingNew({ status, message, mapping }: Said): boolean {
  // The name of an activity may be anything.
  const isActivity = mapping !== undefined && tracksActivities(mapping.partnerAction)
  return status === 422 && !isActivity && /\b(nothing|no) new\b/i.test(message)
}

/** What a request showed of Ortto. Nothing, when nothing was sent. */
export function showsOf(results: readonly Result[], isAnswered: boolean): Shown | undefined {
  if (results.some(({ status }) => status === 429)) {
    return 'over its limit'
  }
  if (isAnswered) {
    return 'taking'
  }
  return results.some(({ status }) => isRetryable(status)) ? 'failing' : undefined
}

/**
 * Why the key is refused, when all that was sent got such an answer. One event among others may be refused like that
 * for a reason of its own.
 */
export function refusalOfKey(results: readonly Result[]): string | undefined {
  const isRefused = ({ status }: Result) => status === 401 || status === 403
  const [first] = results.filter(isRefused)
  const others = results.filter((result) => result.sent !== undefined && !isRefused(result))
  return first && others.length === 0 ? first.message : undefined
}

/**
 * What Ortto took is sent again behind an earlier event of its user that is, or the earlier one would win in the end.
 * Not an activity that would be stored twice.
 */
export function isWorthAgain({ mapping }: Task, { status, sent }: Result): boolean {
  const wasUnderstood = status < 400 || status === 422
  return wasUnderstood && sent !== undefined && (!tracksActivities(mapping.partnerAction) || sent.hasIdentity)
}
