import { hasConsent, tracksActivities } from '../delivery'
import type { EventReport, Mapping, MappingResult, NoticeCode } from '../delivery'
import { PlanUsage, warnAboutActivities } from '../sandbox'
import type { PlanWarning, UsagePlan } from '../sandbox'
import { DAY_MS } from '../sandbox/rules'

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
  /** Matched no mapping, disabled for Ortto by the event's `integrations`, or without the consent that is asked for */
  skipped: number
  /** Events that carry consent preferences, sent or not */
  consent: number
  /** Contacts with nothing that Ortto could store: their status is 422. */
  empty: number
  /** Activities without a message id or a timestamp, by which Ortto recognizes duplicates */
  missingDedupeKey: number
  /** Activities that are older than the plan's retention: their status is 422. */
  tooOld: number
  /** Activities that come before their contact is known */
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
  plan: UsagePlan
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
  /** Events of each notice */
  notices: Partial<Record<NoticeCode, number>>
  /** Different names of the activities that are sent */
  activityNames: number
  /** What the plan does not include */
  warnings: PlanWarning[]
  /** Of the waiting activities: how many get their contact from these files, are discarded then, and never get one. */
  backlog: { known: number; discarded: number; unknown: number }
  /** The oldest activity: ISO 8601, and whole days until now */
  oldest?: { timestamp: string; days: number }
}

/** Different reasons that are counted: messages may quote what is in an event. */
const MAX_REASONS = 1000
/** Names of activities that are counted */
const MAX_ACTIVITY_NAMES = 10_000
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
  private readonly notices: Partial<Record<NoticeCode, number>> = {}
  private readonly activityNames = new Set<string>()
  private readonly usage: PlanUsage
  /** Milliseconds since 1970 */
  private oldest = Infinity

  /**
   * @param now milliseconds since 1970
   * @param files names of files, which are listed also when no event is in them
   */
  constructor(private readonly plan: UsagePlan, private readonly now: number, files: readonly string[] = []) {
    this.usage = new PlanUsage(plan, now)
    this.files = new Map(files.map((file) => [file, noCounts()]))
  }

  add(reports: readonly EventReport[]): void {
    reports.forEach((report) => this.addReport(report))
  }

  get result(): EstimateResult {
    const { limits, waiting } = this.usage
    const files = [...this.files].map(([file, counts]) => ({ file, days: daysFor(counts, limits), ...counts }))
    const total = files.reduce(sum, noCounts())
    return {
      plan: this.plan,
      limits,
      total,
      days: daysFor(total, limits),
      decidedBy: total.identify / limits.identify >= total.track / limits.track ? 'identify' : 'track',
      files,
      contextTraits: [...this.contextTraits].map(([{ name }, count]) => ({ mapping: name, count })),
      reasons: [...this.reasons.values()].sort((one, other) => other.count - one.count),
      notices: { ...this.notices },
      activityNames: this.activityNames.size,
      warnings: warnAboutActivities(this.activityNames.size, this.plan.activities),
      backlog: waiting,
      oldest: this.oldest === Infinity ? undefined : { timestamp: toISO(this.oldest), days: this.ageOf(this.oldest) }
    }
  }

  private addReport({ source, event, notices = [], problem, skipped, results }: EventReport): void {
    const file = source.kind === 'file' ? source.file : source.kind === 'message' ? source.subject : source.path
    const counts = this.files.get(file) ?? noCounts()
    this.files.set(file, counts)
    counts.lines += 1
    counts.consent += event && hasConsent(event) ? 1 : 0
    for (const code of notices) {
      this.notices[code] = (this.notices[code] ?? 0) + 1
    }
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
      this.addActivity(item, mapping, counts)
    } else {
      counts.identify += 1
      counts.empty += this.usage.addContact(item).isEmpty ? 1 : 0
    }
  }

  private addActivity(item: { traits?: unknown; event?: unknown }, mapping: Mapping, counts: Counts): void {
    const { bringsContact, isTooOld, isWaiting, isRecognizable, timestamp } = this.usage.addActivity(item)
    counts.track += 1
    if (typeof item.event === 'string' && this.activityNames.size < MAX_ACTIVITY_NAMES) {
      this.activityNames.add(item.event)
    }
    counts.identify += bringsContact ? 1 : 0
    counts.both += bringsContact ? 1 : 0
    counts.missingDedupeKey += isRecognizable ? 0 : 1
    counts.tooOld += isTooOld ? 1 : 0
    counts.waiting += isWaiting ? 1 : 0
    if (item.traits !== undefined && sendsContextTraits(mapping)) {
      this.contextTraits.set(mapping, (this.contextTraits.get(mapping) ?? 0) + 1)
    }
    this.oldest = Math.min(this.oldest, timestamp ?? Infinity)
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
    consent: 0,
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
