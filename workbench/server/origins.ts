import type { InputField, JSONObject, SegmentEvent } from '@segment/actions-core'
import { transform } from '@segment/actions-core/mapping-kit'
import { errorMessage } from '../../common/error-message'
import { ACTIONS } from '../../delivery/mapping/mapping-fields'
import type { ActionKey } from '../../delivery/mapping/mapping-fields'
import { isRecord } from '../../src/values'

/** One field of a payload, or a part of one: what the mapping made of the event, and where that came from. */
export interface FieldOrigin {
  /** With the keys of what it is a part of: `location.city` */
  key: string
  /** As the mappings screen calls it */
  label: string
  /** 0 for a field, 1 for a part of it, and so on */
  depth: number
  /** None when the event has nothing for it, and for what is shown in parts. */
  value?: unknown
  /** Where it came from: a path, `fixed`, or the kind of directive. */
  from: string
  /** Why it was taken from there, when that depends on the event */
  because?: string
}

/** The payload that a mapping makes of an event, field by field in the order of the action's fields. */
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
    // What can't be written can't be shown.
    JSON.stringify(value)
    return { value }
  } catch (error) {
    return { because: `it can't be resolved: ${errorMessage(error)}` }
  }
}

function sourceOf(directive: unknown, event: SegmentEvent): Pick<FieldOrigin, 'from' | 'because'> {
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
    case '@literal':
      return sourceOf(given, event)
    case '@if':
      return isRecord(given) ? sourceOfChoice(given, event) : { from: name }
    default:
      return { from: name }
  }
}

/** Of an `@if`: the branch that was taken, and why. */
function sourceOfChoice(choice: Record<string, unknown>, event: SegmentEvent): Pick<FieldOrigin, 'from' | 'because'> {
  const [test, word] = choice.exists === undefined ? [choice.blank, 'is filled'] : [choice.exists, 'is there']
  // The framework decides, since its idea of what is blank is its own.
  const { value: holds } = resolve({ '@if': { ...choice, then: true, else: '' } }, event)
  const branch = holds ? choice.then : choice.else
  const taken: Pick<FieldOrigin, 'from' | 'because'> =
    branch === undefined ? { from: 'nothing' } : sourceOf(branch, event)
  const because = `${sourceOf(test, event).from} ${holds ? word : word.replace('is', 'is not')}`
  return { from: taken.from, because: taken.because === undefined ? because : `${because}, ${taken.because}` }
}

function directiveIn(value: Record<string, unknown>): string | undefined {
  return Object.keys(value).find((key) => key.startsWith('@'))
}
