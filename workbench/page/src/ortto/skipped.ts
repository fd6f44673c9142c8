import type { LogEntry } from '../../../../sandbox'
import { isRecord } from './values'

/** The skipped values of one trait or property. */
export interface SkippedValues {
  count: number
  /** The last of them */
  example: unknown
}

/** The traits in the error log whose values were skipped. @param log oldest first */
export function skippedTraits(log: readonly LogEntry[]): Map<string, SkippedValues> {
  return countSkipped(log, (item) => item.traits)
}

/** The properties of an activity in the error log whose values were skipped. @param log oldest first */
export function skippedProperties(log: readonly LogEntry[], activity: string): Map<string, SkippedValues> {
  return countSkipped(log, (item) => (item.event === activity ? item.properties : undefined))
}

function countSkipped(log: readonly LogEntry[], valuesOf: (item: Record<string, unknown>) => unknown) {
  const skipped = new Map<string, SkippedValues>()
  for (const { key, item } of log) {
    const values = isRecord(item) ? valuesOf(item) : undefined
    if (key !== undefined && isRecord(values) && Object.prototype.hasOwnProperty.call(values, key)) {
      skipped.set(key, { count: (skipped.get(key)?.count ?? 0) + 1, example: values[key] })
    }
  }
  return skipped
}
