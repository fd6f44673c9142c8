import { tracksActivities } from '../mapping/mapping-fields'
import type { Mapping } from '../mapping/mappings'
import type { EventReport, MappingResult } from '../report'
import { Backlog } from './backlog'
import { readItem } from './item'
import type { Item } from './item'

/** The parts of an Ortto plan that its limits depend on. */
export interface Plan {
  /** Contacts: those that it includes, and those that were added */
  contacts: number
  /** Activities that are tracked */
  activities: number
  /** Track events a day for each contact and activity */
  trackFactor: number
  /** Days after its timestamp in which Ortto accepts an activity. Without it, none is too old. */
  retention?: number
}

/** Items that Ortto counts against a limit. */
export interface Use {
  /** Contacts, and activities with data of their contact */
  identify: number
  /** Activities */
  track: number
}

/**
 * The events of a file, or of all, by what would happen to them. A result is an event in a mapping: each that is not
 * rejected, ignored or skipped is an item.
 */
export interface Counts extends Use {
  lines: number
  /** Activities with traits or an audience, which count in both limits */
  both: number
  /** Rejected before anything is sent */
  rejected: number
  /** Not sent on purpose: they came from Ortto. */
  ignored: number
  /** Matched no mapping, or disabled for Ortto by the event's `integrations` */
  skipped: number
  /** Contacts with nothing that Ortto could store: their status is 422. */
  empty: number
  /** Activities without a message id or a timestamp, by which Ortto recognizes duplicates */
  missingDedupeKey: number
  /** Activities that are older than the plan's retention: their status is 422. */
  tooOld: number
  /** Activities that come before their contact is known: see {@link Backlog} */
  waiting: number
}

/** Why results would not be sent. */
export interface Reason {
  kind: 'rejected' | 'ignored' | 'skipped'
  /** The mapping's name, when one matched the event */
  mapping?: string
  message: string
  count: number
}

/** What a delivery would use of a plan, and how Ortto's rules would treat it. */
export interface EstimateResult {
  plan: Plan
  /** Items in 24 hours */
  limits: Use
  total: Counts
  /** Days that it takes: 1 when it fits into the limits, 0 when nothing would be sent. */
  days: number
  /** The limit of which it uses the larger part */
  decidedBy: keyof Use
  /** The same by file. These add up to the total. */
  files: ({ file: string; days: number } & Counts)[]
  /** Activities with traits, by the mapping, where it sends those of `context.traits` */
  contextTraits: { mapping: string; count: number }[]
  /** The most frequent first */
  reasons: Reason[]
  /** Of the waiting activities: how many get their contact from these files, are discarded then, and never get one. */
  backlog: { known: number; discarded: number; unknown: number }
  /** The oldest activity: ISO 8601, and whole days until now */
  oldest?: { timestamp: string; days: number }
}

/** Identify events a day for each contact of the plan */
const IDENTIFY_FACTOR = 10

const DAY_MS = 24 * 60 * 60 * 1000

/** Different reasons that are counted: messages may quote what is in an event. */
const MAX_REASONS = 1000
const OTHER = 'Other reasons'

/**
 * Counts what a delivery would use of an Ortto plan. It reads the reports of a dry run, so the real mappings and the
 * real destination have decided what would be sent.
 *
 * An activity that is in the files twice counts twice, as it does in the limits. Memory grows with the users, but not
 * with their events.
 */
export class Estimate {
  private readonly files: Map<string, Counts>
  private readonly contextTraits = new Map<Mapping, number>()
  private readonly reasons = new Map<string, Reason>()
  private readonly backlog = new Backlog()
  /** Milliseconds since 1970 */
  private oldest = Infinity

  /**
   * @param now milliseconds since 1970
   * @param files names of files, which are listed also when no event is in them
   */
  constructor(private readonly plan: Plan, private readonly now: number, files: readonly string[] = []) {
    this.files = new Map(files.map((file) => [file, noCounts()]))
  }

  add(reports: readonly EventReport[]): void {
    reports.forEach((report) => this.addReport(report))
  }

  get result(): EstimateResult {
    const limits = limitsOf(this.plan)
    const files = [...this.files].map(([file, counts]) => ({ file, days: daysFor(counts, limits), ...counts }))
    const total = files.reduce(sum, noCounts())
    const { released: known, discarded, stranded: unknown } = this.backlog
    return {
      plan: this.plan,
      limits,
      total,
      days: daysFor(total, limits),
      decidedBy: total.identify / limits.identify >= total.track / limits.track ? 'identify' : 'track',
      files,
      contextTraits: [...this.contextTraits].map(([{ name }, count]) => ({ mapping: name, count })),
      reasons: [...this.reasons.values()].sort((one, other) => other.count - one.count),
      backlog: { known, discarded, unknown },
      oldest: this.oldest === Infinity ? undefined : { timestamp: toISO(this.oldest), days: this.ageOf(this.oldest) }
    }
  }

  private addReport({ source, problem, skipped, results }: EventReport): void {
    const file = source.kind === 'file' ? source.file : source.subject
    const counts = this.files.get(file) ?? noCounts()
    this.files.set(file, counts)
    counts.lines += 1
    if (problem) {
      this.addReason(counts, 'rejected', problem.message)
    }
    if (skipped) {
      this.addReason(counts, 'skipped', skipped.message)
    }
    results.forEach((result) => this.addResult(result, counts))
  }

  private addResult({ mapping, outcome, message, item }: MappingResult, counts: Counts): void {
    if (item === undefined) {
      this.addReason(counts, outcome === 'ignored' ? 'ignored' : 'rejected', message, mapping)
    } else if (tracksActivities(mapping.partnerAction)) {
      this.addActivity(readItem(item), mapping, counts)
    } else {
      this.addContact(readItem(item), counts)
    }
  }

  private addContact({ ids, hasData, creates }: Item, counts: Counts): void {
    counts.identify += 1
    counts.empty += hasData ? 0 : 1
    this.backlog.upsert(ids, creates)
  }

  private addActivity(item: Item, mapping: Mapping, counts: Counts): void {
    const { ids, hasTraits, hasAudience, creates, time, isDedupable } = item
    const bringsContact = hasTraits || hasAudience
    counts.track += 1
    counts.identify += bringsContact ? 1 : 0
    counts.both += bringsContact ? 1 : 0
    counts.missingDedupeKey += isDedupable ? 0 : 1
    if (hasTraits && sendsContextTraits(mapping)) {
      this.contextTraits.set(mapping, (this.contextTraits.get(mapping) ?? 0) + 1)
    }
    this.oldest = Math.min(this.oldest, time ?? Infinity)
    const { retention = Infinity } = this.plan
    if (time !== undefined && this.now - time > retention * DAY_MS) {
      // Ortto stores nothing of it, not even its contact.
      counts.tooOld += 1
      return
    }
    if (bringsContact) {
      this.backlog.upsert(ids, creates)
    }
    // An activity without a timestamp belongs to the day on which it is received.
    counts.waiting += this.backlog.track(ids, Math.floor((time ?? this.now) / DAY_MS)) ? 1 : 0
  }

  private addReason(counts: Counts, kind: Reason['kind'], message: string, mapping?: Mapping): void {
    counts[kind] += 1
    const keyOf = (text: string) => JSON.stringify([kind, mapping?.name, text])
    const isKnown = this.reasons.has(keyOf(message)) || this.reasons.size < MAX_REASONS
    const counted = isKnown ? message : OTHER
    const reason = this.reasons.get(keyOf(counted)) ?? { kind, mapping: mapping?.name, message: counted, count: 0 }
    reason.count += 1
    this.reasons.set(keyOf(counted), reason)
  }

  /** Whole days */
  private ageOf(time: number): number {
    return Math.max(0, Math.floor((this.now - time) / DAY_MS))
  }
}

/** As the destination's own preset does, which sends them of events that have no traits of their own. */
function sendsContextTraits({ mapping }: Mapping): boolean {
  return JSON.stringify(mapping.traits ?? null).includes('context.traits')
}

function limitsOf({ contacts, activities, trackFactor }: Plan): Use {
  return { identify: IDENTIFY_FACTOR * contacts, track: trackFactor * contacts * activities }
}

function daysFor({ identify, track }: Use, limits: Use): number {
  return Math.max(Math.ceil(identify / limits.identify), Math.ceil(track / limits.track))
}

function noCounts(): Counts {
  return {
    lines: 0,
    identify: 0,
    track: 0,
    both: 0,
    rejected: 0,
    ignored: 0,
    skipped: 0,
    empty: 0,
    missingDedupeKey: 0,
    tooOld: 0,
    waiting: 0
  }
}

function sum(one: Counts, other: Counts): Counts {
  const total = noCounts()
  for (const key of Object.keys(total) as (keyof Counts)[]) {
    total[key] = one[key] + other[key]
  }
  return total
}

function toISO(time: number): string {
  return new Date(time).toISOString()
}
