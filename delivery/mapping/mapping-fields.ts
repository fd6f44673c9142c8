import { fieldsToJsonSchema, validateSchema } from '@segment/actions-core'
import type { InputField, JSONObject } from '@segment/actions-core'
import validateDirectives from '@segment/actions-core/mapping-kit/validate'
import { z } from 'zod'
import { truncate } from '../../common/truncate'
import ortto from '../../src'
import { isRecord, unlessBlank } from '../../src/values'

/** The destination's actions by key. */
export const ACTIONS = ortto.actions
/** A key of {@link ACTIONS}. */
export type ActionKey = string

/** True for an action that tracks activities; any other upserts contacts. */
export function tracksActivities(action: ActionKey): boolean {
  return 'event' in ACTIONS[action].fields
}

/** Read in the mapping itself, before there is an event, so no directive can make them. */
const WITHOUT_EVENT = ['enable_batching', 'batch_size']

/** What a hook leaves in the mapping when it is saved. */
const SavedHook = z.strictObject({
  inputs: z.looseObject({}).nullish(),
  outputs: z
    .strictObject({ audience_id: z.string().nullish(), audience_name: z.string().nullish() })
    .refine(
      ({ audience_id, audience_name }) =>
        unlessBlank(audience_id) !== undefined || unlessBlank(audience_name) === undefined,
      'without an "audience_id" no audience is updated'
    )
    .nullish()
})

/**
 * What the framework would reject in every event of a mapping, or leave out silently, by field key. What depends on the
 * event is not checked: the values of directives, and fields that are required on a condition.
 * @param mapping holds nothing but JSON
 */
export function problemsOf(mapping: JSONObject, action: ActionKey): (readonly [field: string, problem: string])[] {
  const given = new Map(Object.entries(mapping))
  const missing = Object.entries(ACTIONS[action].fields).filter(
    ([field, { required }]) => required === true && (given.get(field) ?? '') === ''
  )
  return [
    ...missing.map(([field]) => [field, `the required field ${quote(field)} is not mapped`] as const),
    ...[...given].flatMap(([field, value]) =>
      fieldProblems(field, value, action).map((problem) => [field, `the field ${quote(field)}${problem}`] as const)
    )
  ]
}

/** A name as messages show it: in quotation marks, on one line. */
export function quote(name: string): string {
  return JSON.stringify(truncate(name, 60))
}

function fieldProblems(field: string, value: unknown, action: ActionKey): string[] {
  const { fields, hooks = {} } = ACTIONS[action]
  if (Object.keys(hooks).includes(field)) {
    const issues = SavedHook.safeParse(value).error?.issues ?? []
    return issues.map(({ path, message }) => `: ${[...path.map(String), message].join(': ')}`)
  }
  if (!Object.keys(fields).includes(field)) {
    return [` is not one of ${action}'s${suggest(field, Object.keys({ ...fields, ...hooks }))}`]
  }
  if (WITHOUT_EVENT.includes(field) && typeof value !== fields[field].type) {
    return [` must be a ${fields[field].type}, and no directive`]
  }
  return [
    ...complaints(() => validateDirectives(value, [field])),
    ...unknownParts(value, fields[field]),
    ...(isLiteral(value) ? complaints(() => checkLiteral(field, value, action)) : [])
  ].map((complaint) => `: ${complaint}`)
}

function unknownParts(value: unknown, { properties = {}, additionalProperties }: InputField): string[] {
  const known = Object.keys(properties)
  const parts = isRecord(value) && !isDirective(value) && additionalProperties !== true ? Object.keys(value) : []
  return parts
    .filter((part) => !known.includes(part))
    .map((part) => `${quote(part)} is not one of its parts${suggest(part, known)}`)
}

function isDirective(value: object): boolean {
  return Object.keys(value).some((key) => key.startsWith('@'))
}

/** True when no event changes the value. Empty ones don't count: the framework leaves them out. */
function isLiteral(value: unknown): boolean {
  return typeof value === 'object' && value !== null
    ? !isDirective(value) && Object.values(value).every(isLiteral)
    : value !== null && value !== ''
}

/** Throws what the framework would throw for each event. */
function checkLiteral(field: string, value: unknown, action: ActionKey): void {
  const schema = fieldsToJsonSchema(ACTIONS[action].fields, { omitRequiredSchemas: true })
  // The check changes what it checks. By its key the framework knows the schema again.
  validateSchema(structuredClone({ [field]: value }), schema, { schemaKey: `literals-${action}` })
}

/** The messages of what a function of the framework throws: one error, or many in one. */
function complaints(call: () => unknown): string[] {
  try {
    call()
    return []
  } catch (error) {
    const errors = isIterable(error) ? [...error] : [error]
    return errors.map((one) => (one instanceof Error ? one.message : String(one)))
  }
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value
}

/** The first name that differs by case, punctuation and about one letter. */
function suggest(name: string, known: readonly string[]): string {
  const spellings = spellingsOf(name)
  const near = known.find((one) => spellingsOf(one).some((spelling) => spellings.includes(spelling)))
  return near === undefined ? '' : `: did you mean "${near}"?`
}

function spellingsOf(name: string): string[] {
  const letters = name
    .slice(0, 30)
    .toLowerCase()
    .replace(/[^a-z]/g, '')
  return [letters, ...Array.from(letters, (_, index) => letters.slice(0, index) + letters.slice(index + 1))]
}
