import type { DateFormat } from '../../../../sandbox'
import type { Field } from './account'
import { hasFormat, withType } from './account'

/** A field for a trait: an existing one, or a new one. */
interface Proposal {
  field: Field
  isNew: boolean
}

/** Proposes a field for a trait: an existing one with a similar name, or a new one. Undefined for objects. */
export function proposeField(trait: string, example: unknown, fields: readonly Field[]): Proposal | undefined {
  const existing = fields.find(({ name }) => normalize(name) === normalize(trait))
  if (existing) {
    return { field: existing, isNew: false }
  }
  const field = newFieldFor(trait, example, fields)
  return field && { field, isNew: true }
}

/** A new field for a trait, or a new attribute for a property. Undefined for objects. */
export function newFieldFor(trait: string, example: unknown, fields: readonly Field[]): Field | undefined {
  const guessed = guessType(trait, example)
  return guessed && { name: findUnusedName(formatName(trait), fields), ...guessed }
}

/** `firstName`, `first_name` and `First name` are the same. */
function normalize(name: string): string {
  return name.toLowerCase().replace(/[\s_.-]+/g, '')
}

/** `firstName` as `First name` */
function formatName(trait: string): string {
  const words = trait
    .replace(/([a-z0-9])([A-Z])/g, (_, before: string, after: string) => `${before} ${after.toLowerCase()}`)
    .replace(/[\s_.-]+/g, ' ')
    .trim()
  return words === '' ? trait || 'Unnamed' : words.charAt(0).toUpperCase() + words.slice(1)
}

function findUnusedName(name: string, fields: readonly Field[]): string {
  const used = new Set(fields.map((field) => field.name))
  let unused = name
  for (let count = 2; used.has(unused); count += 1) {
    unused = `${name} ${count}`
  }
  return unused
}

type Guess = Omit<Field, 'name'>

/** The type of a field for a value. Undefined for objects and lists of objects. */
export function guessType(trait: string, example: unknown): Guess | undefined {
  if (typeof example === 'boolean') {
    return { type: 'yes/no' }
  }
  if (typeof example === 'number') {
    return { type: Number.isInteger(example) ? 'number' : 'decimal' }
  }
  if (Array.isArray(example)) {
    const areTexts = example.length > 0 && example.every((part) => typeof part !== 'object' && part !== '')
    return areTexts ? { type: 'multi select' } : undefined
  }
  if (typeof example === 'object' && example !== null) {
    return undefined
  }
  return guessTextType(trait, typeof example === 'string' ? example : '')
}

/** Longer texts are for a long text field. */
const MAX_TEXT_LENGTH = 255

function guessTextType(trait: string, text: string): Guess {
  const format = guessFormat(text)
  if (format !== undefined) {
    return { type: format === 'ISO 8601' ? 'date and time' : 'date', format }
  }
  if (/^[a-z0-9_+-]+(\.[a-z0-9_+-]+)*@([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/i.test(text)) {
    return { type: 'email' }
  }
  if (/^https?:\/\/[a-z0-9-]+(\.[a-z0-9-]+)+(\/[\w./-]*)?$/i.test(text)) {
    return { type: 'link' }
  }
  if (/phone|mobile/i.test(trait) && /^\+[\d\s()-]{7,}$/.test(text)) {
    return { type: 'phone number' }
  }
  return { type: text.length > MAX_TEXT_LENGTH ? 'long text' : 'text' }
}

/** The format of a date. If two formats match, the one with the day before the month. */
function guessFormat(text: string): DateFormat | undefined {
  const [, year, yearMark, month, day] = /^(\d{4})([-/])(\d\d)\2(\d\d)$/.exec(text) ?? []
  if (year !== undefined) {
    return isDay(year, month, day) ? (yearMark === '-' ? 'YYYY-MM-DD' : 'YYYY/MM/DD') : undefined
  }
  const [, first, mark, second, lastYear] = /^(\d\d)([-/])(\d\d)\2(\d{4})$/.exec(text) ?? []
  if (first !== undefined) {
    if (isDay(lastYear, second, first)) {
      return mark === '-' ? 'DD-MM-YYYY' : 'DD/MM/YYYY'
    }
    return isDay(lastYear, first, second) ? (mark === '-' ? 'MM-DD-YYYY' : 'MM/DD/YYYY') : undefined
  }
  const [, date, time] = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)?$/.exec(text) ?? []
  const isDateTime = date !== undefined && isDay(...(date.split('-') as [string, string, string])) && isTime(time)
  return isDateTime && !Number.isNaN(Date.parse(text)) ? 'ISO 8601' : undefined
}

/** True for a day that exists: not the 30th of February. */
function isDay(year: string, month: string, day: string): boolean {
  const date = new Date(`${year}-${month}-${day}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().slice(0, 10) === `${year}-${month}-${day}`
}

function isTime(time: string): boolean {
  const [hours, minutes, seconds] = time.split(':').map(Number)
  return hours < 24 && minutes < 60 && seconds < 60
}

/** The field with a type and format that match a value. Undefined if that type is text, which matches everything. */
export function suggestType(field: Field, trait: string, example: unknown): Field | undefined {
  const guess = guessType(trait, example)
  if (!guess || guess.type === 'text' || guess.type === 'long text') {
    return undefined
  }
  // A date field keeps its type for a date and time.
  const type = hasFormat(guess.type) && hasFormat(field.type) ? field.type : guess.type
  return { ...withType(field, type), ...(guess.format ? { format: guess.format } : {}) }
}
