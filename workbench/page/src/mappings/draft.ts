import type { ShownAction } from '../../../server/definition'
import { areRows, isObject, NOTHING, readValue, valueIn, withValue, writeForm, writeRows } from './form'
import type { Form, Json, JsonObject, Row } from './form'
import { validateForm } from './validate-form'

/** A mapping, as the server and mappings files store it */
export interface Mapping {
  name: string
  enabled: boolean
  partnerAction: ShownAction['key']
  /** The trigger in FQL */
  subscribe: string
  /** Literals and directives by field key, and the outputs of hooks */
  mapping: JsonObject
}

/** A mapping that is being edited. It may be incomplete. */
export interface MappingForm extends Omit<Mapping, 'mapping'> {
  fields: Row[]
}

/** Unsaved changes. */
export interface MappingsDraft {
  /** The mappings of the server before the changes */
  base: readonly Mapping[]
  mappings: readonly MappingForm[]
}

/** A problem with a mapping, from the server. */
export interface Problem {
  /** The mapping's position. Undefined when the problem concerns all mappings. */
  index?: number
  /** A field's key, or a member of the mapping such as `subscribe` */
  field?: string
  message: string
}

/** The key under which a mapping stores the audience that it is connected to. */
const AUDIENCE = 'onMappingSave'

export function readMapping({ name, enabled, partnerAction, subscribe, mapping }: Mapping): MappingForm {
  const fields = Object.entries(mapping).map(([key, value]) => ({ key, value: readValue(value, key !== AUDIENCE) }))
  // Always in this order, because `areSame` compares mappings as text.
  return { name, enabled, partnerAction, subscribe, fields }
}

/** The mapping in the server's format. It must be valid: see `validateMappings`. */
export function writeMapping({ fields, ...entry }: MappingForm): Mapping {
  return { ...entry, mapping: writeRows(fields) }
}

/** The mapping in the server's format, without the fields that are not valid. */
export function writeValid({ fields, ...entry }: MappingForm): Mapping {
  return writeMapping({ ...entry, fields: fields.filter(({ value }) => validateForm(value).length === 0) })
}

/** Returns a problem for each value that is incomplete or not valid. */
export function validateMappings(mappings: readonly MappingForm[]): Problem[] {
  return mappings.flatMap(({ fields }, index) =>
    fields.flatMap(({ key, value }) => validateForm(value).map((message) => ({ index, field: key, message })))
  )
}

export function areSame(a: readonly MappingForm[], b: readonly MappingForm[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

/** A mapping with the action's defaults. It is disabled, so that it matches no events before it is complete. */
export function newMapping(action: ShownAction, mappings: readonly MappingForm[]): MappingForm {
  return {
    name: findUnusedName(action.title, mappings),
    enabled: false,
    partnerAction: action.key,
    subscribe: action.trigger,
    fields: action.fields.flatMap(({ key, default: value }) =>
      value === undefined ? [] : [{ key, value: readDefault(value) }]
    )
  }
}

/** The default value of a field in a new mapping. */
export function readDefault(value: unknown): Form {
  // The defaults of the definition are JSON.
  return readValue(value as Json | undefined, true)
}

/** Adds a copy below a mapping. The copy is disabled, so that events are not sent twice. */
export function duplicate(mappings: readonly MappingForm[], index: number): MappingForm[] {
  const copy = { ...mappings[index], name: findUnusedName(`${mappings[index].name} copy`, mappings), enabled: false }
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
  return mappings.map((current, position) => (position === index ? mapping : current))
}

function findUnusedName(wanted: string, mappings: readonly MappingForm[]): string {
  const isFree = (name: string) => !mappings.some((mapping) => mapping.name === name)
  let name = wanted
  for (let number = 2; !isFree(name); number += 1) {
    name = `${wanted} ${number}`
  }
  return name
}

/** The audience that a mapping is connected to. */
export function audienceIn({ fields }: MappingForm): { id: string; name: string } | undefined {
  const saved = writeForm(valueIn(fields, AUDIENCE))
  const outputs = isObject(saved) ? saved.outputs : undefined
  return isObject(outputs) && typeof outputs.audience_id === 'string' && outputs.audience_id.trim() !== ''
    ? { id: outputs.audience_id, name: typeof outputs.audience_name === 'string' ? outputs.audience_name : '' }
    : undefined
}

/** @param outputs the outputs of the hook */
export function connect(mapping: MappingForm, name: string, outputs: JsonObject): MappingForm {
  const saved = { inputs: { audience_name: name }, outputs }
  return { ...mapping, fields: withValue(mapping.fields, AUDIENCE, readValue(saved)) }
}

export function disconnect(mapping: MappingForm): MappingForm {
  return { ...mapping, fields: withValue(mapping.fields, AUDIENCE, NOTHING) }
}

/** Whether a mapping differs from all saved mappings. */
export function isChanged(mapping: MappingForm, saved: readonly MappingForm[]): boolean {
  const text = JSON.stringify(mapping)
  return !saved.some((other) => JSON.stringify(other) === text)
}

/** The names of the mappings that differ between two states. */
export function differences(a: readonly MappingForm[], b: readonly MappingForm[]): string[] {
  const missing = (from: readonly MappingForm[], mappings: readonly MappingForm[]) =>
    mappings.filter((mapping) => isChanged(mapping, from))
  return [...new Set([...missing(a, b), ...missing(b, a)].map(({ name }) => name))]
}

/** Parses a mappings file. Returns an error message when it is not JSON. */
export function readFile(text: string): { value: unknown } | { message: string } {
  try {
    return { value: JSON.parse(text) as unknown }
  } catch (error) {
    return { message: `This is not JSON: ${error instanceof Error ? error.message : String(error)}` }
  }
}

/** A name for a mapping of a file that may not be valid. */
export function nameAt(names: readonly string[], index: number): string {
  const name = (names[index] ?? '').trim()
  return name === '' ? `Mapping ${index + 1}` : `“${name.slice(0, 80)}” (mapping ${index + 1})`
}

/** Reads a stored draft. Undefined when it cannot be read. */
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
