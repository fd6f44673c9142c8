import dayjs from 'dayjs'
import customParseFormat from 'dayjs/plugin/customParseFormat'
import utc from 'dayjs/plugin/utc'

dayjs.extend(customParseFormat)
dayjs.extend(utc)

/** Every month with the days that it may have, of which February 29 depends on the year. */
const MONTH_AND_DAY = String.raw`(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-9])|(?:0[13-9]|1[0-2])-30|(?:0[13578]|1[02])-31)`

/** Nearly every timestamp: a calendar date and a time with a zone, in a form that every reader of ISO 8601 accepts. */
const USUAL = new RegExp(
  String.raw`^\d{4}-${MONTH_AND_DAY}T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$`
)

const DATE = String.raw`(?<year>\d{4})(?<dash>-?)(?<month>\d\d)\k<dash>(?<day>\d\d)`
const TIME = String.raw`(?<hour>[01]\d|2[0-4])(?<colon>:?)(?<minute>[0-5]\d)(?:\k<colon>(?<second>[0-5]\d|60)(?:[.,](?<fraction>\d+))?)?`
const ZONE = String.raw`(?:Z|UTC|(?<sign>[+-])(?<zoneHours>[01]\d|2[0-3])(?::?(?<zoneMinutes>[0-5]\d))?)`

/** A calendar date, alone or with a time, alone or with a zone, in ISO 8601 or close to it. */
const DATE_TIME = new RegExp(`^${DATE}(?:[T ]${TIME} ?${ZONE}?)?$`, 'i')

/** 9 or 10 digits are seconds (1973 to 2286), 12 or 13 milliseconds. */
const EPOCH = /^(?:(?<seconds>\d{9,10})|\d{12,13})(?:\.\d+)?$/

/**
 * The timestamp as Ortto should get it.
 *
 * One in the usual form (2025-07-10T06:09:00.000+10:00) is returned as it is. Everything else that names one moment is
 * returned in UTC: a date, a date and time without a zone (which means UTC), the rarer forms of ISO 8601, and seconds
 * or milliseconds since 1970. Undefined when it can't be read or there is no such day.
 */
export function toIsoTimestamp(timestamp: string): string | undefined {
  const text = timestamp.trim()
  if (USUAL.test(text) && (text.slice(5, 10) !== '02-29' || readDay(text.slice(0, 10)))) {
    return text
  }
  const epoch = EPOCH.exec(text)
  if (epoch) {
    return new Date(Math.round(Number(text) * (epoch.groups?.seconds ? 1000 : 1))).toISOString()
  }
  const { groups } = DATE_TIME.exec(text) ?? {}
  return groups && toUtc(groups)
}

function toUtc({ year, month, day, ...time }: Record<string, string | undefined>): string | undefined {
  const { hour = 0, minute = 0, second = 0, fraction = '', sign, zoneHours = 0, zoneMinutes = 0 } = time
  if (Number(hour) === 24 && Number(minute) + Number(second) + Number(fraction) > 0) {
    return undefined
  }
  const zone = (Number(zoneHours) * 60 + Number(zoneMinutes)) * (sign === '-' ? -1 : 1)
  return (
    readDay(`${year}-${month}-${day}`)
      ?.hour(Number(hour))
      .minute(Number(minute) - zone)
      // There is no leap second in the calendar: the second before it is the nearest.
      .second(Math.min(Number(second), 59))
      .millisecond(Number(fraction.slice(0, 3).padEnd(3, '0')))
      .toISOString()
  )
}

/** The day at midnight UTC. Undefined when the calendar has no such day, and for most years before 1000. */
function readDay(date: string): dayjs.Dayjs | undefined {
  const day = dayjs.utc(date, 'YYYY-MM-DD', true)
  return day.isValid() ? day : undefined
}
