import { fieldsToJsonSchema } from '@segment/actions-core'
import { hookTypeStrings } from '@segment/actions-core/destination-kit'
import type { JSONSchema4 } from 'json-schema'
import { compile } from 'json-schema-to-typescript'
import { join } from 'path'

export const BANNER = '// Generated file. DO NOT MODIFY IT BY HAND.'

/** The Prettier options of the monorepo. */
const STYLE = { semi: false, singleQuote: true, trailingComma: 'none', printWidth: 120 } as const

type Fields = Record<string, object>

/** The parts of a destination's definition that its types come from. */
export interface TypedDefinition {
  authentication?: { fields: Fields }
  audienceFields?: Fields
  actions: Record<string, { fields: Fields; hooks?: Record<string, TypedHook | undefined> }>
}

interface TypedHook {
  inputFields?: Fields
  outputTypes?: Fields
}

/**
 * Returns the files that `./bin/run generate:types` of the monorepo writes for a cloud destination.
 * @param exists whether a name exists beside the destination's `index.ts`
 * @returns the content of each file, by its path below the destination's folder
 */
export async function generateTypes(
  { authentication, audienceFields = {}, actions }: TypedDefinition,
  exists: (name: string) => boolean
): Promise<Map<string, string>> {
  let text = await generateInterface('Settings', authentication?.fields)
  if (Object.keys(audienceFields).length > 0) {
    text += await generateInterface('AudienceSettings', audienceFields)
  }
  const files = new Map([['generated-types.ts', text]])
  for (const [key, { fields, hooks = {} }] of Object.entries(actions)) {
    const path = exists(key) ? join(key, 'generated-types.ts') : `${key}.types.ts`
    files.set(path, (await generateInterface('Payload', fields)) + (await generateHookInterfaces(hooks)))
  }
  return files
}

async function generateHookInterfaces(hooks: Record<string, TypedHook | undefined>): Promise<string> {
  let text = ''
  for (const [name, hook] of Object.entries(hooks)) {
    if (!(hookTypeStrings as readonly string[]).includes(name)) {
      throw new Error(`"${name}" is not a hook of the framework. Its hooks are ${hookTypeStrings.join(' and ')}.`)
    }
    if (hook?.inputFields || hook?.outputTypes) {
      text += await generateInterface(`${name}Inputs`, hook.inputFields)
      text += await generateInterface(`${name}Outputs`, hook.outputTypes)
    }
  }
  return text
}

/** Each interface has its own banner, because the monorepo compiles each on its own. */
async function generateInterface(name: string, fields: Fields = {}): Promise<string> {
  const schema = fieldsToJsonSchema(fields as Parameters<typeof fieldsToJsonSchema>[0], { tsType: true })
  return compile(withoutNames(schema), name, { bannerComment: BANNER, style: STYLE })
}

/**
 * Removes titles and enums, for which the compiler would export types of their own. As in the monorepo, what is inside
 * a schema with a list of types, such as `['object', 'null']`, stays as it is.
 */
function withoutNames({ title: _title, enum: _enum, ...schema }: JSONSchema4): JSONSchema4 {
  if (schema.type === 'object' && schema.properties) {
    const properties = Object.entries(schema.properties).map(([key, property]) => [key, withoutNames(property)])
    return { ...schema, properties: Object.fromEntries(properties) as JSONSchema4['properties'] }
  }
  return schema.type === 'array' && schema.items ? { ...schema, items: withoutNames(schema.items) } : schema
}
