import type { DateFormat } from '../../../../sandbox/field-types'
import type { Field } from './account'
import { hasFormat, withType } from './account'

/** What a trait could fill: a field that there is, or one to be made. None for objects, which no field takes. */
interface Proposal {
  field: Field
  isNew: boolean
}

/** Proposes a field for a trait: one that sounds the same, or one to be made. */
export function proposeField(trait: string, example: unknown, fields: readonly Field[]): Proposal | undefined {
  const same = fields.find(({ name }) => plain(name) === plain(trait))
  if (same) {
    return { field: same, isNew: false }
  }
  const field = newFieldFor(trait, example, fields)
  return field && { field, isNew: true }
}

/** A field to be made for a trait, or an attribute for a property. None for objects, which no field takes. */
export function newFieldFor(trait: string, example: unknown, fields: readonly Field[]): Field | undefined {
  const guessed = guessType(trait, example)
  return guessed && { name: freeName(nameFor(trait), fields), ...guessed }
}

/** `firstName`, `first_name` and `First name` sound the same. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[\s_.-]+/g, '')
}

/** `firstName` as `First name` */
function nameFor(trait: string): string {
  const words = trait
    .replace(/([a-z0-9])([A-Z])/g, (_, before: string, after: string) => `${before} ${after.toLowerCase()}`)
    .replace(/[\s_.-]+/g, ' ')
    .trim()
  return words === '' ? trait || 'Unnamed' : words.charAt(0).toUpperCase() + words.slice(1)
}

function freeName(name: string, fields: readonly Field[]): string {
  const taken = new Set(fields.map((field) => field.name))
  let free = name
  for (let count = 2; taken.has(free); count += 1) {
    free = `${name} ${count}`
  }
  return free
}

type Guess = Omit<Field, 'name'>

/** The type of field that takes such a value. None for objects and lists of them. */
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

/** More characters than a text field is for */
const LONG = 255

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
  return { type: text.length > LONG ? 'long text' : 'text' }
}

/** The format of a date. Where two would do, the day comes before the month. */
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
  const isMoment = date !== undefined && isDay(...(date.split('-') as [string, string, string])) && isTime(time)
  return isMoment && !Number.isNaN(Date.parse(text)) ? 'ISO 8601' : undefined
}

/** True for a day that there is: not the 30th of February. */
function isDay(year: string, month: string, day: string): boolean {
  const date = new Date(`${year}-${month}-${day}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().slice(0, 10) === `${year}-${month}-${day}`
}

function isTime(time: string): boolean {
  const [hours, minutes, seconds] = time.split(':').map(Number)
  return hours < 24 && minutes < 60 && seconds < 60
}

/** The field with a type and format that take a value. None when that would be text, which takes everything. */
export function suitedTo(field: Field, trait: string, example: unknown): Field | undefined {
  const guess = guessType(trait, example)
  if (!guess || guess.type === 'text' || guess.type === 'long text') {
    return undefined
  }
  // A moment is a day as well, when that is what the field holds.
  const type = hasFormat(guess.type) && hasFormat(field.type) ? field.type : guess.type
  return { ...withType(field, type), ...(guess.format ? { format: guess.format } : {}) }
}
