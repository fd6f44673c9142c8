const DAY = String.raw`(?<year>\d{4})(?<dash>-?)(?<month>\d\d)\k<dash>(?<day>\d\d)`
const TIME = String.raw`(?<hour>[01]\d|2[0-4])(?<colon>:?)(?<minute>[0-5]\d)(?:\k<colon>(?<second>[0-5]\d|60)(?:[.,](?<fraction>\d+))?)?`
const ZONE = String.raw`(?<zone>Z|UTC|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)`

/** A calendar date, alone or with a time, alone or with a zone, in ISO 8601 or near to it. */
const DATE_TIME = new RegExp(`^${DAY}(?:(?<separator>[T ])${TIME}(?<gap> ?)${ZONE}?)?$`, 'i')

/** What nearly every event has, told in one look: ISO 8601 with a zone, on a day that each month has. */
const PLAIN =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/

/** 9 or 10 digits are seconds (1973 to 2286), 12 or 13 milliseconds. */
const EPOCH = /^(?:(?<seconds>\d{9,10})|\d{12,13})(?:\.\d+)?$/

/**
 * The timestamp as Ortto should get it.
 *
 * ISO 8601 with a time zone comes back as it is. Everything else that names one moment comes back as ISO 8601 in UTC: a
 * date, a date and time without a zone (which means UTC), seconds or milliseconds since 1970.
 * Undefined when it can't be read, or when there is no such day.
 */
export function toIsoTimestamp(timestamp: string): string | undefined {
  const text = timestamp.trim()
  if (PLAIN.test(text)) {
    return text
  }
  const epoch = EPOCH.exec(text)
  if (epoch) {
    return toUtc(Math.round(Number(text) * (epoch.groups?.seconds ? 1000 : 1)))
  }

  const { groups } = DATE_TIME.exec(text) ?? {}
  if (!groups) {
    return undefined
  }
  const { year, month, day, separator, hour = '00', minute = '00', second = '00', fraction = '0', gap, zone } = groups
  const date = `${year}-${month}-${day}`
  if (!isCalendarDay(date)) {
    return undefined
  }
  // Date knows no leap second; the one before it is the nearest that it knows.
  const time = `${hour}:${minute}:${second === '60' ? '59' : second}.${fraction}`
  const moment = toUtc(Date.parse(`${date}T${time}${withColon(zone)}`))
  const isIso = separator === 'T' && gap === '' && /^[Z+-]/.test(zone)
  return moment && isIso ? text : moment
}

function toUtc(milliseconds: number): string | undefined {
  return Number.isNaN(milliseconds) ? undefined : new Date(milliseconds).toISOString()
}

/** Date.parse takes February 30 for March 2. */
function isCalendarDay(date: string): boolean {
  return toUtc(Date.parse(`${date}T00:00:00Z`))?.startsWith(date) === true
}

/** `+02` and `+0200` as `+02:00`, the form that Date reads. */
function withColon(zone = 'Z'): string {
  const [, hours, minutes = '00'] = /^([+-]\d\d):?(\d\d)?$/.exec(zone) ?? []
  return hours === undefined ? 'Z' : `${hours}:${minutes}`
}
