import { toIsoTimestamp } from '../../src/timestamp'

/** A timestamp in milliseconds since 1970, read as the destination reads it. Undefined when it can't be read. */
export function momentOf(timestamp: unknown): number | undefined {
  if (typeof timestamp !== 'string' && typeof timestamp !== 'number') {
    return undefined
  }
  const usual = toIsoTimestamp(String(timestamp))
  return usual === undefined ? undefined : Date.parse(usual)
}
