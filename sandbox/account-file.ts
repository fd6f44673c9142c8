import { z } from 'zod'
import { DATE_FORMATS, FIELD_TYPES } from './field-types'

const name = z.string().min(1)

/** Values by name. A record leaves a key `__proto__` out without a word. */
function byName<Value extends z.ZodType>(value: Value) {
  return z
    .unknown()
    .superRefine((given, context) => {
      if (typeof given === 'object' && given !== null && Object.prototype.hasOwnProperty.call(given, '__proto__')) {
        context.addIssue({ code: 'custom', path: ['__proto__'], message: 'nothing can be mapped by this name' })
      }
    })
    .pipe(z.record(z.string(), value))
}

/** A CDP field, or an attribute of an activity */
export const AccountField = z
  .strictObject({
    name,
    type: z.enum(FIELD_TYPES),
    format: z.enum(DATE_FORMATS).optional(),
    options: z.array(z.string()).min(1).optional()
  })
  .refine(({ type, format }) => format === undefined || type.startsWith('date'), {
    path: ['format'],
    message: 'only a date, or a date and time, has a format'
  })
  .refine(({ type, options }) => options === undefined || type.endsWith('select'), {
    path: ['options'],
    message: 'only a select has options'
  })

const activity = z.strictObject({
  name,
  /** How long Ortto keeps it; for ever without. */
  retentionDays: z.number().int().positive().optional(),
  /** Which property of the event fills which attribute. */
  attributes: byName(AccountField).default({})
})

/** What becomes of a contact that is there already. */
const MERGE_SETTINGS = ['overwrite', 'append', 'ignore existing'] as const

/** An Ortto account with its "Segment (Actions)" data source, as it was set up: nothing that events have brought. */
export const AccountFile = z
  .strictObject({
    plan: z
      .strictObject({
        contacts: z.number().int().nonnegative().default(5000),
        activities: z.number().int().nonnegative().default(5),
        /** Track events a day for each contact and activity. Ortto's own examples don't fit its formula. */
        trackFactor: z.number().nonnegative().default(5),
        /** What a classic integration has used of the limits that both share. */
        classicUsage: z
          .strictObject({ identify: z.number().int().nonnegative(), track: z.number().int().nonnegative() })
          .default({ identify: 0, track: 0 })
      })
      .prefault({}),
    dataSource: z
      .strictObject({
        name: name.default('Segment (Actions)'),
        /** The key that opens it; any without. */
        apiKey: z
          .string()
          .regex(/^[ps][a-z]{2}-[\x21-\x7e]+$/, 'for example pau-secret')
          .optional(),
        merge: z.enum(MERGE_SETTINGS).default('overwrite')
      })
      .prefault({}),
    fields: z.array(AccountField).default([]),
    /** The fields that tell contacts apart, besides the user id and the anonymous id; the first outranks the next. */
    uniqueIdentifiers: z.array(name).default([]),
    /** Which trait fills which field. Without it no mapping is saved, and Ortto takes nothing. */
    traits: byName(name).optional(),
    activities: z.array(activity).default([]),
    /** Names of audiences that Segment has created. */
    audiences: z.array(name).default([]),
    /** Names of audiences that were created otherwise: Segment can't change them. */
    otherAudiences: z.array(name).default([])
  })
  .superRefine(({ fields, uniqueIdentifiers, traits = {}, activities, audiences, otherAudiences }, context) => {
    const known = new Map(fields.map((one) => [one.name, one.type]))
    const complain = (path: (string | number)[], message: string) => context.addIssue({ code: 'custom', path, message })
    uniqueIdentifiers.forEach((one, index) => {
      if (['user id', 'anonymous id'].includes(one) || known.get(one) === 'multi select') {
        complain(['uniqueIdentifiers', index], `"${one}" cannot tell contacts apart`)
      }
    })
    uniqueIdentifiers.forEach(
      (one, index) => known.has(one) || complain(['uniqueIdentifiers', index], `there is no field "${one}"`)
    )
    Object.entries(traits).forEach(
      ([trait, one]) => known.has(one) || complain(['traits', trait], `there is no field "${one}"`)
    )
    findDuplicates(fields.map((one) => one.name)).forEach((index) =>
      complain(['fields', index, 'name'], 'there is a field of this name already')
    )
    findDuplicates(activities.map((one) => one.name)).forEach((index) =>
      complain(['activities', index, 'name'], 'there is an activity of this name already')
    )
    findDuplicates([...audiences, ...otherAudiences]).forEach((index) => {
      const other = index - audiences.length
      const path = other < 0 ? ['audiences', index] : ['otherAudiences', other]
      complain(path, 'there is an audience of this name already')
    })
  })
export type AccountFile = z.infer<typeof AccountFile>

/** The positions of the names that an earlier one is the same as. */
function findDuplicates(names: readonly string[]): number[] {
  const seen = new Set<string>()
  return names.flatMap((one, index) => {
    const isRepeated = seen.has(one)
    seen.add(one)
    return isRepeated ? [index] : []
  })
}

/** So many problems tell enough. */
const MAX_PROBLEMS = 20

/** The problems of a value that was checked, one a line, with its path: `fields[2].type: Invalid option: …`. */
export function problemsOf({ issues }: z.ZodError): string {
  const shown = issues
    .slice(0, MAX_PROBLEMS)
    .map(({ path, message }) => (path.length > 0 ? `${showPath(path)}: ${message}` : message))
  const more = issues.length - shown.length
  return [...shown, ...(more > 0 ? [`… and ${more} more`] : [])].join('\n')
}

function showPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((shown, part) => {
    if (typeof part === 'number') {
      return `${shown}[${part}]`
    }
    return shown === '' ? String(part) : `${shown}.${String(part)}`
  }, '')
}
