import { get } from '@segment/actions-core'
import type { InputField, JSONObject, SegmentEvent } from '@segment/actions-core'
import { transform } from '@segment/actions-core/mapping-kit'
import { isNativeError } from 'util/types'
import { ACTIONS } from '../../delivery/mapping-fields'
import type { ActionKey } from '../../delivery/mapping-fields'
import { isRecord } from '../../src/values'

/** One field of a payload: what the mapping made of the event, and where that came from. */
export interface FieldOrigin {
  key: string
  /** As the mappings screen calls it */
  label: string
  /** None when the event has nothing for it; then nothing is sent for it. */
  value?: unknown
  /** Where it came from: a path, `fixed` or the kind of directive. */
  from: string
  /** Why it was taken from there, when that depends on the event */
  because?: string
  /** The parts of an object whose parts are mapped one by one */
  parts?: FieldOrigin[]
}

/** The payload that a mapping makes of an event, field by field in the order of the action's fields. */
export function originsOf(mapping: JSONObject, action: ActionKey, event: SegmentEvent): FieldOrigin[] {
  const fields: Record<string, InputField> = ACTIONS[action].fields
  return Object.entries(fields)
    .filter(([key]) => Object.keys(mapping).includes(key))
    .map(([key, field]) => originOf(key, field, mapping[key], event))
}

function originOf(
  key: string,
  { label, properties }: PartialField,
  directive: unknown,
  event: SegmentEvent
): FieldOrigin {
  const origin: FieldOrigin = { key, label, ...sourceOf(directive, event) }
  try {
    origin.value = transform({ value: directive as JSONObject }, event as unknown as JSONObject).value
  } catch (error) {
    return { ...origin, because: `It can't be resolved: ${isNativeError(error) ? error.message : String(error)}` }
  }
  if (isRecord(directive) && directiveIn(directive) === undefined) {
    origin.parts = Object.entries(directive).map(([part, value]) =>
      originOf(part, properties?.[part] ?? { label: part }, value, event)
    )
  }
  return origin
}

type PartialField = Pick<InputField, 'label' | 'properties'>

function sourceOf(directive: unknown, event: SegmentEvent): Pick<FieldOrigin, 'from' | 'because'> {
  const name = isRecord(directive) ? directiveIn(directive) : undefined
  if (!isRecord(directive) || name === undefined) {
    return { from: isRecord(directive) ? 'its parts' : 'fixed' }
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
  const value = isRecord(test) && typeof test['@path'] === 'string' ? get(event, test['@path'].replace('$.', '')) : test
  const holds = value !== undefined && value !== null && (choice.exists !== undefined || value !== '')
  const branch = holds ? choice.then : choice.else
  const taken = branch === undefined ? { from: 'nothing' } : sourceOf(branch, event)
  const because = `${sourceOf(test, event).from} ${holds ? word : word.replace('is', 'is not')}`
  return { from: taken.from, because: 'because' in taken && taken.because ? `${because}, ${taken.because}` : because }
}

function directiveIn(value: Record<string, unknown>): string | undefined {
  return Object.keys(value).find((key) => key.startsWith('@'))
}
