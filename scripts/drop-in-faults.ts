import { parseFql } from '@segment/destination-subscriptions'
import { isDeepStrictEqual } from 'util'

type Members = { readonly [key: string]: unknown }
type Entry = [path: string, value: Members]

const isMembers = (value: unknown): value is Members => typeof value === 'object' && value !== null
/** An object's members, none of anything else */
export const membersOf = (value: unknown): Members => (isMembers(value) ? value : {})
const isText = (value: unknown) => typeof value === 'string' && value.trim() !== ''

/** What the monorepo's validator, and its reviewers, would find fault with: a sentence each. */
export function definitionFaults(definition: unknown): string[] {
  const { name, mode, slug, authentication, actions, presets } = membersOf(definition)
  const settings = entriesOf(membersOf(authentication).fields, 'settings')
  const all = entriesOf(actions, 'actions')
  const fields = all.flatMap(([path, action]) => [
    ...entriesOf(action.fields, `${path}.fields`),
    ...entriesOf(action.hooks, `${path}.hooks`),
    ...entriesOf(action.hooks, `${path}.hooks`).flatMap(([hook, { inputFields, outputTypes }]) => [
      ...entriesOf(inputFields, `${hook}.inputFields`),
      ...entriesOf(outputTypes, `${hook}.outputTypes`)
    ])
  ])
  const parts = fields.flatMap(([path, { properties }]) => entriesOf(properties, `${path}.properties`))
  const key = membersOf(membersOf(membersOf(authentication).fields).api_key)
  return [
    ...(isText(name) && isText(slug) && mode === 'cloud'
      ? []
      : ['The definition has no name, no slug, or another mode.']),
    ...(all.length > 0 ? [] : ['The definition has no actions.']),
    ...(key.type === 'password' ? [] : ['settings.api_key is not of the type password.']),
    ...without('title', all),
    ...without('description', [...all, ...settings, ...fields]),
    ...without('label', [...settings, ...fields, ...parts]),
    ...[...settings, ...fields, ...parts].flatMap(badDefault),
    ...all.flatMap(([path, { defaultSubscription }]) => badTrigger(`${path}.defaultSubscription`, defaultSubscription)),
    ...entriesOf(presets, 'presets').flatMap((preset) => presetFaults(preset, membersOf(actions)))
  ]
}

function entriesOf(value: unknown, path: string): Entry[] {
  return Object.entries(membersOf(value)).map(([key, member]) => [`${path}.${key}`, membersOf(member)])
}

function without(key: string, entries: readonly Entry[]): string[] {
  return entries.filter(([, value]) => !isText(value[key])).map(([path]) => `${path} has no ${key}.`)
}

/** A default that is a plain value is of the field's type. */
function badDefault([path, { type, default: value }]: Entry): string[] {
  const isWrong = (type === 'boolean' || type === 'number') && value !== undefined && typeof value !== type
  return isWrong && !isMembers(value) ? [`${path} is of the type ${type}, and its default is not.`] : []
}

function badTrigger(path: string, trigger: unknown): string[] {
  const isGood = typeof trigger === 'string' && !('error' in parseFql(trigger))
  return isGood ? [] : [`${path} is no trigger in FQL.`]
}

function presetFaults([path, preset]: Entry, actions: Members): string[] {
  const { partnerAction, mapping, subscribe, type } = preset
  const action = actions[String(partnerAction)]
  const known = membersOf(membersOf(action).fields)
  return [
    ...without('name', [[path, preset]]),
    ...(isMembers(action) ? [] : [`${path} is for the action ${String(partnerAction)}, which is not there.`]),
    ...(type === 'automatic' ? badTrigger(`${path}.subscribe`, subscribe) : []),
    ...Object.keys(membersOf(mapping))
      .filter((key) => !(key in known))
      .map((key) => `${path} maps the field ${key}, which its action does not have.`)
  ]
}

/** A part of metadata.json: its keys, and how each is made of the definition where it is not a copy. */
interface Part {
  keys: string
  /** Keys that are false when they are not set. All others are null. */
  isFalse?: string
  /** Keys with other parts in them: one, or one for each member */
  one?: { [key: string]: Part }
  each?: { [key: string]: Part }
  /** Keys that the definition names otherwise */
  from?: { [key: string]: string }
}

const FIELD: Part = {
  keys:
    'label description type required multiple allowNull dynamic default choices placeholder properties category ' +
    'depends_on readOnly hidden minimum maximum defaultObjectUI disabledInputMethods displayMode format ' +
    'additionalProperties',
  isFalse: 'required multiple allowNull dynamic additionalProperties',
  from: { hidden: 'unsafe_hidden' },
  each: {}
}
FIELD.each = { properties: FIELD }

const HOOK: Part = {
  keys: 'label description inputFields outputFields',
  from: { outputFields: 'outputTypes' },
  each: { inputFields: FIELD }
}
const ACTION: Part = {
  keys: 'title description platform defaultSubscription hidden hasPerformBatch syncMode hooks dynamicFields fields',
  isFalse: 'hidden hasPerformBatch',
  from: { hasPerformBatch: 'performBatch' },
  each: { hooks: HOOK, fields: FIELD }
}
const SETTING: Part = {
  keys: 'label description type required multiple choices default depends_on',
  isFalse: 'required multiple'
}
const PRESET: Part = { keys: 'name type partnerAction subscribe mapping eventSlug' }
const DESTINATION: Part = {
  keys: 'slug name mode description authentication audienceConfig actions presets',
  one: { authentication: { keys: 'scheme fields', each: { fields: SETTING } } },
  each: { actions: ACTION, presets: PRESET }
}

/** Where metadata.json is not what the monorepo would make of the definition: a sentence each. */
export function metadataFaults(metadata: unknown, definition: unknown): string[] {
  return differences('metadata', metadata, expected(DESTINATION, definition))
}

function expected({ keys, isFalse = '', one = {}, each = {}, from = {} }: Part, source: unknown): Members {
  const made = keys.split(' ').map((key): [string, unknown] => {
    const value = membersOf(source)[from[key] ?? key]
    if (value === undefined || value === null) {
      return [key, isFalse.split(' ').includes(key) ? false : null]
    }
    if (key in one) {
      return [key, expected(one[key], value)]
    }
    return [key, key in each ? expectedOfEach(each[key], value) : plain(key, value)]
  })
  return Object.fromEntries(made)
}

function expectedOfEach(part: Part, value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map((item) => expected(part, item))
  }
  return Object.fromEntries(Object.entries(membersOf(value)).map(([key, member]) => [key, expected(part, member)]))
}

/** In JSON, a function is only a yes, and the functions of dynamic fields only their names. */
function plain(key: string, value: unknown): unknown {
  if (typeof value === 'function') {
    return true
  }
  return key === 'dynamicFields' ? Object.keys(membersOf(value)) : value
}

function differences(path: string, actual: unknown, wanted: unknown): string[] {
  if (!isMembers(actual) || !isMembers(wanted) || Array.isArray(actual) !== Array.isArray(wanted)) {
    return isDeepStrictEqual(actual, wanted)
      ? []
      : [`${path} is ${JSON.stringify(actual) ?? 'missing'}, and should be ${JSON.stringify(wanted) ?? 'left out'}.`]
  }
  const keys = new Set([...Object.keys(wanted), ...Object.keys(actual)])
  return [...keys].flatMap((key) => differences(`${path}.${key}`, actual[key], wanted[key]))
}
