import { z } from 'zod'
import {
  DATE_FORMATS,
  DEFAULT_PLAN,
  FIELD_TYPES,
  MERGE_SETTINGS,
  TRACK_EVENTS_PER_CONTACT_AND_ACTIVITY
} from '../rules'

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

const activity = z.strictObject({
  name,
  /** Days that Ortto keeps the activity. Without it, the activity is kept without a limit. */
  retentionDays: z.number().int().positive().optional(),
  /** The attributes, by the property that fills them. */
  attributes: byName(AccountField).default({})
})

const shape = z.strictObject({
  plan: z
    .strictObject({
      contacts: count.default(DEFAULT_PLAN.contacts),
      activities: count.default(DEFAULT_PLAN.activities),
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
  fields: z.array(AccountField).default([]),
  /** Fields that identify contacts, besides the user id and the anonymous id. Earlier ones outrank later ones. */
  uniqueIdentifiers: z.array(name).default([]),
  /** The field of each mapped trait. Without it no mapping is saved, and Ortto rejects all contacts. */
  traits: byName(name).optional(),
  activities: z.array(activity).default([]),
  /** Names of audiences that Segment created. */
  audiences: z.array(name).default([]),
  /** Names of other audiences, which Segment can't change. */
  otherAudiences: z.array(name).default([])
})

/** An Ortto account with its data source "Segment (Actions)", as it was set up. It contains nothing from events. */
export const AccountFile = shape.superRefine((file, context) =>
  findContradictions(file).forEach(([path, message]) => context.addIssue({ code: 'custom', path, message }))
)
export type AccountFile = z.infer<typeof AccountFile>

type Contradiction = [path: (string | number)[], message: string]

function findContradictions(file: z.infer<typeof shape>): Contradiction[] {
  const { fields, uniqueIdentifiers, traits = {}, activities, audiences, otherAudiences } = file
  const types = new Map(fields.map((field) => [field.name, field.type]))
  const isAllowed = (identifier: string) =>
    !['user id', 'anonymous id'].includes(identifier) && types.get(identifier) !== 'multi select'
  return [
    ...uniqueIdentifiers.flatMap((identifier, index): Contradiction[] =>
      isAllowed(identifier)
        ? []
        : [[['uniqueIdentifiers', index], `"${identifier}" is not allowed as a unique identifier`]]
    ),
    ...uniqueIdentifiers.flatMap((identifier, index): Contradiction[] =>
      types.has(identifier) ? [] : [[['uniqueIdentifiers', index], `there is no field "${identifier}"`]]
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

/** The positions of names that an earlier position has, too. */
function findDuplicates(names: readonly string[]): number[] {
  const seen = new Set<string>()
  return names.flatMap((each, index) => {
    const isDuplicate = seen.has(each)
    seen.add(each)
    return isDuplicate ? [index] : []
  })
}
