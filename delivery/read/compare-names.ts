const ISO_DATE = String.raw`(?<year>\d{4})[-_.](?<month>\d\d)[-_.](?<day>\d\d)`
const US_DATE = String.raw`(?<usMonth>\d\d)[-_.](?<usDay>\d\d)[-_.](?<usYear>\d{4})`
/** A date, or any other number */
const NUMBER = new RegExp(String.raw`(?<!\d)(?:${ISO_DATE}|${US_DATE})(?!\d)|\d+`, 'g')

/**
 * Compares names of files or folders, so that archives are read in the order of time: dates as dates (`2026-01-02`,
 * RudderStack's `01-02-2026`, milliseconds since 1970), other numbers as numbers (hours without a zero before them),
 * and all else by code units: the same on every machine.
 */
export function compareNames(one: string, other: string): number {
  const [parts, otherParts] = [splitName(one), splitName(other)]
  for (const [index, part] of parts.entries()) {
    const order = index < otherParts.length ? compareParts(part, otherParts[index]) : 1
    if (order !== 0) {
      return order
    }
  }
  return parts.length < otherParts.length ? -1 : compareParts(one, other)
}

/** A number comes before a text. */
function compareParts(one: string | number, other: string | number): number {
  if (typeof one === typeof other) {
    return one === other ? 0 : one < other ? -1 : 1
  }
  return typeof one === 'number' ? -1 : 1
}

/** The texts of a name, and the numbers between them. Dates are milliseconds since 1970. */
function splitName(name: string): (string | number)[] {
  const parts: (string | number)[] = []
  let end = 0
  for (const match of name.matchAll(NUMBER)) {
    const { year, month, day, usYear, usMonth, usDay } = match.groups ?? {}
    const date = toDate(year ?? usYear, month ?? usMonth, day ?? usDay)
    if (match.index > end) {
      parts.push(name.slice(end, match.index))
    }
    parts.push(...(date === undefined ? splitNumbers(match[0]) : [date]))
    end = match.index + match[0].length
  }
  return end < name.length ? [...parts, name.slice(end)] : parts
}

/** Undefined when the calendar has no such day. */
function toDate(year?: string, month?: string, day?: string): number | undefined {
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)))
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day) ? date.getTime() : undefined
}

function splitNumbers(text: string): (string | number)[] {
  return text.split(/(\d+)/).flatMap((part, index) => (part === '' ? [] : [index % 2 === 1 ? Number(part) : part]))
}
