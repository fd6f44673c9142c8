const DAY = String.raw`(?<year>\d{4})(?<dash>-?)(?<month>\d\d)\k<dash>(?<day>\d\d)`
const TIME = String.raw`(?<hour>[01]\d|2[0-4])(?<colon>:?)(?<minute>[0-5]\d)(?:\k<colon>(?<second>[0-5]\d|60)(?:[.,](?<fraction>\d+))?)?`
const ZONE = String.raw`(?<zone>Z|UTC|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)`

/** A calendar date, alone or with a time, alone or with a zone, in ISO 8601 or near to it. */
const DATE_TIME = new RegExp(`^${DAY}(?:[T ]${TIME} ?${ZONE}?)?$`, 'i')

/** What nearly every event has: a date and a time with a zone, as every reader of ISO 8601 takes it. */
const PLAIN =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/

/** A day that each month has */
const SAFE_DAY = '28'

/** 9 or 10 digits are seconds (1973 to 2286), 12 or 13 milliseconds. */
const EPOCH = /^(?:(?<seconds>\d{9,10})|\d{12,13})(?:\.\d+)?$/

/**
 * The timestamp as Ortto should get it.
 *
 * One that is written as nearly all are (2025-07-10T06:09:00.000+10:00) comes back as it is. Everything else that names
 * one moment comes back in UTC: a date, a date and time without a zone (which means UTC), the rarer forms of ISO 8601,
 * seconds or milliseconds since 1970. Undefined when it can't be read, or when there is no such day.
 */
export function toIsoTimestamp(timestamp: string): string | undefined {
  const text = timestamp.trim()
  if (PLAIN.test(text) && (text.slice(8, 10) <= SAFE_DAY || isCalendarDay(text.slice(0, 10)))) {
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
  const { year, month, day, hour = '00', minute = '00', second = '00', fraction = '0', zone } = groups
  const date = `${year}-${month}-${day}`
  if (!isCalendarDay(date)) {
    return undefined
  }
  // Date knows no leap second; the one before it is the nearest that it knows.
  const time = `${hour}:${minute}:${second === '60' ? '59' : second}.${fraction}`
  return toUtc(Date.parse(`${date}T${time}${withColon(zone)}`))
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
