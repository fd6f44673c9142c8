import type { Outcome } from '../../../../delivery'

/** Characters of a value in a table */
const MAX_VALUE = 400

/** Formats a value on one line, for a table. */
export function showValue(value: unknown): string {
  if (value === undefined || value === null) {
    return value === null ? 'null' : ''
  }
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > MAX_VALUE
    ? `${text.slice(0, MAX_VALUE)}… (${text.length.toLocaleString('en')} characters)`
    : text
}

/** Formats `2025-07-10T06:09:00.000Z` as `2025-07-10 06:09:00`. Times are in UTC, as in Ortto's log. */
export function showTime(time: string): string {
  return time.replace('T', ' ').replace(/\.\d+Z$|Z$/, '')
}

/**
 * An outcome as the page shows it. `retryable`: rejected, and Segment would send the event again. `skipped`: delivered
 * without some of its values.
 */
export type ShownOutcome = Outcome | 'retryable' | 'skipped'

export function showOutcome({
  outcome,
  isRetryable,
  skippedCount = 0
}: {
  outcome: Outcome
  isRetryable: boolean
  skippedCount?: number
}): ShownOutcome {
  if (outcome === 'rejected' && isRetryable) {
    return 'retryable'
  }
  return outcome === 'delivered' && skippedCount > 0 ? 'skipped' : outcome
}

/** The colors of outcomes */
export const COLORS: Record<ShownOutcome, string> = {
  delivered: 'teal',
  skipped: 'yellow',
  partial: 'yellow',
  unchanged: 'gray',
  ignored: 'gray',
  rejected: 'red',
  retryable: 'orange'
}

export interface Change {
  name: string
  before?: string
  after?: string
}

/** The differences between two states of an object, by name. */
export function changesBetween(before: ReadonlyMap<string, unknown>, after: ReadonlyMap<string, unknown>): Change[] {
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((name) => {
    const [old, now] = [before.get(name), after.get(name)].map((value) =>
      value === undefined ? undefined : showValue(value)
    )
    return old === now ? [] : [{ name, before: old, after: now }]
  })
}

/** Formats JSON on several lines. Other text is not changed. */
export function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}
