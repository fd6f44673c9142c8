import type { MappingResult } from '../report'
import { hasDecision } from './health'
import type { HealthSignal } from './health'
import { Stopped } from './stopped'

/** Stops after this time of nothing but failures. */
const MAX_OUTAGE_MS = 5 * 60_000

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
    const [{ message }] = results.filter(({ isRetryable }) => isRetryable)
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
