import { toIsoTimestamp } from '../src/timestamp'

/**
 * A timestamp in milliseconds since 1970, read as the destination reads it. Undefined when it can't be read.
 *
 * ISO 8601 comes back from the destination as it is, and not all of it is known to `Date`; with a space in the place of
 * the T it comes back in UTC, in the form that `Date` itself writes.
 */
export function momentOf(timestamp: unknown): number | undefined {
  if (typeof timestamp !== 'string' && typeof timestamp !== 'number') {
    return undefined
  }
  const utc = toIsoTimestamp(String(timestamp).replace(/T/i, ' '))
  return utc === undefined ? undefined : Date.parse(utc)
}
