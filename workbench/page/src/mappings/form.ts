import { DIRECTIVES, isDirectiveName, readInputs, writeInputs } from '../../../directives'
import type { DirectiveInput, DirectiveName } from '../../../directives'

/** A JSON value */
export type Json = null | boolean | number | string | Json[] | JsonObject
export interface JsonObject {
  [key: string]: Json
}

/**
 * A field's value, as its editor shows it. It may be incomplete. Reading and writing a value does not change it. Values
 * without a form of their own are shown as JSON.
 */
export type Form = { kind: 'nothing' } | TextForm | IfForm | PartsForm | DirectiveForm | ListForm
export interface TextForm {
  /** `literal` is a text that is written as `{ "@literal": "a text" }`. */
  kind: 'path' | 'text' | 'template' | 'liquid' | 'literal' | 'json'
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
/** A directive, input by input */
export interface DirectiveForm {
  kind: DirectiveName
  inputs: Row[]
}
/** A list of values, which only directives have */
export interface ListForm {
  kind: 'list'
  items: Form[]
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

/** Conditions and directives that are nested deeper are shown as JSON. */
const MAX_NESTED = 4

const TEXTS = { '@path': 'path', '@template': 'template', '@liquid': 'liquid', '@literal': 'literal' } as const

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
    return isField ? readParts(value, depth) : json
  }
  return (keys.length === 1 ? readDirective(keys[0], value[keys[0]], depth) : undefined) ?? json
}

export function readParts(object: JsonObject, depth = 0): PartsForm {
  const rows = Object.entries(object).map(([key, value]) => ({ key, value: readValue(value, false, depth) }))
  return { kind: 'parts', rows }
}

function readDirective(name: string, given: Json, depth: number): Form | undefined {
  const kind = Object.entries(TEXTS).find(([directive]) => directive === name)?.[1]
  if (kind !== undefined) {
    return typeof given === 'string' ? { kind, text: given } : undefined
  }
  if (depth >= MAX_NESTED) {
    return undefined
  }
  return isDirectiveName(name)
    ? readDirectiveForm(name, given, depth)
    : name === '@if'
    ? readIf(given, depth)
    : undefined
}

function readIf(given: Json, depth: number): IfForm | undefined {
  if (!isObject(given)) {
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

/** Undefined when an input has another type than its editor. */
function readDirectiveForm(name: DirectiveName, given: Json, depth: number): DirectiveForm | undefined {
  const { inputs } = DIRECTIVES[name]
  const read = readInputs(name, given)
  const rows = Object.entries(read ?? {}).flatMap(([key, value]) => {
    const input = inputs.find((one) => one.key === key)
    // All parts of JSON are JSON.
    const form = input && readInput(input, value as Json, depth + 1)
    return form ? [{ key, value: form }] : []
  })
  return read && rows.length === Object.keys(read).length ? { kind: name, inputs: rows } : undefined
}

function readInput({ type, choices = [] }: DirectiveInput, value: Json, depth: number): Form | undefined {
  switch (type) {
    case 'value':
      return readValue(value, false, depth)
    case 'parts':
      return readValue(value, true, depth)
    case 'values':
      return Array.isArray(value) ? { kind: 'list', items: value.map((one) => readValue(one, true, depth)) } : undefined
    case 'path':
      return typeof value === 'string' ? { kind: 'path', text: value } : undefined
    case 'text':
      return typeof value === 'string' ? { kind: 'text', text: value } : undefined
    case 'choice':
      return typeof value === 'string' && choices.some((choice) => choice.value === value)
        ? { kind: 'text', text: value }
        : undefined
    case 'switch':
      return typeof value === 'boolean' ? { kind: 'json', text: String(value) } : undefined
  }
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
    case 'liquid':
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
    case 'list':
      return form.items.map(writeForm).filter((item) => item !== undefined)
    default:
      return { [form.kind]: writeInputs<Json>(form.kind, writeRows(form.inputs.map(toWritten))) ?? null }
  }
}

/** A path that a directive takes without `@path` is written as a text. */
function toWritten({ key, value }: Row): Row {
  return key === 'path' && value.kind === 'path' ? { key, value: { kind: 'text', text: value.text } } : { key, value }
}

export function writeRows(rows: readonly Row[]): JsonObject {
  return Object.fromEntries(
    rows.flatMap(({ key, value }) => {
      const written = writeForm(value)
      return written === undefined ? [] : [[key, written]]
    })
  )
}

/** The value in a row. `NOTHING` when there is no such row. */
export function valueIn(rows: readonly Row[], key: string): Form {
  return rows.find((row) => row.key === key)?.value ?? NOTHING
}

/** Sets the value in a row. The row is removed when the value is `NOTHING`. */
export function withValue(rows: readonly Row[], key: string, value: Form): Row[] {
  if (value.kind === 'nothing') {
    return rows.filter((row) => row.key !== key)
  }
  return rows.some((row) => row.key === key)
    ? rows.map((row) => (row.key === key ? { key, value } : row))
    : [...rows, { key, value }]
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
    case 'liquid':
    case 'literal':
    case 'json':
      return typeof value.text === 'string'
    case 'if':
      return ['exists', 'blank'].some((test) => test === value.test) && [value.of, value.then, value.else].every(isForm)
    case 'parts':
      return areRows(value.rows)
    case 'list':
      return Array.isArray(value.items) && value.items.every(isForm)
    default:
      return isDirectiveName(value.kind) && areRows(value.inputs)
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
