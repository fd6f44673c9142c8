/** A date, alone or with a time, alone or with a zone. Groups: date, separator, minutes, seconds, fraction, zone. */
const DATE_TIME =
  /^(\d{4}-\d\d-\d\d)(?:([T ])((?:[01]\d|2[0-3]):[0-5]\d)(?:(:[0-5]\d)(?:[.,](\d+))?)?(Z|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)?)?$/i

/** 9 or 10 digits are seconds (1973 to 2286), 12 or 13 milliseconds. */
const EPOCH = /^(?:\d{9,10}|\d{12,13})(?:\.\d+)?$/

/**
 * The timestamp as Ortto should get it.
 *
 * ISO 8601 with a time zone comes back as it is. Everything else that names one moment comes back as ISO 8601 in UTC: a
 * date, a date and time without a zone (which means UTC), seconds or milliseconds since 1970.
 * Undefined when it can't be read, or when there is no such day.
 */
export function toIsoTimestamp(timestamp: string): string | undefined {
  const text = timestamp.trim()
  if (EPOCH.test(text)) {
    const epoch = Number(text)
    return new Date(Math.round(epoch < 1e11 ? epoch * 1000 : epoch)).toISOString()
  }

  const match = DATE_TIME.exec(text)
  if (!match || !isCalendarDay(match[1])) {
    return undefined
  }
  const [, date, separator, minutes = '00:00', seconds = ':00', fraction, zone] = match
  if (separator === 'T' && zone !== undefined && zone !== 'z') {
    return text
  }
  const milliseconds = fraction === undefined ? '' : `.${fraction.slice(0, 3)}`
  return new Date(`${date}T${minutes}${seconds}${milliseconds}${withColon(zone)}`).toISOString()
}

/** Date.parse takes February 30 for March 2. */
function isCalendarDay(date: string): boolean {
  const time = Date.parse(`${date}T00:00:00Z`)
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(date)
}

/** `+02` and `+0200` as `+02:00`, the form that Date reads. */
function withColon(zone = 'Z'): string {
  const [, hours, minutes = '00'] = /^([+-]\d\d):?(\d\d)?$/.exec(zone) ?? []
  return hours === undefined ? 'Z' : `${hours}:${minutes}`
}
