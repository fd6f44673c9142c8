import { truncate } from '../../../../common/truncate'

/** A JSON value */
export type Json = null | boolean | number | string | Json[] | JsonObject
export interface JsonObject {
  [key: string]: Json
}

/**
 * A field's value, as its editor shows it. It may be incomplete. Reading and writing a value does not change it. Values
 * without a form of their own are shown as JSON.
 */
export type Form = { kind: 'nothing' } | TextForm | IfForm | PartsForm
export interface TextForm {
  /** `literal` is a text that is written as `{ "@literal": "a text" }`. */
  kind: 'path' | 'text' | 'template' | 'literal' | 'json'
  text: string
}
/** One value or another */
export interface IfForm {
  kind: 'if'
  /** `blank` is the framework's name: it selects `then` when the value exists and is not blank. */
  test: 'exists' | 'blank'
  of: Form
  then: Form
  else: Form
}
/** An object, key by key */
export interface PartsForm {
  kind: 'parts'
  rows: Row[]
}
export interface Row {
  key: string
  value: Form
}
export type Kind = Form['kind']

export const NOTHING: Form = { kind: 'nothing' }

/** Conditions that are nested deeper are shown as JSON. */
const MAX_NESTED = 4

const DIRECTIVES = { '@path': 'path', '@template': 'template', '@literal': 'literal' } as const

/** @param isField objects of fields are shown key by key, nested objects as JSON */
export function readValue(value: Json | undefined, isField = false, depth = 0): Form {
  if (value === undefined) {
    return NOTHING
  }
  if (typeof value === 'string') {
    return { kind: 'text', text: value }
  }
  const json: Form = { kind: 'json', text: JSON.stringify(value, null, 2) }
  if (!isObject(value)) {
    return json
  }
  const keys = Object.keys(value)
  if (!keys.some((key) => key.startsWith('@'))) {
    return isField ? readParts(value) : json
  }
  return (keys.length === 1 ? readDirective(keys[0], value[keys[0]], depth) : undefined) ?? json
}

function readParts(object: JsonObject): PartsForm {
  return { kind: 'parts', rows: Object.entries(object).map(([key, value]) => ({ key, value: readValue(value) })) }
}

function readDirective(name: string, given: Json, depth: number): Form | undefined {
  if (typeof given === 'string') {
    const kind = Object.entries(DIRECTIVES).find(([directive]) => directive === name)?.[1]
    return kind && { kind, text: given }
  }
  if (name !== '@if' || !isObject(given) || depth >= MAX_NESTED) {
    return undefined
  }
  const tests = (['exists', 'blank'] as const).filter((test) => Object.keys(given).includes(test))
  const others = Object.keys(given).filter((key) => !['exists', 'blank', 'then', 'else'].includes(key))
  if (tests.length !== 1 || others.length > 0) {
    return undefined
  }
  const part = (key: string) => readValue(Object.keys(given).includes(key) ? given[key] : undefined, false, depth + 1)
  return { kind: 'if', test: tests[0], of: part(tests[0]), then: part('then'), else: part('else') }
}

/** The value as the file stores it. Undefined for nothing, and for JSON that is not valid: see `validateValue`. */
export function writeForm(form: Form): Json | undefined {
  switch (form.kind) {
    case 'nothing':
      return undefined
    case 'text':
      return form.text
    case 'path':
    case 'template':
    case 'literal':
      return { [`@${form.kind}`]: form.text }
    case 'json':
      return parse(form.text)
    case 'if': {
      const parts = { [form.test]: form.of, then: form.then, else: form.else }
      return { '@if': writeRows(Object.entries(parts).map(([key, value]) => ({ key, value }))) }
    }
    case 'parts':
      return writeRows(form.rows)
  }
}

export function writeRows(rows: readonly Row[]): JsonObject {
  return Object.fromEntries(
    rows.flatMap(({ key, value }) => {
      const written = writeForm(value)
      return written === undefined ? [] : [[key, written]]
    })
  )
}

/** Returns why the value cannot be written. Does not check its parts. */
export function validateValue(form: Form): string | undefined {
  switch (form.kind) {
    case 'path':
      return form.text.trim() === '' ? 'Enter a path, such as $.traits.email.' : undefined
    case 'template':
      return form.text === '' ? 'Enter a template, such as {{traits.firstName}}.' : undefined
    case 'json':
      return form.text.trim() === '' ? 'Enter JSON, or choose Nothing.' : findJsonError(form.text)
    case 'if':
      return form.of.kind === 'nothing' ? 'Choose the value to test.' : undefined
    default:
      return undefined
  }
}

/** Returns why a row's key cannot be written. */
export function validateKey(rows: readonly Row[], index: number): string | undefined {
  const { key } = rows[index]
  if (key === '') {
    return 'Enter a key.'
  }
  if (key.startsWith('@')) {
    return 'A key cannot start with @.'
  }
  return rows.findIndex((row) => row.key === key) < index ? `The key “${key}” exists already.` : undefined
}

/** Returns all problems of a value and its parts. */
export function validateForm(form: Form): string[] {
  const own = validateValue(form)
  const parts =
    form.kind === 'if'
      ? [form.of, form.then, form.else].flatMap(validateForm)
      : form.kind === 'parts'
      ? form.rows.flatMap(({ key, value }, index) => [
          ...[validateKey(form.rows, index)].flatMap((problem) => problem ?? []),
          ...validateForm(value).map((problem) => `${key === '' ? `key ${index + 1}` : key}: ${problem}`)
        ])
      : []
  return own === undefined ? parts : [own, ...parts]
}

/**
 * Converts a value to another kind, as far as possible.
 * @param defaultForm the default value of the field, used when there is no value yet
 */
export function changeKind(form: Form, kind: Kind, defaultForm: Form = NOTHING): Form {
  if (form.kind === kind) {
    return form
  }
  if (form.kind === 'nothing' && defaultForm.kind === kind) {
    return defaultForm
  }
  switch (kind) {
    case 'nothing':
      return NOTHING
    case 'json': {
      const written = writeForm(form)
      return { kind, text: written === undefined ? '' : JSON.stringify(written, null, 2) }
    }
    case 'parts': {
      const written = writeForm(form)
      return written !== undefined && isObject(written) && form.kind === 'json'
        ? readParts(written)
        : { kind, rows: [] }
    }
    case 'if':
      return { kind, test: 'exists', of: changeKind(form, 'path'), then: form, else: NOTHING }
    default:
      return { kind, text: textAs(kind, form) }
  }
}

/** The text of a form, converted for another kind. */
function textAs(kind: TextForm['kind'], form: Form): string {
  switch (form.kind) {
    case 'nothing':
    case 'parts':
      return ''
    case 'if':
      return textAs(kind, form.then)
    case 'json': {
      const written = writeForm(form)
      const read = written === undefined ? NOTHING : readValue(written)
      return read.kind === 'json' ? '' : textAs(kind, read)
    }
    case 'path':
      return kind === 'path' ? form.text : kind === 'template' ? `{{${form.text.replace(/^\$\./, '')}}}` : ''
    default: {
      const path = /^\{\{\s*([^{}]+?)\s*\}\}$/.exec(form.text)?.[1]
      return kind !== 'path' ? form.text : form.kind === 'template' && path !== undefined ? `$.${path}` : ''
    }
  }
}

/** Characters of a text in a description */
const MAX_DESCRIBED = 80

/** Describes a value in a few words. */
export function describeForm(form: Form): string {
  switch (form.kind) {
    case 'nothing':
      return 'nothing'
    case 'path':
      return form.text === '' ? 'a path' : shorten(form.text)
    case 'text':
    case 'literal':
      return `“${shorten(form.text)}”`
    case 'template':
      return `the template “${shorten(form.text)}”`
    case 'json':
      return shorten(form.text.replace(/\s+/g, ' '))
    case 'if': {
      const test = form.test === 'exists' ? 'exists' : 'is not blank'
      return `${nested(form.then)} if ${nested(form.of)} ${test}, else ${nested(form.else)}`
    }
    case 'parts':
      return form.rows.map(({ key }) => key).join(', ')
  }
}

function nested(form: Form): string {
  return form.kind === 'if' ? `(${describeForm(form)})` : describeForm(form)
}

/** Whether a value from a stored draft is a form. */
function isForm(value: unknown): value is Form {
  if (!isObject(value)) {
    return false
  }
  switch (value.kind) {
    case 'nothing':
      return true
    case 'path':
    case 'text':
    case 'template':
    case 'literal':
    case 'json':
      return typeof value.text === 'string'
    case 'if':
      return ['exists', 'blank'].some((test) => test === value.test) && [value.of, value.then, value.else].every(isForm)
    case 'parts':
      return areRows(value.rows)
    default:
      return false
  }
}

export function areRows(value: unknown): value is Row[] {
  return Array.isArray(value) && value.every((row) => isObject(row) && typeof row.key === 'string' && isForm(row.value))
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}

function findJsonError(text: string): string | undefined {
  try {
    JSON.parse(text)
    return undefined
  } catch (error) {
    return `This is not JSON: ${error instanceof Error ? error.message : String(error)}`
  }
}

function shorten(text: string): string {
  return truncate(text, MAX_DESCRIBED)
}
