import { FIRST_TIMESTAMP_MS, LAST_TIMESTAMP_MS } from '../rules'

/** A date, or a date and time with or without a zone, in ISO 8601. Seconds are optional. */
const ISO_8601 = /^(?<date>\d{4}-\d\d-\d\d)(?:T(?<time>\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(?<zone>Z|[+-]\d\d:?\d\d)?)?$/i

/**
 * Milliseconds since 1970. A text without a zone is in UTC. Undefined when the text is not a timestamp, names a day
 * that does not exist, or is out of range.
 */
export function parseTimestamp(text: string): number | undefined {
  const { date = '', time = '00:00', zone = 'Z' } = ISO_8601.exec(text)?.groups ?? {}
  const midnight = Date.parse(`${date}T00:00:00Z`)
  // Date.parse reads February 30 as March 2.
  const isDay = !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(date)
  return isDay ? inTimestampRange(Date.parse(`${date}T${time}${zone}`)) : undefined
}

/** The timestamp if its year in UTC has four digits: not every program can read others in ISO 8601. */
export function inTimestampRange(milliseconds: number): number | undefined {
  return milliseconds >= FIRST_TIMESTAMP_MS && milliseconds <= LAST_TIMESTAMP_MS ? milliseconds : undefined
}

/** The day of a timestamp in UTC: YYYY-MM-DD. */
export function toDay(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 10)
}
