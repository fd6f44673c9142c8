import type { MappingResult } from '../report'

/** What a request says of Ortto's health: it decides about events, is over its limit, or gives no useful response. */
export type HealthSignal = 'ok' | 'rateLimited' | 'failing'

/** The position of the last result that Ortto decided, or -1. */
export function findLastDecided(results: readonly MappingResult[]): number {
  return results.map(({ item, isRetryable }) => item !== undefined && !isRetryable).lastIndexOf(true)
}

/** True when Ortto decided at least one event of a request. */
export function hasDecision(results: readonly MappingResult[]): boolean {
  return findLastDecided(results) >= 0
}

/** What the results of a request say of Ortto's health. Undefined when nothing was sent. */
export function toHealthSignal(results: readonly MappingResult[]): HealthSignal | undefined {
  if (findKeyRefusal(results)) {
    return 'failing'
  }
  // Over its limit, Ortto accepts none of the events that follow. One that is refused among others has its own reason.
  const lastDecided = findLastDecided(results)
  if (results.some(({ status }, index) => status === 429 && index > lastDecided)) {
    return 'rateLimited'
  }
  if (lastDecided >= 0) {
    return 'ok'
  }
  return results.some(({ isRetryable }) => isRetryable) ? 'failing' : undefined
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
