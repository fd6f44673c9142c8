import { fieldsToJsonSchema } from '@segment/actions-core'
import type { ActionDefinition, DestinationDefinition, GlobalSetting, InputField } from '@segment/actions-core'
import { readFile, writeFile } from 'fs/promises'
import { compile } from 'json-schema-to-typescript'
import { join, relative } from 'path'
import { format, resolveConfig } from 'prettier'
import destination from '../src'
import type { Settings } from '../src/generated-types'
import { describeLicenses } from './licenses'

const ROOT = join(__dirname, '..')
const SOURCE = join(ROOT, 'src')
const BANNER = '// Generated file. DO NOT MODIFY IT BY HAND.'

type Fields = Parameters<typeof fieldsToJsonSchema>[0]
type Hook = NonNullable<NonNullable<ActionDefinition<Settings>['hooks']>['onMappingSave']>

/** Every generated file: its path below the project's folder, and what it has to hold. */
async function generate(): Promise<Map<string, string>> {
  const files = new Map<string, string>()
  const add = async (path: string, content: string) => {
    const absolute = join(SOURCE, path)
    const options = await resolveConfig(absolute)
    files.set(relative(ROOT, absolute), format(content, { ...options, filepath: absolute }))
  }

  await add('generated-types.ts', await typesOf([['Settings', destination.authentication?.fields]]))
  // As in the monorepo, the folder of an action has its key for a name.
  for (const [key, action] of Object.entries(destination.actions)) {
    const hook = action.hooks?.onMappingSave
    await add(
      join(key, 'generated-types.ts'),
      await typesOf([
        ['Payload', action.fields],
        ['OnMappingSaveInputs', hook && inputFieldsOf(hook)],
        ['OnMappingSaveOutputs', hook?.outputTypes as Fields]
      ])
    )
  }
  await add('metadata.json', JSON.stringify(metadataOf(destination)))
  files.set(join('docs', 'licenses.md'), describeLicenses())
  return files
}

async function typesOf(interfaces: [string, Fields | undefined][]): Promise<string> {
  const parts = [BANNER]
  for (const [name, fields] of interfaces) {
    const schema = fieldsToJsonSchema(fields, { tsType: true })
    parts.push(await compile(without(schema, ['title', 'enum']), name, { bannerComment: '', format: false }))
  }
  return parts.join('\n\n')
}

/** A copy without these keys at any depth, except where they name a field. */
function without(schema: object, keys: readonly string[]): object {
  const entries = Object.entries(schema).filter(([key]) => !keys.includes(key))
  return Object.fromEntries(
    entries.map(([key, value]: [string, unknown]) => {
      if (key === 'properties' && isObject(value)) {
        return [key, Object.fromEntries(Object.entries(value).map(([name, field]) => [name, withoutIn(field, keys)]))]
      }
      return [key, key === 'default' ? value : withoutIn(value, keys)]
    })
  )
}

function withoutIn(value: unknown, keys: readonly string[]): unknown {
  return isObject(value) ? without(value, keys) : value
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * What Segment's catalog knows of a destination, in the monorepo's shape: what is not set is null, or false where the
 * framework reads it as a plain yes or no.
 */
function metadataOf(definition: DestinationDefinition<Settings>): object {
  const { slug, name, mode, description, authentication, actions, presets = [] } = definition
  return {
    slug: slug ?? null,
    name,
    mode,
    description: description ?? null,
    authentication: authentication
      ? { scheme: authentication.scheme, fields: mapValues(authentication.fields, settingMetadata) }
      : null,
    audienceConfig: null,
    actions: mapValues(actions, actionMetadata),
    presets: presets.map((preset) => ({
      name: preset.name ?? null,
      type: preset.type,
      partnerAction: preset.partnerAction,
      subscribe: preset.type === 'automatic' ? preset.subscribe : null,
      mapping: preset.mapping ?? null,
      eventSlug: preset.type === 'specificEvent' ? preset.eventSlug : null
    }))
  }
}

function settingMetadata(setting: GlobalSetting): object {
  return {
    label: setting.label,
    description: setting.description,
    type: setting.type,
    required: setting.required ?? false,
    multiple: setting.multiple ?? false,
    choices: setting.choices ?? null,
    default: setting.default ?? null,
    depends_on: setting.depends_on ?? null
  }
}

function actionMetadata(action: ActionDefinition<Settings>): object {
  return {
    title: action.title,
    description: action.description,
    platform: action.platform ?? null,
    defaultSubscription: action.defaultSubscription ?? null,
    hidden: action.hidden ?? false,
    hasPerformBatch: action.performBatch !== undefined,
    syncMode: action.syncMode ?? null,
    hooks: action.hooks ? mapValues(action.hooks, hookMetadata) : null,
    dynamicFields: action.dynamicFields ? Object.keys(action.dynamicFields) : null,
    fields: mapValues(action.fields, fieldMetadata)
  }
}

function hookMetadata(hook: Hook): object {
  return {
    label: hook.label,
    description: hook.description,
    inputFields: hook.inputFields ? mapValues(inputFieldsOf(hook), fieldMetadata) : null,
    outputFields: hook.outputTypes ?? null
  }
}

/** A hook's input field may have a function for `dynamic`, where every other field has a boolean. */
function inputFieldsOf({ inputFields = {} }: Hook): Record<string, InputField> {
  const entries = Object.entries(inputFields)
  return Object.fromEntries(entries.map(([key, field]) => [key, { ...field, dynamic: field.dynamic !== undefined }]))
}

function fieldMetadata(field: Omit<InputField, 'description'> & { description?: string }): object {
  return {
    label: field.label,
    description: field.description ?? null,
    type: field.type,
    required: field.required ?? false,
    multiple: field.multiple ?? false,
    allowNull: field.allowNull ?? false,
    dynamic: field.dynamic ?? false,
    default: field.default ?? null,
    choices: field.choices ?? null,
    placeholder: field.placeholder ?? null,
    properties: field.properties ? mapValues(field.properties, fieldMetadata) : null,
    category: field.category ?? null,
    depends_on: field.depends_on ?? null,
    readOnly: field.readOnly ?? null,
    hidden: field.unsafe_hidden ?? null,
    minimum: field.minimum ?? null,
    maximum: field.maximum ?? null,
    defaultObjectUI: field.defaultObjectUI ?? null,
    disabledInputMethods: field.disabledInputMethods ?? null,
    displayMode: field.displayMode ?? null,
    format: field.format ?? null,
    additionalProperties: field.additionalProperties ?? false
  }
}

function mapValues<Value>(values: Record<string, Value>, change: (value: Value) => object): Record<string, object> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, change(value)]))
}

/** Writes the files; with `--check` only says which are stale, and fails when one is. */
async function main(isCheck: boolean): Promise<void> {
  for (const [path, content] of await generate()) {
    const current = await readFile(join(ROOT, path), 'utf8').catch(() => undefined)
    if (current === content) {
      continue
    }
    if (isCheck) {
      console.error(`${path} is stale: run npm run generate`)
      process.exitCode = 1
    } else {
      await writeFile(join(ROOT, path), content)
      console.log(`wrote ${path}`)
    }
  }
}

void main(process.argv.includes('--check'))
