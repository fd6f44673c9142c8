import dayjs from 'dayjs'
import customParseFormat from 'dayjs/plugin/customParseFormat'
import utc from 'dayjs/plugin/utc'
import { isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js'
import { z } from 'zod'
import { SECOND_MS } from '../rules'
import type { DateFormat, FieldType } from '../rules'
import type { Field, FieldValue } from './records'
import { describeConversionProblem } from './sentences'
import { inTimestampRange, parseTimestamp } from './timestamps'

dayjs.extend(customParseFormat)
dayjs.extend(utc)

/** Converts a value to the type of its field. Undefined when that is not possible. */
type Conversion = (value: unknown, field: Field, phoneCountry?: string) => FieldValue | undefined

const CONVERSIONS: Record<FieldType, Conversion> = {
  text: toText,
  'long text': toText,
  number: toInteger,
  decimal: toNumber,
  currency: toNumber,
  date: (value, { format }) => toDate(value, format)?.slice(0, 10),
  'date and time': (value, { format }) => toDate(value, format),
  'yes/no': toBoolean,
  'phone number': (value, _, phoneCountry) => toPhoneNumber(value, phoneCountry),
  'single select': (value, { options }) => toOptions([value], options)?.[0],
  'multi select': (value, { options }) => toOptions(Array.isArray(value) ? value : [value], options),
  link: (value) => z.url({ protocol: /^https?$/ }).safeParse(value).data,
  email: (value) => z.email().safeParse(value).data,
  city: toText,
  country: toText,
  region: toText
}

/**
 * Converts a value to the type of its field, or says why that is not possible.
 * @param phoneCountry the country of phone numbers without a country code, such as AU
 */
export function convert(
  value: unknown,
  field: Field,
  phoneCountry?: string
): { value: FieldValue } | { problem: string } {
  const converted = CONVERSIONS[field.type](value, field, phoneCountry)
  return converted === undefined ? { problem: describeConversionProblem(value, field) } : { value: converted }
}

/** A text, number or boolean as text. Undefined for other values and for the empty text. */
export function toText(value: unknown): string | undefined {
  const isText = (typeof value === 'string' && value !== '') || typeof value === 'number' || typeof value === 'boolean'
  return isText ? String(value) : undefined
}

function toNumber(value: unknown): number | undefined {
  const isNumber = typeof value === 'number' || (typeof value === 'string' && value.trim() !== '')
  const number = isNumber ? Number(value) : NaN
  return Number.isFinite(number) ? number : undefined
}

function toInteger(value: unknown): number | undefined {
  const number = toNumber(value)
  return Number.isInteger(number) ? number : undefined
}

function toBoolean(value: unknown): boolean | undefined {
  const text = toText(value)?.toLowerCase() ?? ''
  const isYes = ['true', 'yes', '1'].includes(text)
  return isYes || ['false', 'no', '0'].includes(text) ? isYes : undefined
}

/** A number of the country, or one with a country code, with or without the plus sign. */
function toPhoneNumber(value: unknown, country: string | undefined): string | undefined {
  const text = toText(value)?.trim() ?? ''
  const isOfCountry = country !== undefined && isSupportedCountry(country)
  const candidates = [
    parsePhoneNumberFromString(text, isOfCountry ? country : undefined),
    text.startsWith('+') ? undefined : parsePhoneNumberFromString(`+${text}`)
  ]
  return candidates.find((number) => number?.isValid())?.number
}

function toOptions(values: readonly unknown[], options: readonly string[] | undefined): string[] | undefined {
  const texts = values.flatMap((value) => toText(value) ?? [])
  const areAllowed = options === undefined || texts.every((text) => options.includes(text))
  return texts.length > 0 && texts.length === values.length && areAllowed ? texts : undefined
}

/** ISO 8601 in UTC */
function toDate(value: unknown, format: DateFormat = 'ISO 8601'): string | undefined {
  const timestamp = parseDate(value, format)
  return timestamp === undefined ? undefined : new Date(timestamp).toISOString()
}

/** Milliseconds since 1970 */
function parseDate(value: unknown, format: DateFormat): number | undefined {
  switch (format) {
    case 'ISO 8601':
      return parseTimestamp(toText(value) ?? '')
    case 'Unix seconds':
      return inTimestampRange((toInteger(value) ?? NaN) * SECOND_MS)
    case 'Unix milliseconds':
      return inTimestampRange(toInteger(value) ?? NaN)
    default:
      return parseDay(toText(value) ?? '', format)
  }
}

/** Midnight UTC of a date that is written exactly in its format. */
function parseDay(text: string, format: string): number | undefined {
  const day = dayjs.utc(text, format, true)
  return day.isValid() ? day.valueOf() : undefined
}
