import type { EventReport } from '../report'
import { Stopped } from './stopped'

/** When each of the first results is the same rejection, a delivery stops: something is set up wrongly. */
const FIRST_RESULTS = 1000

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
