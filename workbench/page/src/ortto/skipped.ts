import type { LogEntry } from '../../../../sandbox'
import { isRecord } from './values'

/** Values of one trait or property that were skipped lately. */
export interface Skipped {
  count: number
  /** The last of them */
  example: unknown
}

/** The traits of which values were skipped lately, by the error log. @param log oldest first */
export function skippedTraits(log: readonly LogEntry[]): Map<string, Skipped> {
  return skippedIn(log, (item) => item.traits)
}

/** The properties of an activity of which values were skipped lately. @param log oldest first */
export function skippedProperties(log: readonly LogEntry[], activity: string): Map<string, Skipped> {
  return skippedIn(log, (item) => (item.event === activity ? item.properties : undefined))
}

function skippedIn(log: readonly LogEntry[], valuesOf: (item: Record<string, unknown>) => unknown) {
  const skipped = new Map<string, Skipped>()
  for (const { message, item } of log) {
    const name = nameOfSkipped(message)
    const values = isRecord(item) ? valuesOf(item) : undefined
    if (name !== undefined && isRecord(values) && Object.prototype.hasOwnProperty.call(values, name)) {
      skipped.set(name, { count: (skipped.get(name)?.count ?? 0) + 1, example: values[name] })
    }
  }
  return skipped
}

/** The trait or property that an entry of the log is about: `"birthday" was skipped: …` */
export function nameOfSkipped(message: string): string | undefined {
  return /^"([^]*?)" was skipped: /.exec(message)?.[1]
}
