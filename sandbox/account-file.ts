import { z } from 'zod'
import { DATE_FORMATS, FIELD_TYPES } from './field-types'

const name = z.string().min(1)

const field = z
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
  attributes: z.record(z.string(), field).default({})
})

/** What becomes of a contact that is there already. */
export const MERGE_SETTINGS = ['overwrite', 'append', 'ignore existing'] as const

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
    fields: z.array(field).default([]),
    /** The fields that tell contacts apart, besides the user id and the anonymous id; the first outranks the next. */
    uniqueIdentifiers: z.array(name).default([]),
    /** Which trait fills which field. Without it no mapping is saved, and Ortto takes nothing. */
    traits: z.record(z.string(), name).optional(),
    activities: z.array(activity).default([]),
    /** Names of audiences that Segment has created. */
    audiences: z.array(name).default([])
  })
  .superRefine(({ fields, uniqueIdentifiers, traits = {}, activities }, context) => {
    const known = new Set(fields.map((one) => one.name))
    const complain = (path: (string | number)[], message: string) => context.addIssue({ code: 'custom', path, message })
    uniqueIdentifiers.forEach((one, index) => {
      const { type } = fields.find((each) => each.name === one) ?? {}
      if (['user id', 'anonymous id'].includes(one) || type === 'multi select') {
        complain(['uniqueIdentifiers', index], `"${one}" cannot tell contacts apart`)
      }
    })
    uniqueIdentifiers.forEach(
      (one, index) => known.has(one) || complain(['uniqueIdentifiers', index], `there is no field "${one}"`)
    )
    Object.entries(traits).forEach(
      ([trait, one]) => known.has(one) || complain(['traits', trait], `there is no field "${one}"`)
    )
    findDuplicates(fields).forEach((index) =>
      complain(['fields', index, 'name'], 'there is a field of this name already')
    )
    findDuplicates(activities).forEach((index) =>
      complain(['activities', index, 'name'], 'there is an activity of this name already')
    )
  })
export type AccountFile = z.infer<typeof AccountFile>

/** The positions of those whose name an earlier one has. */
function findDuplicates(named: readonly { name: string }[]): number[] {
  const names = named.map((one) => one.name)
  return names.flatMap((one, index) => (names.indexOf(one) < index ? [index] : []))
}

/** Every problem of a value that was checked, one a line, with its path: `fields[2].type: Invalid option: …`. */
export function problemsOf({ issues }: z.ZodError): string {
  return issues.map(({ path, message }) => (path.length > 0 ? `${showPath(path)}: ${message}` : message)).join('\n')
}

function showPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((shown, part) => {
    if (typeof part === 'number') {
      return `${shown}[${part}]`
    }
    return shown === '' ? String(part) : `${shown}.${String(part)}`
  }, '')
}
