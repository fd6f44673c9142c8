import { hookTypeStrings } from '@segment/actions-core/destination-kit'
import { parseFql } from '@segment/destination-subscriptions'
import { isMembers, membersOf } from './members'
import type { Members } from './members'

/** A part of the definition, and where it is, such as `actions.send.fields.email`. */
type Entry = [path: string, value: Members]

/** The framework makes batches by at most so many keys. */
const MAX_BATCH_KEYS = 3

/**
 * Returns what `./bin/run validate` of the monorepo, and a reviewer there, would find wrong in a definition: one
 * sentence for each fault.
 */
export function validateDefinition(definition: unknown): string[] {
  const { authentication, actions, presets } = membersOf(definition)
  const settings = listMembers('settings', membersOf(authentication).fields)
  const allActions = listMembers('actions', actions)
  return [
    ...validateRoot(membersOf(definition)),
    ...settings.flatMap(validateField),
    ...allActions.flatMap(validateAction),
    ...listMembers('presets', presets).flatMap((preset) => validatePreset(preset, membersOf(actions)))
  ]
}

function validateRoot({ name, slug, mode, authentication, actions }: Members): string[] {
  const apiKey = membersOf(membersOf(membersOf(authentication).fields).api_key)
  return [
    ...(hasText(name) ? [] : ['The definition has no name.']),
    ...(hasText(slug) ? [] : ['The definition has no slug.']),
    ...(mode === 'cloud' ? [] : ['The mode of the definition is not "cloud".']),
    ...(Object.keys(membersOf(actions)).length > 0 ? [] : ['The definition has no actions.']),
    ...(apiKey.type === 'password' ? [] : ['settings.api_key is not of the type password.'])
  ]
}

function validateAction([path, action]: Entry): string[] {
  const fields = listMembers(`${path}.fields`, action.fields)
  const { defaultSubscription } = action
  return [
    ...requireText(path, action, 'title', 'description'),
    ...(defaultSubscription ? validateTrigger(`${path}.defaultSubscription`, defaultSubscription) : []),
    ...fields.flatMap(validateField),
    ...validateBatchKeys(path, membersOf(action.fields)),
    ...listMembers(`${path}.hooks`, action.hooks).flatMap(validateHook)
  ]
}

function validateHook([path, hook]: Entry): string[] {
  const key = path.slice(path.lastIndexOf('.') + 1)
  const isKnown = (hookTypeStrings as readonly string[]).includes(key)
  return [
    ...(isKnown ? [] : [`${path} is not a hook of the framework. Its hooks are ${hookTypeStrings.join(' and ')}.`]),
    ...requireText(path, hook, 'label', 'description'),
    ...listMembers(`${path}.inputFields`, hook.inputFields).flatMap(validateField),
    ...listMembers(`${path}.outputTypes`, hook.outputTypes).flatMap(validateField)
  ]
}

function validateField([path, field]: Entry): string[] {
  const properties = listMembers(`${path}.properties`, field.properties)
  return [
    ...requireText(path, field, 'label', 'description'),
    ...validateDefault(path, field),
    // A property needs no description.
    ...properties.flatMap(([key, property]) => [
      ...requireText(key, property, 'label'),
      ...validateDefault(key, property)
    ])
  ]
}

/** A default that is not looked up in the event must have the type of the field. */
function validateDefault(path: string, { type, default: value }: Members): string[] {
  const isLookedUp = value === undefined || isMembers(value)
  return (type === 'boolean' || type === 'number') && !isLookedUp && typeof value !== type
    ? [`${path} has the type ${type}, but its default has the type ${typeof value}.`]
    : []
}

function validateBatchKeys(path: string, fields: Members): string[] {
  if (!('batch_keys' in fields)) {
    return []
  }
  const keys: unknown = membersOf(fields.batch_keys).default
  if (!Array.isArray(keys)) {
    return [`${path}.fields.batch_keys has no list of keys as its default.`]
  }
  const unknown = keys.map(String).filter((key) => !(key in fields))
  return [
    ...(keys.length > MAX_BATCH_KEYS ? [`${path}.fields.batch_keys has more than ${MAX_BATCH_KEYS} keys.`] : []),
    ...(keys.includes('batch_keys') ? [`${path}.fields.batch_keys includes itself.`] : []),
    ...unknown.map((key) => `${path}.fields.batch_keys has the key "${key}", which is not a field of the action.`)
  ]
}

function validatePreset([path, preset]: Entry, actions: Members): string[] {
  const { partnerAction, mapping, subscribe, type } = preset
  const action = actions[String(partnerAction)]
  const trigger = type === 'automatic' ? validateTrigger(`${path}.subscribe`, subscribe) : []
  if (!isMembers(action)) {
    return [`${path} is for the action "${String(partnerAction)}", which does not exist.`, ...trigger]
  }
  const fields = membersOf(action.fields)
  return [
    ...requireText(path, preset, 'name'),
    ...trigger,
    ...Object.keys(membersOf(mapping))
      .filter((key) => !(key in fields))
      .map((key) => `${path} maps "${key}", which is not a field of its action.`)
  ]
}

function validateTrigger(path: string, trigger: unknown): string[] {
  const isValid = typeof trigger === 'string' && !('error' in parseFql(trigger))
  return isValid ? [] : [`${path} is not valid FQL.`]
}

function listMembers(path: string, value: unknown): Entry[] {
  return Object.entries(membersOf(value)).map(([key, member]) => [`${path}.${key}`, membersOf(member)])
}

function requireText(path: string, value: Members, ...keys: readonly string[]): string[] {
  return keys.filter((key) => !hasText(value[key])).map((key) => `${path} has no ${key}.`)
}

function hasText(value: unknown): boolean {
  return typeof value === 'string' && value.trim() !== ''
}
