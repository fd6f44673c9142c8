import type { JSONObject } from '@segment/actions-core'
import { generateFql, parseFql } from '@segment/destination-subscriptions'
import type { Condition, GroupCondition } from '@segment/destination-subscriptions'
import { z } from 'zod'
import { truncate } from '../../common/truncate'
import { UserError } from '../../common/user-error'
import ortto from '../../src'
import { MAX_ITEMS } from '../../src/ortto-client'
import { isRecord, unlessBlank } from '../../src/values'
import { ACTIONS, problemsOf, quote } from './mapping-fields'
import type { ActionKey } from './mapping-fields'
import { findEntries, findTwins, quoteMember } from './mapping-shapes'

/** A subscription of the destination whose trigger has been read. */
export interface Mapping {
  /** Unique among the mappings that are read together. */
  name: string
  partnerAction: ActionKey
  /** The trigger as it was written, in FQL. */
  subscribe: string
  trigger: GroupCondition
  /** Literals and directives by field key, and what hooks have saved. */
  mapping: JSONObject
  /** Events that go into one batch, from 1 to 500. */
  batchSize: number
}

/** Tells every problem of a mappings file, one a line. */
export class MappingsError extends UserError {}

/** So many mappings a destination of Segment can have. */
export const MAX_MAPPINGS = 50

/** So many problems tell enough. */
const MAX_PROBLEMS = 20

/** Deeper than anybody's mapping, and shallow enough for every reader. */
const MAX_DEPTH = 100

/** Characters of a trigger: Segment's own limit for FQL is 5 kB. Reading takes minutes for a million. */
const MAX_TRIGGER = 5000

const NOT_FQL = 'it is no complete condition, such as type = "track"'

const AND_OR = 'join conditions with "and" or with "or", and put those with the other word in parentheses'

/** What the parser puts in the place of a value when the trigger ends before it. */
const END = 'eos'

function entryOf(partnerAction: ActionKey) {
  return z.object({
    name: z.string('it needs a "name"').refine((name) => name.trim() !== '', 'its "name" is blank'),
    enabled: z.boolean('its "enabled" must be true or false').default(true),
    subscribe: z.string(`it needs a trigger in FQL: ${quoteMember('subscribe')}`).superRefine((subscribe, context) => {
      const trigger = readTrigger(subscribe)
      if (typeof trigger === 'string') {
        context.addIssue(`its trigger cannot be read (${truncate(subscribe, 200)}): ${trigger}`)
      }
    }),
    partnerAction: z.literal(partnerAction),
    mapping: z
      .record(z.string(), z.json(), `it needs ${quoteMember('mapping')} by field key`)
      .superRefine((mapping, context) => {
        for (const [field, message] of problemsOf(mapping, partnerAction)) {
          context.addIssue({ code: 'custom', path: [field], message })
        }
      })
  })
}

/** `one, two or three` */
function listKeys(): string {
  return Object.keys(ACTIONS)
    .join(', ')
    .replace(/, ([^,]+)$/, ' or $1')
}

const [FirstEntry, ...OtherEntries] = Object.keys(ACTIONS).map(entryOf)

const Entry = z.discriminatedUnion('partnerAction', [FirstEntry, ...OtherEntries], {
  error: ({ input }) =>
    isRecord(input) ? `its ${quoteMember('partnerAction')} must be ${listKeys()}` : 'it must be an object'
})

/**
 * A mappings file, parsed: subscriptions as the framework takes them, and whether each is `enabled`. They are read in
 * the shape of Segment's API as well, see {@link findEntries}. The message of an
 * issue says it all but the mapping, whose position its path begins with. Members of a mapping that mean nothing here,
 * such as the `id` of one that Segment exports, are left out.
 */
export const MappingsFile = z
  .unknown()
  .transform((value, context): readonly unknown[] => {
    const found = findEntries(value)
    if ('entries' in found) {
      return found.entries
    }
    context.addIssue(found.problem)
    return z.NEVER
  })
  .pipe(
    z
      .array(
        z.unknown().superRefine((entry, context) => {
          // A schema would leave such members out without a word.
          const flaw = flawOf(entry) ?? findTwins(entry)
          if (flaw !== undefined) {
            context.addIssue(flaw)
          }
        })
      )
      .max(MAX_MAPPINGS, `A mappings file has ${MAX_MAPPINGS} mappings at most.`)
  )
  .pipe(
    z.array(Entry).superRefine(
      (entries: readonly unknown[], context) => {
        const names = entries.map((entry) => (isRecord(entry) && entry.enabled !== false ? entry.name : undefined))
        names.forEach((name, index) => {
          const first = names.indexOf(name)
          if (name !== undefined && first < index) {
            const message = `number ${first + 1} has the same name, and both are enabled`
            context.addIssue({ code: 'custom', path: [index, 'name'], message })
          }
        })
      },
      // Also beside entries that are wrong otherwise, which may then be anything.
      { when: () => true }
    )
  )
export type MappingsFile = z.infer<typeof MappingsFile>

/** The destination's automatic presets: the mappings that Segment creates for a new customer. */
export function presetMappings(): Mapping[] {
  return readMappings((ortto.presets ?? []).filter(({ type }) => type === 'automatic'))
}

/**
 * The enabled mappings of a mappings file, in its order.
 * @param value the file's content as `JSON.parse` gives it
 * @throws MappingsError when anything is wrong with any mapping, a disabled one too, or none is enabled
 */
export function readMappings(value: unknown): Mapping[] {
  const mappings = enabledOf(readMappingsFile(value))
  if (mappings.length === 0) {
    throw new MappingsError('No mapping is enabled, so no event would be sent.')
  }
  return mappings
}

/**
 * All mappings of a mappings file.
 * @param value the file's content as `JSON.parse` gives it
 * @throws MappingsError when anything is wrong with any mapping, a disabled one too
 */
export function readMappingsFile(value: unknown): MappingsFile {
  const { data, error } = MappingsFile.safeParse(value)
  if (error) {
    const shown = error.issues.slice(0, MAX_PROBLEMS).map((issue) => tell(issue, value))
    const more = error.issues.length - shown.length
    throw new MappingsError([...shown, ...(more > 0 ? [`… and ${more} more`] : [])].join('\n'))
  }
  return data
}

/** The enabled mappings of a mappings file that has been parsed, in its order. */
export function enabledOf(file: MappingsFile): Mapping[] {
  return file.flatMap(({ enabled, name, partnerAction, subscribe, mapping }) => {
    const trigger = readTrigger(subscribe)
    return enabled && typeof trigger !== 'string'
      ? [{ name, partnerAction, subscribe, trigger, mapping, batchSize: batchSizeOf(mapping) }]
      : []
  })
}

function tell({ path: [index], message }: z.core.$ZodIssue, file: unknown): string {
  if (typeof index !== 'number') {
    return message
  }
  const found = findEntries(file)
  const entry = 'entries' in found ? found.entries[index] : undefined
  const name = isRecord(entry) ? unlessBlank(entry.name) : undefined
  return `Mapping ${name === undefined ? `number ${index + 1}` : `${quote(name)} (number ${index + 1})`}: ${message}`
}

/** What can't be read on, wherever in the value it is. */
function flawOf(value: unknown, path: readonly string[] = []): string | undefined {
  if (typeof value !== 'object' || value === null) {
    return undefined
  }
  if (path.length > MAX_DEPTH) {
    return `it is nested more than ${MAX_DEPTH} levels deep`
  }
  if (Object.keys(value).includes('__proto__')) {
    return `it has a member "__proto__"${path.length > 0 ? ` in ${quote(path.join('.'))}` : ''}`
  }
  const flaws = Object.entries(value).map(([key, member]) => flawOf(member, [...path, key]))
  return flaws.find((flaw) => flaw !== undefined)
}

/** The trigger, or why it can't be read. */
export function readTrigger(subscribe: string): GroupCondition | string {
  if (subscribe.length > MAX_TRIGGER) {
    return `it has more than ${MAX_TRIGGER} characters`
  }
  const trigger = parseFql(subscribe)
  if ('error' in trigger) {
    // The parser stumbles over most mistakes, and then its error tells nothing to whoever wrote the trigger.
    return trigger.error instanceof TypeError ? NOT_FQL : trigger.error.message
  }
  if (!isWhole(trigger) || (hasEnd(trigger) && !new RegExp(`(["'])${END}\\1`).test(subscribe))) {
    return NOT_FQL
  }
  return isReadAsWritten(trigger, subscribe) ? trigger : `Segment reads it as ${generateFql(trigger)}; ${AND_OR}`
}

/** An empty pair of parentheses leaves a hole, at which the framework breaks down with the first event. */
function isWhole({ children }: GroupCondition): boolean {
  return children.every((child: Condition | undefined) => child && (child.type !== 'group' || isWhole(child)))
}

function hasEnd({ children }: GroupCondition): boolean {
  return children.some((child) => (child.type === 'group' ? hasEnd(child) : child.value === END))
}

/** The parser applies one operator to a whole group, whatever stands between its conditions. */
function isReadAsWritten(trigger: GroupCondition, subscribe: string): boolean {
  const written = subscribe.replace(/"(\\.|[^"\\])*"|'(\\.|[^'\\])*'/g, '').match(/\b(and|or)\b/g) ?? []
  const count = (word: string) => written.filter((one) => one === word).length
  return count('and') === countOperators(trigger, 'and') && count('or') === countOperators(trigger, 'or')
}

/** How often this operator connects two conditions. */
function countOperators({ operator, children }: GroupCondition, word: string): number {
  const own = operator === word ? Math.max(0, children.length - 1) : 0
  return children.reduce((sum, child) => sum + (child.type === 'group' ? countOperators(child, word) : 0), own)
}

function batchSizeOf({ enable_batching, batch_size }: JSONObject): number {
  const size = typeof batch_size === 'number' ? Math.floor(batch_size) : MAX_ITEMS
  return enable_batching === false ? 1 : Math.min(Math.max(size, 1), MAX_ITEMS)
}
