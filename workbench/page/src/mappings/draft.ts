import type { ShownAction } from '../../../server/definition'
import { areRows, flawsIn, isObject, NOTHING, readValue, writeForm, writeRows } from './form'
import type { Form, Json, JsonObject, Row } from './form'

/** A mapping as the server holds it, and as a mappings file does */
export interface Mapping {
  name: string
  enabled: boolean
  partnerAction: ShownAction['key']
  /** The trigger in FQL */
  subscribe: string
  /** Literals and directives by field key, and what hooks have saved */
  mapping: JsonObject
}

/** A mapping that is being edited; it may be half-written. */
export interface MappingForm extends Omit<Mapping, 'mapping'> {
  fields: Row[]
}

/** Changes that are not saved yet. */
export interface MappingsDraft {
  /** What was changed: the mappings as the server held them */
  base: readonly Mapping[]
  mappings: readonly MappingForm[]
}

/** What is wrong with a mapping, as the server tells it. */
export interface Problem {
  /** The mapping's position; none when it concerns all of them. */
  index?: number
  /** What it concerns: a field's key, or a member of the mapping such as `subscribe` */
  field?: string
  message: string
}

/** Where a mapping keeps the audience that it is connected to. */
const AUDIENCE = 'onMappingSave'

export function readMapping({ name, enabled, partnerAction, subscribe, mapping }: Mapping): MappingForm {
  const fields = Object.entries(mapping).map(([key, value]) => ({ key, value: readValue(value, key !== AUDIENCE) }))
  // Always in this order, so that the same mappings are found to be the same.
  return { name, enabled, partnerAction, subscribe, fields }
}

/** As the server takes it, if it is without flaws: see `flawsOf`. */
export function writeMapping({ fields, ...entry }: MappingForm): Mapping {
  return { ...entry, mapping: writeRows(fields) }
}

/** A mapping as far as it is written: without the fields that have a flaw. */
export function writeSound({ fields, ...entry }: MappingForm): Mapping {
  return writeMapping({ ...entry, fields: fields.filter(({ value }) => flawsIn(value).length === 0) })
}

/** What is half-written, so that it means nothing yet. */
export function flawsOf(mappings: readonly MappingForm[]): Problem[] {
  return mappings.flatMap(({ fields }, index) =>
    fields.flatMap(({ key, value }) => flawsIn(value).map((message) => ({ index, field: key, message })))
  )
}

export function same(one: readonly MappingForm[], other: readonly MappingForm[]): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

/** A mapping with the action's defaults. It starts disabled: until it is right it should take no event. */
export function newMapping(action: ShownAction, mappings: readonly MappingForm[]): MappingForm {
  return {
    name: freeName(action.title, mappings),
    enabled: false,
    partnerAction: action.key,
    subscribe: action.trigger,
    fields: action.fields.flatMap(({ key, default: standard }) =>
      standard === undefined ? [] : [{ key, value: standardOf(standard) }]
    )
  }
}

/** What a field has in a new mapping. */
export function standardOf(standard: unknown): Form {
  // The definition's defaults came as JSON.
  return readValue(standard as Json | undefined, true)
}

/** With a copy below it, disabled: two of the same would send everything twice. */
export function duplicate(mappings: readonly MappingForm[], index: number): MappingForm[] {
  const copy = { ...mappings[index], name: freeName(`${mappings[index].name} copy`, mappings), enabled: false }
  return [...mappings.slice(0, index + 1), copy, ...mappings.slice(index + 1)]
}

export function remove(mappings: readonly MappingForm[], index: number): MappingForm[] {
  return mappings.filter((_, position) => position !== index)
}

/** @param step -1 for up, 1 for down */
export function move(mappings: readonly MappingForm[], index: number, step: 1 | -1): MappingForm[] {
  const to = index + step
  if (to < 0 || to >= mappings.length) {
    return [...mappings]
  }
  const without = remove(mappings, index)
  return [...without.slice(0, to), mappings[index], ...without.slice(to)]
}

export function replace(mappings: readonly MappingForm[], index: number, mapping: MappingForm): MappingForm[] {
  return mappings.map((held, position) => (position === index ? mapping : held))
}

function freeName(wanted: string, mappings: readonly MappingForm[]): string {
  const isFree = (name: string) => !mappings.some((mapping) => mapping.name === name)
  let name = wanted
  for (let number = 2; !isFree(name); number += 1) {
    name = `${wanted} ${number}`
  }
  return name
}

/** The value in a row; nothing when there is no such row. */
export function valueIn(rows: readonly Row[], key: string): Form {
  return rows.find((row) => row.key === key)?.value ?? NOTHING
}

/** With another value in a row. There is no row for nothing. */
export function withValue(rows: readonly Row[], key: string, value: Form): Row[] {
  if (value.kind === 'nothing') {
    return rows.filter((row) => row.key !== key)
  }
  return rows.some((row) => row.key === key)
    ? rows.map((row) => (row.key === key ? { key, value } : row))
    : [...rows, { key, value }]
}

/** The audience that a mapping is connected to. */
export function audienceIn({ fields }: MappingForm): { id: string; name: string } | undefined {
  const saved = writeForm(valueIn(fields, AUDIENCE))
  const outputs = isObject(saved) ? saved.outputs : undefined
  return isObject(outputs) && typeof outputs.audience_id === 'string' && outputs.audience_id.trim() !== ''
    ? { id: outputs.audience_id, name: typeof outputs.audience_name === 'string' ? outputs.audience_name : '' }
    : undefined
}

/** @param outputs what the hook answered */
export function connect(mapping: MappingForm, name: string, outputs: JsonObject): MappingForm {
  const saved = { inputs: { audience_name: name }, outputs }
  return { ...mapping, fields: withValue(mapping.fields, AUDIENCE, readValue(saved)) }
}

export function disconnect(mapping: MappingForm): MappingForm {
  return { ...mapping, fields: withValue(mapping.fields, AUDIENCE, NOTHING) }
}

/** Whether a mapping differs from all that are saved. */
export function isChanged(mapping: MappingForm, saved: readonly MappingForm[]): boolean {
  const text = JSON.stringify(mapping)
  return !saved.some((one) => JSON.stringify(one) === text)
}

/** The names of the mappings in which two states differ. */
export function differences(one: readonly MappingForm[], other: readonly MappingForm[]): string[] {
  const missing = (from: readonly MappingForm[], mappings: readonly MappingForm[]) =>
    mappings.filter((mapping) => isChanged(mapping, from))
  return [...new Set([...missing(one, other), ...missing(other, one)].map(({ name }) => name))]
}

/** The content of a mappings file, or why it is none. */
export function readFile(text: string): { value: unknown } | { message: string } {
  try {
    return { value: JSON.parse(text) as unknown }
  } catch (error) {
    return { message: `This is not JSON: ${error instanceof Error ? error.message : String(error)}` }
  }
}

/** What to call a mapping of a file in which anything may be wrong. */
export function nameIn(file: unknown, index: number): string {
  const entry: unknown = Array.isArray(file) ? file[index] : undefined
  const name = isObject(entry) && typeof entry.name === 'string' ? entry.name.trim() : ''
  return name === '' ? `Mapping ${index + 1}` : `“${name.slice(0, 80)}” (mapping ${index + 1})`
}

/** The mappings of a file in which the server found nothing wrong. Only what the server keeps of each is taken. */
export function takeFile(value: unknown): Mapping[] {
  return (value as (Omit<Mapping, 'enabled'> & Partial<Mapping>)[]).map(
    ({ name, enabled = true, partnerAction, subscribe, mapping }) => ({
      name,
      enabled,
      partnerAction,
      subscribe,
      mapping
    })
  )
}

/** A draft that was stored by this page; undefined when it can't be read. */
export function readMappingsDraft(text: string | null): MappingsDraft | undefined {
  const read = text === null ? { message: 'none' } : readFile(text)
  if (!('value' in read) || !isObject(read.value)) {
    return undefined
  }
  const { base, mappings }: Record<string, unknown> = read.value
  return Array.isArray(base) && base.every(isMapping) && Array.isArray(mappings) && mappings.every(isMappingForm)
    ? { base, mappings }
    : undefined
}

function isMapping(value: unknown): value is Mapping {
  return isObject(value) && hasMembers(value) && isObject(value.mapping)
}

function isMappingForm(value: unknown): value is MappingForm {
  return isObject(value) && hasMembers(value) && areRows(value.fields)
}

function hasMembers({ name, enabled, partnerAction, subscribe }: JsonObject): boolean {
  return [name, partnerAction, subscribe].every((text) => typeof text === 'string') && typeof enabled === 'boolean'
}
