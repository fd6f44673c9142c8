import { isDeepStrictEqual } from 'util'
import { formatSource, tracksActivities } from '../delivery'
import type { EventReport, Mapping, MappingResult } from '../delivery'
import { isRecord } from '../src/values'

/** Samples of each group */
const MAX_SAMPLES = 3

/** Fields that are told apart: the names of traits and properties come from the events. */
const MAX_GROUPS = 1000

/** One event that goes out differently. Without `old` or `new`, the value or the event is not there. */
interface DiffSample {
  /** Where it came from: `events.ndjson:12` */
  source: string
  messageId?: string
  old?: unknown
  new?: unknown
}

/** The events that go out differently in the same way. */
export interface DiffGroup {
  /** The mapping's name: the old one's, unless only the new mappings send the event */
  mapping: string
  /**
   * - `field`: both send the event, and the field has different values
   * - `only_old`, `only_new`: only the old or only the new mappings send it
   */
  kind: 'field' | 'only_old' | 'only_new'
  /** Of a `field`: its path in the request, such as `traits.email` */
  field?: string
  count: number
  samples: DiffSample[]
}

/** What two sets of mappings make of the same events. */
export interface DiffResult {
  /** Lines that were read */
  lines: number
  /** Events that go out differently in any way */
  different: number
  /** The most frequent first */
  groups: DiffGroup[]
}

/**
 * Compares what two sets of mappings send for the same events. Names, the order of mappings, and the way in which a
 * mapping is written make no difference: only what is sent does.
 */
export class MappingsDiff {
  private lines = 0
  private different = 0
  private readonly groups = new Map<string, DiffGroup>()
  private readonly old: ReadonlySet<Mapping>

  /** @param old the old mappings; all others of a report are new */
  constructor(old: readonly Mapping[]) {
    this.old = new Set(old)
  }

  /** Adds the reports of a dry run through the old and the new mappings together. */
  add(reports: readonly EventReport[]): void {
    for (const report of reports) {
      this.lines += 1
      this.different += this.compare(report) ? 1 : 0
    }
  }

  get result(): DiffResult {
    const groups = [...this.groups.values()].sort((one, other) => other.count - one.count)
    return { lines: this.lines, different: this.different, groups }
  }

  /** True when the event goes out differently. */
  private compare(report: EventReport): boolean {
    const sent = report.results.filter(({ item }) => item !== undefined)
    const old = sent.filter(({ mapping }) => this.old.has(mapping))
    const changed = sent.filter(({ mapping }) => !this.old.has(mapping))
    removePairs(old, changed, isSame)
    const pairs = [
      ...removePairs(old, changed, (one, other) => isOfKind(one, other) && one.mapping.name === other.mapping.name),
      ...removePairs(old, changed, isOfKind)
    ]
    for (const [one, other] of pairs) {
      for (const { path, ...values } of findDifferences(one.item, other.item)) {
        this.count(report, { mapping: one.mapping.name, kind: 'field', path }, values)
      }
    }
    old.forEach(({ mapping, item }) => this.count(report, { mapping: mapping.name, kind: 'only_old' }, { old: item }))
    changed.forEach(({ mapping, item }) =>
      this.count(report, { mapping: mapping.name, kind: 'only_new' }, { new: item })
    )
    return pairs.length + old.length + changed.length > 0
  }

  private count(
    { source, messageId }: EventReport,
    { mapping, kind, path }: Pick<DiffGroup, 'mapping' | 'kind'> & { path?: readonly string[] },
    values: Pick<DiffSample, 'old' | 'new'>
  ): void {
    const keyOf = (field: string | undefined) => JSON.stringify([mapping, kind, field])
    const whole = path?.join('.')
    const isKnown = this.groups.size < MAX_GROUPS || this.groups.has(keyOf(whole))
    const field = isKnown ? whole : path?.[0]
    const group = this.groups.get(keyOf(field)) ?? { mapping, kind, field, count: 0, samples: [] }
    this.groups.set(keyOf(field), group)
    group.count += 1
    if (group.samples.length < MAX_SAMPLES) {
      group.samples.push({ source: formatSource(source), messageId, ...values })
    }
  }
}

/** True when both go to the same place of Ortto's API. */
function isOfKind({ mapping: one }: MappingResult, { mapping: other }: MappingResult): boolean {
  return tracksActivities(one.partnerAction) === tracksActivities(other.partnerAction)
}

function isSame(one: MappingResult, other: MappingResult): boolean {
  return isOfKind(one, other) && isDeepStrictEqual(one.item, other.item)
}

/** Removes the pairs that match from both lists, and returns them. */
function removePairs<One>(
  ones: One[],
  others: One[],
  matches: (one: One, other: One) => boolean
): (readonly [One, One])[] {
  const pairs: (readonly [One, One])[] = []
  for (const one of [...ones]) {
    const index = others.findIndex((other) => matches(one, other))
    if (index >= 0) {
      pairs.push([one, others[index]])
      ones.splice(ones.indexOf(one), 1)
      others.splice(index, 1)
    }
  }
  return pairs
}

interface Difference {
  path: readonly string[]
  old?: unknown
  new?: unknown
}

/** The paths at which two values differ. Lists are compared as a whole. */
function findDifferences(old: unknown, changed: unknown, path: readonly string[] = []): Difference[] {
  if (isDeepStrictEqual(old, changed)) {
    return []
  }
  const found = [old, changed].every((value) => value === undefined || isRecord(value))
    ? findInMembers(membersOf(old), membersOf(changed), path)
    : []
  return found.length > 0 ? found : [{ path, old, new: changed }]
}

function findInMembers(
  old: ReadonlyMap<string, unknown>,
  changed: ReadonlyMap<string, unknown>,
  path: readonly string[]
): Difference[] {
  const keys = [...new Set([...old.keys(), ...changed.keys()])]
  return keys.flatMap((key) => findDifferences(old.get(key), changed.get(key), [...path, key]))
}

function membersOf(value: unknown): Map<string, unknown> {
  return new Map(isRecord(value) ? Object.entries(value) : [])
}
