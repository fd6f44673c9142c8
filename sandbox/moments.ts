/** A date, or a date and time with or without a zone, in ISO 8601. Seconds may be left out. */
const ISO_8601 = /^(?<date>\d{4}-\d\d-\d\d)(?:T(?<time>\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(?<zone>Z|[+-]\d\d:?\d\d)?)?$/i

const FIRST = Date.parse('0000-01-01T00:00:00Z')
const LAST = Date.parse('9999-12-31T23:59:59.999Z')

/**
 * A moment in milliseconds since 1970. Without a zone it is in UTC. Undefined when it can't be read, when there is no
 * such day, or when it can't be kept.
 */
export function readMoment(text: string): number | undefined {
  const { date = '', time = '00:00', zone = 'Z' } = ISO_8601.exec(text)?.groups ?? {}
  const midnight = Date.parse(`${date}T00:00:00Z`)
  // Date.parse takes February 30 for March 2.
  const isDay = !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(date)
  return isDay ? keepable(Date.parse(`${date}T${time}${zone}`)) : undefined
}

/** The moment, when its year in UTC has four digits: ISO 8601 of another can't be read again everywhere. */
export function keepable(milliseconds: number): number | undefined {
  return milliseconds >= FIRST && milliseconds <= LAST ? milliseconds : undefined
}
