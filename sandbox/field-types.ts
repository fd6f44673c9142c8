import dayjs from 'dayjs'
import customParseFormat from 'dayjs/plugin/customParseFormat'
import utc from 'dayjs/plugin/utc'
import { parsePhoneNumberFromString } from 'libphonenumber-js'
import { z } from 'zod'
import { cut } from './abridge'
import { keepable, readMoment } from './moments'

dayjs.extend(customParseFormat)
dayjs.extend(utc)

/** How dates come in. The first two are Ortto's; its documents leave the rest of the list open. */
export const DATE_FORMATS = [
  'YYYY-MM-DD',
  'DD-MM-YYYY',
  'MM-DD-YYYY',
  'YYYY/MM/DD',
  'DD/MM/YYYY',
  'MM/DD/YYYY',
  'ISO 8601',
  'Unix seconds',
  'Unix milliseconds'
] as const
export type DateFormat = typeof DATE_FORMATS[number]

export const FIELD_TYPES = [
  'text',
  'long text',
  'number',
  'decimal',
  'currency',
  'date',
  'date and time',
  'yes/no',
  'phone number',
  'single select',
  'multi select',
  'link',
  'email'
] as const
export type FieldType = typeof FIELD_TYPES[number]

/** What a field holds: dates as ISO 8601, phone numbers in E.164. */
export type FieldValue = string | number | boolean | string[]

/** A CDP field of a contact, or an attribute of an activity. */
export interface Field {
  name: string
  type: FieldType
  /** For dates: how they come in. */
  format?: DateFormat
  /** For selects: what may be selected; anything when there are none. */
  options?: string[]
}

/** The value as the field holds it, or undefined when it can't be converted. */
type Conversion = (value: unknown, field: Field) => FieldValue | undefined

const CONVERSIONS: Record<FieldType, Conversion> = {
  text: toText,
  'long text': toText,
  number: toWholeNumber,
  decimal: toNumber,
  currency: toNumber,
  date: (value, { format }) => toDate(value, format)?.slice(0, 10),
  'date and time': (value, { format }) => toDate(value, format),
  'yes/no': toYesOrNo,
  'phone number': toPhoneNumber,
  'single select': (value, { options }) => toOptions([value], options)?.[0],
  'multi select': (value, { options }) => toOptions(Array.isArray(value) ? value : [value], options),
  link: (value) => z.url({ protocol: /^https?$/ }).safeParse(value).data,
  email: (value) => z.email().safeParse(value).data
}

/** Converts what came in to what the field holds, or says why it can't. */
export function convert(value: unknown, field: Field): { value: FieldValue } | { problem: string } {
  const converted = CONVERSIONS[field.type](value, field)
  return converted === undefined ? { problem: `${show(value)} is no ${describe(field)}` } : { value: converted }
}

/** A type with what its values must look like: `date in the format DD-MM-YYYY`. */
function describe({ type, format, options }: Field): string {
  if (format) {
    return `${type} in the format ${format}`
  }
  return options ? `${type} out of ${options.join(', ')}` : type
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return cut(text, 100)
}

function toText(value: unknown): string | undefined {
  const isText = (typeof value === 'string' && value !== '') || typeof value === 'number' || typeof value === 'boolean'
  return isText ? String(value) : undefined
}

function toNumber(value: unknown): number | undefined {
  const isNumber = typeof value === 'number' || (typeof value === 'string' && value.trim() !== '')
  const number = isNumber ? Number(value) : NaN
  return Number.isFinite(number) ? number : undefined
}

function toWholeNumber(value: unknown): number | undefined {
  const number = toNumber(value)
  return Number.isInteger(number) ? number : undefined
}

function toYesOrNo(value: unknown): boolean | undefined {
  const text = toText(value)?.toLowerCase() ?? ''
  const isYes = ['true', 'yes', '1'].includes(text)
  return isYes || ['false', 'no', '0'].includes(text) ? isYes : undefined
}

function toPhoneNumber(value: unknown): string | undefined {
  const number = parsePhoneNumberFromString(toText(value) ?? '')
  return number?.isValid() ? number.number : undefined
}

function toOptions(values: readonly unknown[], options: readonly string[] | undefined): string[] | undefined {
  const texts = values.flatMap((value) => toText(value) ?? [])
  const areKnown = options === undefined || texts.every((text) => options.includes(text))
  return texts.length > 0 && texts.length === values.length && areKnown ? texts : undefined
}

/** ISO 8601 in UTC */
function toDate(value: unknown, format: DateFormat = 'ISO 8601'): string | undefined {
  const moment = readDate(value, format)
  return moment === undefined ? undefined : new Date(moment).toISOString()
}

function readDate(value: unknown, format: DateFormat): number | undefined {
  switch (format) {
    case 'ISO 8601':
      return readMoment(toText(value) ?? '')
    case 'Unix seconds':
      return keepable((toWholeNumber(value) ?? NaN) * 1000)
    case 'Unix milliseconds':
      return keepable(toWholeNumber(value) ?? NaN)
    default:
      return readDay(toText(value) ?? '', format)
  }
}

/** Reads a date that is written exactly in its format: midnight in UTC. */
function readDay(text: string, format: string): number | undefined {
  const day = dayjs.utc(text, format, true)
  return day.isValid() ? day.valueOf() : undefined
}
