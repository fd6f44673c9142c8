import type { JSONObject } from '@segment/actions-core'
import { isDeepStrictEqual } from 'util'
import { parseJson } from '../../common/parse-json'
import { isRecord } from '../../src/values'

/** The names of the shapes in which a mappings file can be. */
export const MAPPING_SHAPES = ['framework', 'segment'] as const
export type MappingShape = typeof MAPPING_SHAPES[number]

/** Both shapes, for messages. */
const SHAPES =
  "{ name, enabled, subscribe, partnerAction, mapping }, or the one of Segment's API: " +
  '{ name, enabled, trigger, actionSlug, settings }'

/** Some tools put the envelope of the API into one of their own. */
const MAX_ENVELOPES = 2

/** What the framework calls a member, and what Segment's API calls it. */
const NAMES = [
  ['subscribe', 'trigger'],
  ['partnerAction', 'actionSlug'],
  ['mapping', 'settings']
] as const

/** A member as messages show it, with its name in both shapes. */
export function quoteMember(name: typeof NAMES[number][0]): string {
  const [, other] = NAMES.find(([own]) => own === name) ?? []
  return `"${name}" (in the shape of Segment's API: "${String(other)}")`
}

/** Segment saves these with any mapping of a warehouse. They mean nothing to an action without a sync mode. */
const INTERNAL_FIELDS: readonly string[] = ['__segment_internal_sync_mode', '__segment_internal_matching_key']

/** A subscription in the framework's shape */
interface FrameworkMapping {
  name: string
  enabled: boolean
  subscribe: string
  partnerAction: string
  mapping: JSONObject
}

/** A subscription in the shape of Segment's Public API and of its Terraform provider */
interface SegmentMapping {
  name: string
  enabled: boolean
  trigger: string
  actionSlug: string
  settings: JSONObject
}

/** The entries of a mappings file in the framework's shape, or why they can't be found. */
type Entries = { entries: readonly unknown[] } | { problem: string }

/**
 * Finds the mappings in a file of any shape: the framework's or that of Segment's API, alone, in a list, or in the
 * envelope of the API. Nothing is checked but what would be lost silently.
 * @param value the file's content, parsed
 * @param depth envelopes around it
 */
export function findEntries(value: unknown, depth = 0): Entries {
  if (Array.isArray(value)) {
    return { entries: value.map(toFrameworkShape) }
  }
  if (!isRecord(value)) {
    return { problem: `A mappings file is a JSON array of mappings. Each has the shape ${SHAPES}.` }
  }
  const { data, subscriptions, subscription, pagination } = value
  if (isRecord(data) && depth < MAX_ENVELOPES) {
    return findEntries(data, depth + 1)
  }
  if (Array.isArray(subscriptions)) {
    const total = isRecord(pagination) ? pagination.totalEntries : undefined
    return typeof total === 'number' && total > subscriptions.length
      ? {
          problem: `The file has ${subscriptions.length} of ${total} mappings: it is one page of Segment's list. Get all pages.`
        }
      : findEntries(subscriptions)
  }
  if (isRecord(subscription)) {
    return findEntries([subscription])
  }
  const isMapping = ['name', ...NAMES.flat()].some((name) => name in value)
  return isMapping
    ? findEntries([value])
    : { problem: `A mappings file is a JSON array of mappings. Each has the shape ${SHAPES}.` }
}

/** The members that an entry has under the names of both shapes: it is not known which is meant. */
export function findTwins(entry: unknown): string | undefined {
  const [twin] = isRecord(entry) ? NAMES.filter((names) => areTwins(entry, names)) : []
  return (
    twin &&
    `it has both "${twin[0]}" and "${twin[1]}", which are one member in two shapes, with different values: remove one of them`
  )
}

/** True for two different values. A mapping that was read has its parsed `trigger` beside the text: that is none. */
function areTwins(entry: object, [own, other]: typeof NAMES[number]): boolean {
  const members = new Map<string, unknown>(Object.entries(entry))
  const one = members.get(own)
  const two = members.get(other)
  const isEmpty = isRecord(two) && Object.keys(two).length === 0
  return one !== undefined && typeof one === typeof two && !isEmpty && !isDeepStrictEqual(one, two)
}

/** An entry with the framework's names for its members, as far as it has them. */
function toFrameworkShape(entry: unknown): unknown {
  if (!isRecord(entry) || findTwins(entry) !== undefined) {
    return entry
  }
  const renamed = Object.entries(entry).map(([key, value]): [string, unknown] => {
    const [own] = NAMES.find(([own, other]) => other === key && !(own in entry)) ?? [key]
    return [own, own === 'mapping' ? readSettings(value) : value]
  })
  return Object.fromEntries(renamed)
}

/** Terraform writes settings as a text of JSON. */
function readSettings(value: unknown): unknown {
  const settings = typeof value === 'string' ? parseJson(value) ?? value : value
  return isRecord(settings) && INTERNAL_FIELDS.some((field) => field in settings)
    ? Object.fromEntries(Object.entries(settings).filter(([field]) => !INTERNAL_FIELDS.includes(field)))
    : settings
}

/** Mappings in a shape, to be written to a file. */
export function inShape(
  mappings: readonly FrameworkMapping[],
  shape: MappingShape
): (FrameworkMapping | SegmentMapping)[] {
  return mappings.map((one) => {
    const { name, enabled, subscribe, partnerAction, mapping } = one
    return shape === 'segment'
      ? { name, enabled, trigger: subscribe, actionSlug: partnerAction, settings: mapping }
      : { name, enabled, subscribe, partnerAction, mapping }
  })
}
