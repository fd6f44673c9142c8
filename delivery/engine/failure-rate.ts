import type { HealthSignal } from './health'

/** How much the latest request counts in the rate: about the last 50 requests matter. */
const WEIGHT = 1 / 50
/** Failures in a row that are less likely than this have a cause of their own. */
const MIN_CHANCE = 0.001
const MAX_RATE = 0.9
const MIN_FAILURES = 3
const MAX_FAILURES = 12

/** The share of requests that failed lately. It tells failures by chance from those that an event causes. */
export class FailureRate {
  private rate = 0

  /** Counts a request, unless it says nothing about failures. */
  note(signal: HealthSignal | undefined): void {
    if (signal === 'ok' || signal === 'failing') {
      this.rate += ((signal === 'failing' ? 1 : 0) - this.rate) * WEIGHT
    }
  }

  /** True when a batch may fail so often in a row by chance: twice when few requests fail, 9 times when half do. */
  mayBeChance(failures: number): boolean {
    const limit = Math.ceil(Math.log(MIN_CHANCE) / Math.log(Math.min(this.rate, MAX_RATE)))
    return failures < Math.min(MAX_FAILURES, Math.max(MIN_FAILURES, limit))
  }
}
