import { hookTypeStrings } from '@segment/actions-core/destination-kit'
import { isMembers, membersOf } from './members'
import type { Members } from './members'

// The keys of metadata.json in their order, each with the value for a definition that does not set the key. JSON
// leaves out what is undefined.

const FIELD: Members = {
  label: undefined,
  description: undefined,
  type: undefined,
  required: false,
  multiple: false,
  allowNull: false,
  dynamic: false,
  default: null,
  choices: null,
  placeholder: null,
  properties: null,
  category: null,
  depends_on: null,
  readOnly: null,
  hidden: null,
  minimum: null,
  maximum: null,
  defaultObjectUI: null,
  disabledInputMethods: null,
  displayMode: null,
  format: null,
  additionalProperties: false
}

const SETTING: Members = {
  label: undefined,
  description: undefined,
  type: undefined,
  required: false,
  multiple: false,
  choices: null,
  default: null,
  depends_on: null
}

const PRESET: Members = {
  name: undefined,
  type: undefined,
  partnerAction: undefined,
  subscribe: undefined,
  mapping: {},
  eventSlug: null
}

/**
 * Returns the text that `./bin/run generate:metadata-payload` of the monorepo writes to a cloud destination's
 * `metadata.json`.
 * @param folderName the name of the destination's folder, which replaces a slug that is missing
 */
export function generateMetadata(definition: unknown, folderName: string): string {
  return `${JSON.stringify(describeDestination(membersOf(definition), folderName), null, 2)}\n`
}

function describeDestination(definition: Members, folderName: string): Members {
  const slug = definition.slug ?? folderName
  if (!slug) {
    throw new Error('The definition has no slug, which metadata.json needs.')
  }
  const presets = Array.isArray(definition.presets) ? (definition.presets as unknown[]) : []
  return {
    slug,
    name: definition.name,
    mode: definition.mode ?? 'cloud',
    description: definition.description,
    authentication: describeAuthentication(definition),
    audienceConfig: describeAudienceConfig(definition),
    actions: mapMembers(definition.actions, describeAction),
    presets: presets.map((preset) => fillIn(PRESET, membersOf(preset)))
  }
}

function describeAuthentication({ authentication }: Members): Members | null {
  if (!authentication) {
    return null
  }
  const { scheme, fields } = membersOf(authentication)
  return { scheme: scheme ?? 'custom', fields: mapMembers(fields, (_, setting) => describeSetting(setting)) }
}

function describeAudienceConfig({ audienceConfig, audienceFields }: Members): Members | null {
  if (!audienceConfig) {
    return null
  }
  const { mode, createAudience, getAudience } = membersOf(audienceConfig)
  const { type, full_audience_sync } = membersOf(mode)
  return {
    mode: type === 'synced' ? { type, full_audience_sync: full_audience_sync ?? false } : { type: 'realtime' },
    audienceFields: mapMembers(audienceFields, (_, setting) => describeSetting(setting)),
    supportsAudienceFunctions: typeof createAudience === 'function' && typeof getAudience === 'function'
  }
}

function describeSetting(setting: Members): Members {
  return {
    ...fillIn(SETTING, setting),
    required: describeRequired(setting),
    choices: describeChoices(setting)
  }
}

function describeAction(key: string, action: Members): Members {
  return {
    title: action.title ?? key,
    description: action.description ?? '',
    platform: action.platform === 'web' ? 'web' : 'cloud',
    defaultSubscription: action.defaultSubscription ?? null,
    hidden: action.hidden ?? false,
    hasPerformBatch: typeof action.performBatch === 'function',
    syncMode: action.syncMode ? describeSyncMode(membersOf(action.syncMode)) : null,
    hooks: nullIfEmpty(mapMembers(pickHooks(action.hooks), describeHook)),
    dynamicFields: describeDynamicFields(action.dynamicFields),
    fields: mapMembers(action.fields, (_, field) => describeField(field))
  }
}

function describeSyncMode({ default: mode, label, description, choices }: Members): Members {
  const all = Array.isArray(choices) ? choices.map(membersOf) : []
  return {
    default: mode,
    label: label ?? 'Sync Mode',
    description: description ?? '',
    choices: all.map((choice) => ({ value: choice.value, label: choice.label }))
  }
}

/** The generator of the metadata skips a hook that the framework does not know. */
function pickHooks(hooks: unknown): Members {
  const known: readonly string[] = hookTypeStrings
  return Object.fromEntries(Object.entries(membersOf(hooks)).filter(([key]) => known.includes(key)))
}

function describeHook(key: string, hook: Members): Members {
  return {
    label: hook.label ?? key,
    description: hook.description ?? '',
    inputFields: mapMembers(hook.inputFields, (_, field) => describeField(field)),
    outputFields: mapMembers(hook.outputTypes ?? hook.outputFields, (_, field) => describeField(field))
  }
}

/** Lists the fields whose keys or values are looked up, in the form `{ traits: ['__keys__'] }`. */
function describeDynamicFields(dynamicFields: unknown): Members | null {
  const entries = Object.entries(membersOf(dynamicFields))
    .filter(([, lookups]) => typeof lookups !== 'function')
    .map(([key, lookups]): [string, string[]] => [
      key,
      Object.keys(membersOf(lookups)).filter((name) => name === '__keys__' || name === '__values__')
    ])
  return nullIfEmpty(Object.fromEntries(entries.filter(([, names]) => names.length > 0)))
}

function describeField(field: Members): Members {
  const hasProperties = field.type === 'object' && isMembers(field.properties)
  return {
    ...fillIn(FIELD, field),
    required: describeRequired(field),
    dynamic: typeof field.dynamic === 'function' ? true : field.dynamic ?? false,
    choices: describeChoices(field),
    properties: hasProperties ? mapMembers(field.properties, (_, property) => describeField(property)) : null,
    hidden: field.unsafe_hidden ?? null
  }
}

/** A field is required always, under conditions, or not at all. */
function describeRequired({ required }: Members): unknown {
  return isMembers(required) ? required : required === true
}

function describeChoices({ choices }: Members): unknown {
  if (!Array.isArray(choices) || choices.length === 0) {
    return null
  }
  return choices.map((choice: unknown) =>
    isMembers(choice) && 'label' in choice && 'value' in choice ? choice : { label: String(choice), value: choice }
  )
}

function fillIn(defaults: Members, source: Members): Members {
  const entries = Object.entries(defaults).map(([key, value]) => [
    key,
    value === undefined ? source[key] : source[key] ?? value
  ])
  return Object.fromEntries(entries) as Members
}

function mapMembers(value: unknown, change: (key: string, member: Members) => Members): Members {
  const entries = Object.entries(membersOf(value)).map(([key, member]) => [key, change(key, membersOf(member))])
  return Object.fromEntries(entries) as Members
}

function nullIfEmpty(value: Members): Members | null {
  return Object.keys(value).length > 0 ? value : null
}
