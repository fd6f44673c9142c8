import type { InferResponseType } from 'hono/client'
import type { DateFormat, FieldType } from '../../../../sandbox'
import type { ortto } from '../client'

/** How the account is set up, as in the control API. */
export type Account = InferResponseType<typeof ortto.account.$get>
/** A CDP field of a contact, or an attribute of an activity */
export type Field = Account['fields'][number]
export type ActivityMapping = Account['activities'][number]
export type Plan = Account['plan']

/** The types of fields, each with the values that it accepts. */
export const FIELD_TYPES: Record<FieldType, string> = {
  text: 'any text, number or boolean',
  'long text': 'any text, number or boolean',
  number: 'whole numbers, also as text',
  decimal: 'numbers, also as text',
  currency: 'numbers, also as text',
  date: 'dates in the format that you choose',
  'date and time': 'dates and times in the format that you choose',
  'yes/no': 'true, false, yes, no, 1, 0',
  'phone number': 'numbers with a country code, such as +61 2 9374 4000',
  'single select': 'one of its options; any text if there are no options',
  'multi select': 'some of its options, as an array; any texts if there are no options',
  link: 'URLs that begin with http:// or https://',
  email: 'email addresses',
  city: 'any text, number or boolean',
  country: 'any text, number or boolean',
  region: 'any text, number or boolean'
}

/** The formats of dates, each with the 28th of July 1980. */
export const DATE_FORMATS: Record<DateFormat, string> = {
  'YYYY-MM-DD': '1980-07-28',
  'DD-MM-YYYY': '28-07-1980',
  'MM-DD-YYYY': '07-28-1980',
  'YYYY/MM/DD': '1980/07/28',
  'DD/MM/YYYY': '28/07/1980',
  'MM/DD/YYYY': '07/28/1980',
  'ISO 8601': '1980-07-28T00:00:00Z',
  'Unix seconds': '333590400',
  'Unix milliseconds': '333590400000'
}

/** The keys of a record, with their type. */
export function namesOf<Name extends string>(record: Record<Name, unknown>): Name[] {
  return Object.keys(record) as Name[]
}

export function hasFormat(type: FieldType): boolean {
  return type === 'date' || type === 'date and time'
}

export function hasOptions(type: FieldType): boolean {
  return type === 'single select' || type === 'multi select'
}

/** A field with another type. It keeps its format and options if the type has them. A date always has a format. */
export function withType({ name, type: _, format, options }: Field, type: FieldType): Field {
  return {
    name,
    type,
    ...(hasFormat(type) ? { format: format ?? 'ISO 8601' } : {}),
    ...(hasOptions(type) && options ? { options } : {})
  }
}

/** A type with its format: `date, DD-MM-YYYY` */
export function describeField({ type, format, options }: Field): string {
  return [type, format, options?.join(' | ')].filter(Boolean).join(', ')
}

/** A record with one entry changed, or removed if the value is undefined. The order stays the same. */
export function withEntry<Value>(
  record: Readonly<Record<string, Value>>,
  key: string,
  value: Value | undefined
): Record<string, Value> {
  const entries = new Map(Object.entries(record))
  if (value === undefined) {
    entries.delete(key)
  } else {
    entries.set(key, value)
  }
  return Object.fromEntries(entries)
}
