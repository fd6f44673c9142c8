import type { InputField } from '@segment/actions-core'
import { ACTIONS } from '../../delivery/mapping/mapping-fields'
import type { ActionKey } from '../../delivery/mapping/mapping-fields'
import ortto from '../../src'

/** A field, for the mappings screen */
export interface ShownField {
  key: string
  label: string
  description: string
  type: string
  required: boolean
  choices?: { label: string; value: string }[]
  default?: unknown
  /** The customer may add keys */
  isOpen: boolean
  /** The parts of an object. Parts have no parts. */
  parts?: Omit<ShownField, 'parts'>[]
  /** Segment hides the field, or does not allow changes */
  isHidden: boolean
}

/** An action, for the mappings screen */
export interface ShownAction {
  key: ActionKey
  title: string
  description: string
  /** The trigger of a new mapping */
  trigger: string
  /** Segment does not offer the action for new mappings. */
  isHidden: boolean
  fields: ShownField[]
  /** Texts for the hook that connects a mapping to an audience when it is saved */
  audience: { label: string; description: string; inputLabel: string; inputDescription: string }
}

/** The destination's actions, from its definition. */
export function showActions(): ShownAction[] {
  return Object.entries(ACTIONS).map(([key, action]) => {
    const { title, description, defaultSubscription = '', fields, hooks, hidden = false } = action
    const hook = hooks?.onMappingSave
    const input = hook?.inputFields?.audience_name
    return {
      key,
      title,
      description,
      trigger: defaultSubscription,
      isHidden: hidden,
      fields: showFields(fields),
      audience: {
        label: hook?.label ?? '',
        description: hook?.description ?? '',
        inputLabel: input?.label ?? '',
        inputDescription: input?.description ?? ''
      }
    }
  })
}

/** The destination's name in Segment's catalog. */
export const DESTINATION = ortto.name

/** In the framework's types, an action's own fields have no description. */
type Field = Omit<InputField, 'description' | 'properties'> & {
  description?: string
  properties?: Record<string, Field>
}

function showFields(fields: Record<string, Field>): ShownField[] {
  return Object.entries(fields).map(([key, field]) => ({
    key,
    label: field.label,
    description: field.description ?? '',
    type: field.type,
    required: field.required === true,
    choices: field.choices?.map((choice) =>
      typeof choice === 'string'
        ? { label: choice, value: choice }
        : { label: choice.label, value: String(choice.value) }
    ),
    default: field.default,
    isOpen: field.type === 'object' && field.additionalProperties === true,
    parts: field.properties && showFields(field.properties),
    isHidden: field.unsafe_hidden === true || field.readOnly === true
  }))
}
