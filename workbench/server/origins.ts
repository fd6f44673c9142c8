import type { InputField, JSONObject, SegmentEvent } from '@segment/actions-core'
import { transform } from '@segment/actions-core/mapping-kit'
import { errorMessage } from '../../common/error-message'
import { ACTIONS } from '../../delivery/mapping/mapping-fields'
import type { ActionKey } from '../../delivery/mapping/mapping-fields'
import { isRecord } from '../../src/values'
import { DIRECTIVES, isDirectiveName, readInputs } from '../directives'
import type { DirectiveName } from '../directives'
import { asJSON } from './explain-trigger'

/** One field of a payload, or a part of a field: its value, and where the value came from. */
export interface FieldOrigin {
  /** A part's key contains the key of its field: `location.city` */
  key: string
  /** The label on the mappings screen */
  label: string
  /** 0 for a field, 1 for a part of it, and so on */
  depth: number
  /** Undefined when the event has no value for it, or when the field is shown in parts. */
  value?: unknown
  /** Where the value came from: a path, `fixed`, or the kind of directive */
  from: string
  /** Why it came from there, when that depends on the event */
  because?: string
}

/** The payload that a mapping creates from an event, in the order of the action's fields. */
export function originsOf(mapping: JSONObject, action: ActionKey, event: SegmentEvent): FieldOrigin[] {
  const fields: Record<string, InputField> = ACTIONS[action].fields
  return Object.entries(fields)
    .filter(([key]) => Object.keys(mapping).includes(key))
    .flatMap(([key, field]) => rowsOf({ key, label: field.label, depth: 0 }, mapping[key], event, field.properties))
}

type Named = Pick<FieldOrigin, 'key' | 'label' | 'depth'>

function rowsOf(named: Named, directive: unknown, event: SegmentEvent, parts: Parts = {}): FieldOrigin[] {
  if (!isRecord(directive) || directiveIn(directive) !== undefined) {
    return [{ ...named, ...sourceOf(directive, event), ...resolve(directive, event) }]
  }
  const rows = Object.entries(directive).flatMap(([part, value]) => {
    const label = parts[part]?.label ?? part
    return rowsOf({ key: `${named.key}.${part}`, label, depth: named.depth + 1 }, value, event, parts[part]?.properties)
  })
  return [{ ...named, from: 'its parts' }, ...rows]
}

type Parts = Record<string, Pick<InputField, 'label' | 'properties'>>

function resolve(directive: unknown, event: SegmentEvent): Pick<FieldOrigin, 'value' | 'because'> {
  try {
    const { value } = transform({ value: directive as JSONObject }, event as unknown as JSONObject)
    // A value that cannot be written as JSON cannot be shown.
    JSON.stringify(value)
    return { value }
  } catch (error) {
    return { because: `it can't be resolved: ${errorMessage(error)}` }
  }
}

type Source = Pick<FieldOrigin, 'from' | 'because'>

/** @param event undefined in a part of a directive whose paths do not start at the event */
function sourceOf(directive: unknown, event: SegmentEvent | undefined): Source {
  const name = isRecord(directive) ? directiveIn(directive) : undefined
  if (!isRecord(directive) || name === undefined) {
    return { from: 'fixed' }
  }
  const given = directive[name]
  switch (name) {
    case '@path':
      return { from: String(given) }
    case '@template':
      return { from: `the template ${String(given)}` }
    case '@liquid':
      return { from: `the Liquid template ${String(given)}` }
    case '@literal':
      return sourceOf(given, event)
    case '@if':
      return isRecord(given) ? sourceOfChoice(given, event) : { from: name }
    default:
      return isDirectiveName(name) ? sourceOfDirective(name, given, event) : { from: name }
  }
}

/** What a directive does with which values. */
function sourceOfDirective(name: DirectiveName, content: unknown, event: SegmentEvent | undefined): Source {
  const inputs = readInputs(name, content)
  if (!inputs) {
    return { from: name }
  }
  const reasons: string[] = []
  const describe = (value: unknown, known: SegmentEvent | undefined): string => {
    if (Array.isArray(value)) {
      return value.map((one) => describe(one, known)).join(' and ')
    }
    if (!isRecord(value)) {
      return typeof value === 'string' ? `“${value}”` : asJSON(value)
    }
    if (directiveIn(value) === undefined) {
      return `{ ${Object.entries(value)
        .map(([key, member]) => `${key}: ${describe(member, known)}`)
        .join(', ')} }`
    }
    const { from, because } = sourceOf(value, known)
    reasons.push(...(because === undefined ? [] : [because]))
    return from
  }
  const from = DIRECTIVES[name].describe((key) => {
    const { type, startsAt } = DIRECTIVES[name].inputs.find((input) => input.key === key) ?? {}
    const value = inputs[key]
    const isText = type === 'path' || type === 'choice'
    return value === undefined
      ? undefined
      : isText && typeof value === 'string'
      ? value
      : describe(value, startsAt === undefined ? event : undefined)
  })
  return reasons.length > 0 ? { from, because: [...new Set(reasons)].join(', ') } : { from }
}

/** The branch that an `@if` selects, and why. */
function sourceOfChoice(choice: Record<string, unknown>, event: SegmentEvent | undefined): Source {
  const [test, whenTrue, whenFalse] =
    choice.exists === undefined
      ? [choice.blank, 'is not blank', 'is blank']
      : [choice.exists, 'exists', 'does not exist']
  if (event === undefined) {
    return { from: `${sourceOf(choice.then, event).from} or ${sourceOf(choice.else, event).from}` }
  }
  // The framework evaluates the condition, because it has its own definition of blank.
  const { value: isTrue } = resolve({ '@if': { ...choice, then: true, else: '' } }, event)
  const branch = isTrue ? choice.then : choice.else
  const source: Source = branch === undefined ? { from: 'nothing' } : sourceOf(branch, event)
  const because = `${sourceOf(test, event).from} ${isTrue ? whenTrue : whenFalse}`
  return { from: source.from, because: source.because === undefined ? because : `${because}, ${source.because}` }
}

function directiveIn(value: Record<string, unknown>): string | undefined {
  return Object.keys(value).find((key) => key.startsWith('@'))
}
