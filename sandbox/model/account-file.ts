import { z } from 'zod'
import { isSupportedCountry } from 'libphonenumber-js'
import {
  DATE_FORMATS,
  DEFAULT_PLAN,
  DEFAULT_RETENTION_DAYS,
  DEFAULT_UNIQUE_IDENTIFIERS,
  FIELD_TYPES,
  MAX_UNIQUE_IDENTIFIERS,
  MERGE_SETTINGS,
  SYSTEM_FIELDS,
  TRACK_EVENTS_PER_CONTACT_AND_ACTIVITY,
  UNIQUE_IDENTIFIER_TYPES
} from '../rules'
import type { FieldType } from '../rules'

const name = z.string().min(1)
const count = z.number().int().nonnegative()

/** Values by name. A zod record drops the key `__proto__` silently, so this rejects it. */
function byName<Value extends z.ZodType>(value: Value) {
  return z
    .unknown()
    .superRefine((given, context) => {
      if (typeof given === 'object' && given !== null && Object.prototype.hasOwnProperty.call(given, '__proto__')) {
        context.addIssue({ code: 'custom', path: ['__proto__'], message: 'this name is not allowed' })
      }
    })
    .pipe(z.record(z.string(), value))
}

/** A CDP field, or an attribute of an activity. */
export const AccountField = z
  .strictObject({
    name,
    type: z.enum(FIELD_TYPES),
    format: z.enum(DATE_FORMATS).optional(),
    options: z.array(z.string()).min(1).optional()
  })
  .refine(({ type, format }) => format === undefined || type.startsWith('date'), {
    path: ['format'],
    message: 'only the types date and date and time have a format'
  })
  .refine(({ type, options }) => options === undefined || type.endsWith('select'), {
    path: ['options'],
    message: 'only the select types have options'
  })
type AccountField = z.infer<typeof AccountField>

const activity = z.strictObject({
  name,
  /** Days that Ortto keeps the activity. It rejects older ones. */
  retentionDays: z.union([z.number().int().positive(), z.literal('for ever')]).default(DEFAULT_RETENTION_DAYS),
  /** The attributes, by the property that fills them. */
  attributes: byName(AccountField).default({})
})

const shape = z.strictObject({
  plan: z
    .strictObject({
      contacts: count.default(DEFAULT_PLAN.contacts),
      /** Tracked activities. Each further one needs the add-on "Activities +". */
      activities: count.default(DEFAULT_PLAN.activities),
      customFields: count.default(DEFAULT_PLAN.customFields),
      /** Track events in 24 hours for each contact and activity. */
      trackFactor: z.number().nonnegative().default(TRACK_EVENTS_PER_CONTACT_AND_ACTIVITY),
      /** The part of both limits that a classic integration uses. */
      classicUsage: z.strictObject({ identify: count, track: count }).default({ identify: 0, track: 0 })
    })
    .prefault({}),
  dataSource: z
    .strictObject({
      name: name.default('Segment (Actions)'),
      /** The API key. Without it, the sandbox generates one. */
      apiKey: z
        .string()
        .regex(/^[ps][a-z]{2}-[\x21-\x7e]+$/, 'for example pau-secret')
        .optional(),
      merge: z.enum(MERGE_SETTINGS).default('overwrite')
    })
    .prefault({}),
  /**
   * Custom fields, and system fields whose format differs from the default. The other system fields are added: every
   * account has them.
   */
  fields: z.array(AccountField).default([]).transform(addSystemFields),
  /** Fields that identify contacts, besides the user id and the anonymous id. Earlier ones outrank later ones. */
  uniqueIdentifiers: z
    .array(name)
    .max(MAX_UNIQUE_IDENTIFIERS)
    .default([...DEFAULT_UNIQUE_IDENTIFIERS]),
  /** The country of phone numbers without a country code, such as AU. Without it, they are not valid. */
  phoneCountry: z.string().refine(isSupportedCountry, 'for example AU').optional(),
  /** The field of each mapped trait. Without it no mapping is saved, and Ortto rejects all contacts. */
  traits: byName(name).optional(),
  activities: z.array(activity).default([]),
  /**
   * Ours, for a rehearsal with events of unknown names: traits, activities and properties that are not mapped are
   * stored as if they were, as text. Ortto ignores such traits and properties, and rejects such activities.
   */
  acceptsUnmapped: z.boolean().default(false),
  /** Names of audiences that Segment created. */
  audiences: z.array(name).default([]),
  /** Names of other audiences, which Segment can't change. */
  otherAudiences: z.array(name).default([])
})

function addSystemFields(fields: AccountField[]): AccountField[] {
  const names = new Set(fields.map((field) => field.name))
  return [...fields, ...SYSTEM_FIELDS.filter((field) => !names.has(field.name))]
}

/** An Ortto account with its data source "Segment (Actions)", as it was set up. It contains nothing from events. */
export const AccountFile = shape.superRefine((file, context) =>
  findContradictions(file).forEach(([path, message]) => context.addIssue({ code: 'custom', path, message }))
)
export type AccountFile = z.infer<typeof AccountFile>

type Contradiction = [path: (string | number)[], message: string]

function findContradictions(file: z.infer<typeof shape>): Contradiction[] {
  const { fields, uniqueIdentifiers, traits = {}, activities, audiences, otherAudiences } = file
  const types = new Map(fields.map((field) => [field.name, field.type]))
  return [
    ...fields.flatMap((field, index): Contradiction[] => {
      const system = SYSTEM_FIELDS.find((one) => one.name === field.name)
      return system && system.type !== field.type
        ? [[['fields', index, 'type'], `"${field.name}" is a field of every account, and its type is ${system.type}`]]
        : []
    }),
    ...uniqueIdentifiers.flatMap((identifier, index): Contradiction[] => {
      const problem = describeIdentifierProblem(identifier, types.get(identifier))
      return problem === undefined ? [] : [[['uniqueIdentifiers', index], problem]]
    }),
    ...findDuplicates(uniqueIdentifiers).map(
      (index): Contradiction => [['uniqueIdentifiers', index], 'it is named twice']
    ),
    ...Object.entries(traits).flatMap(([trait, field]): Contradiction[] =>
      types.has(field) ? [] : [[['traits', trait], `there is no field "${field}"`]]
    ),
    ...findDuplicates(fields.map((field) => field.name)).map(
      (index): Contradiction => [['fields', index, 'name'], 'another field has this name']
    ),
    ...findDuplicates(activities.map((one) => one.name)).map(
      (index): Contradiction => [['activities', index, 'name'], 'another activity has this name']
    ),
    ...findDuplicates([...audiences, ...otherAudiences]).map((index): Contradiction => {
      const otherIndex = index - audiences.length
      return [otherIndex < 0 ? ['audiences', index] : ['otherAudiences', otherIndex], 'another audience has this name']
    })
  ]
}

/** Why a field cannot be a unique identifier. */
function describeIdentifierProblem(identifier: string, type: FieldType | undefined): string | undefined {
  if (['user id', 'anonymous id'].includes(identifier)) {
    return `"${identifier}" is not a field: it identifies contacts in any case`
  }
  if (type === undefined) {
    return `there is no field "${identifier}"`
  }
  return UNIQUE_IDENTIFIER_TYPES.includes(type)
    ? undefined
    : `"${identifier}" has the type ${type}. The type of a unique identifier is text, phone number or email`
}

/** The positions of names that an earlier position has, too. */
function findDuplicates(names: readonly string[]): number[] {
  const seen = new Set<string>()
  return names.flatMap((each, index) => {
    const isDuplicate = seen.has(each)
    seen.add(each)
    return isDuplicate ? [index] : []
  })
}

/** Ortto cannot change the type of a field that was made. Returns a sentence for each change. */
export function findTypeChanges(before: AccountFile, after: AccountFile): string[] {
  const types = new Map(before.fields.map(({ name, type }) => [name, type]))
  return after.fields.flatMap(({ name, type }, index) => {
    const old = types.get(name)
    return old === undefined || old === type
      ? []
      : [`fields[${index}].type: "${name}" has the type ${old}. Ortto cannot change it: create another field`]
  })
}
