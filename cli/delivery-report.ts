import { formatSource, isLeftOut, momentOf } from '../delivery'
import type { EventReport, MappingResult, SummaryState } from '../delivery'
import { truncate } from '../common/truncate'
import { Groups } from './groups'
import type { Group } from './groups'

/** What became of a line: exactly one of these. In the order of the way of an event. */
export const FATES = [
  'outside_time_range',
  'not_chosen',
  'not_an_event',
  'disabled_by_integrations',
  'no_consent',
  'no_matching_mapping',
  'ignored',
  'invalid',
  'delivered',
  'partial',
  'unchanged',
  'rejected'
] as const

/**
 * - `ignored`: it came from Ortto; `invalid`: it was rejected before it was sent
 * - `delivered`, `partial`, `unchanged`, `rejected`: it was sent. Of several results, the worst counts, in the order:
 *   rejected, partial, delivered, unchanged.
 */
export type Fate = typeof FATES[number]

/** Lines by what became of them. Absent ones are 0. */
export type FateCounts = Partial<Record<Fate, number>>

/** Lines with the same event name, or of the same day. */
export interface FateRow {
  /** An event name such as `track: Order completed`, or a day such as `2026-01-31` */
  name: string
  count: number
  fates: FateCounts
}

interface ReasonSample {
  /** `events.ndjson:12` */
  source: string
  messageId?: string
  message: string
}

/** Why lines or events were not delivered. */
export interface ReportReason extends Group<ReasonSample> {
  fate: Fate
  code: string
  /** The event names, the most frequent first */
  names: { name: string; count: number }[]
  /** The command that delivers just these again. None when the results were not written, or nothing is wrong */
  redeliver?: string
}

interface SentSample {
  source: string
  messageId?: string
  /** What goes on the wire. Only in a dry run */
  item?: object
}

/** Results of one mapping and one event name. */
export interface ReportMapping extends Group<SentSample> {
  mapping: string
  action: string
  event: string
}

/** A value that was left out of events, in the destination's words. */
export interface ReportNote extends Group<{ source: string; messageId?: string }> {
  message: string
}

/** What a delivery did, for people who were not there. Its sums equal the input. */
export interface ReportData {
  kind: 'ortto report'
  /** ISO 8601 */
  startedAt: string
  endedAt: string
  target: string
  inputs: string[]
  isDry: boolean
  /** Why it stopped early */
  stopped?: string
  /** Lines that earlier runs of the same delivery did. They are not in the other counts. */
  earlierLines: number
  /** Lines that were read. An event inside another value counts as one. */
  lines: number
  /** They add up to the lines. */
  fates: FateCounts
  /** Sent events by the number of retries. They add up to the events that were sent. */
  byRetries: { retries: number; count: number; fates: FateCounts }[]
  /** Lines that were not left out, by event name. They add up to these. */
  byName: FateRow[]
  /** The same, by the UTC day of their timestamp */
  byDay: FateRow[]
  mappings: ReportMapping[]
  reasons: ReportReason[]
  /** Values that were left out of events that were sent */
  notes: ReportNote[]
  /** The counts of the summary, earlier runs included */
  summary: SummaryState
}

/** Nothing is to be done about these. */
const IS_FINE: ReadonlySet<Fate> = new Set<Fate>(['ignored', 'unchanged', 'not_an_event'])

/** Names that are told apart. The rest counts as one. */
const MAX_NAMES = 1000
const MAX_DAYS = 5000
const OTHERS = '(others)'
const MAX_NAME_LENGTH = 100
const MAX_MESSAGE_LENGTH = 300

type Head = Pick<ReportData, 'startedAt' | 'endedAt' | 'target' | 'inputs' | 'stopped' | 'earlierLines' | 'summary'>

/** Collects the reports of a delivery. Its memory does not grow with the number of events. */
export class DeliveryReport {
  private lines = 0
  private readonly fates: FateCounts = {}
  private readonly retries = new Map<number, FateCounts>()
  private readonly names = new Map<string, FateCounts>()
  private readonly days = new Map<string, FateCounts>()
  private readonly mappings = new Groups<Omit<ReportMapping, 'count' | 'samples'>, SentSample>()
  private readonly reasons = new Groups<Omit<ReportReason, 'count' | 'samples' | 'names' | 'redeliver'>, ReasonSample>()
  private readonly reasonNames = new Map<string, Map<string, number>>()
  private readonly notes = new Groups<{ message: string }, { source: string; messageId?: string }>(MAX_NAMES, {
    message: OTHERS
  })

  /** @param isDry nothing is sent, so that samples show what would be */
  constructor(private readonly isDry: boolean) {}

  add(reports: readonly EventReport[]): void {
    reports.forEach((report) => this.addReport(report))
  }

  /**
   * What was collected so far
   * @param redeliver the command that delivers the events with a code again
   */
  toData(head: Head, redeliver: (code: string) => string | undefined): ReportData {
    const rowsOf = (counts: ReadonlyMap<string, FateCounts>) =>
      [...counts].map(([name, fates]): FateRow => ({ name, count: sumOf(fates), fates }))
    return {
      kind: 'ortto report',
      ...head,
      isDry: this.isDry,
      lines: this.lines,
      fates: this.fates,
      byRetries: [...this.retries]
        .sort(([one], [other]) => one - other)
        .map(([retries, fates]) => ({ retries, count: sumOf(fates), fates })),
      byName: rowsOf(this.names).sort((one, other) => other.count - one.count),
      byDay: rowsOf(this.days).sort((one, other) => (one.name < other.name ? -1 : 1)),
      mappings: this.mappings.list(),
      reasons: this.reasons.list().map((reason) => ({
        ...reason,
        names: this.listNames(reason.code),
        redeliver: IS_FINE.has(reason.fate) ? undefined : redeliver(reason.code)
      })),
      notes: this.notes.list()
    }
  }

  private addReport(report: EventReport): void {
    const fate = fateOf(report)
    this.lines += 1
    count(this.fates, fate)
    if (isLeftOut(report)) {
      return
    }
    const name = countIn(this.names, nameOf(report), MAX_NAMES, fate)
    countIn(this.days, dayOf(report), MAX_DAYS, fate)
    const { problem, skipped, results } = report
    for (const one of [problem, skipped].flatMap((reason) => reason ?? [])) {
      this.addReason(report, name, fate, one)
    }
    if (results.some(({ item }) => item !== undefined)) {
      const retries = Math.max(...results.map((result) => result.retries ?? 0))
      const counts = this.retries.get(retries) ?? {}
      this.retries.set(retries, counts)
      count(counts, fate)
    }
    results.forEach((result) => this.addResult(report, name, result))
  }

  private addResult(report: EventReport, name: string, result: MappingResult): void {
    const { mapping, outcome, item, notes = [] } = result
    const sample = { source: formatSource(report.source), messageId: report.messageId }
    if (outcome !== 'delivered') {
      this.addReason(report, name, outcome === 'rejected' && item === undefined ? 'invalid' : outcome, result)
    }
    if (item !== undefined) {
      const shown = this.isDry ? { ...sample, item } : sample
      this.mappings.add({ mapping: mapping.name, action: mapping.partnerAction, event: name }, shown)
    }
    notes.forEach((message) => this.notes.add({ message: truncate(message, MAX_MESSAGE_LENGTH) }, sample))
  }

  private addReason(
    { source, messageId }: EventReport,
    name: string,
    fate: Fate,
    { code, message }: { code: string; message: string }
  ): void {
    this.reasons.add(
      { fate, code },
      { source: formatSource(source), messageId, message: truncate(message, MAX_MESSAGE_LENGTH) }
    )
    const names = this.reasonNames.get(code) ?? new Map<string, number>()
    this.reasonNames.set(code, names)
    names.set(name, (names.get(name) ?? 0) + 1)
  }

  private listNames(code: string): ReportReason['names'] {
    return [...(this.reasonNames.get(code) ?? [])]
      .map(([name, count]) => ({ name, count }))
      .sort((one, other) => other.count - one.count)
  }
}

export function sumOf(fates: FateCounts): number {
  return FATES.reduce((sum, fate) => sum + (fates[fate] ?? 0), 0)
}

function fateOf({ problem, skipped, results }: EventReport): Fate {
  if (problem) {
    return 'not_an_event'
  }
  if (skipped) {
    return skipped.code
  }
  const outcomes = new Set(results.map(({ outcome }) => outcome))
  if (outcomes.has('rejected')) {
    return results.some(({ item }) => item !== undefined) ? 'rejected' : 'invalid'
  }
  const worst = (['partial', 'delivered', 'unchanged'] as const).find((outcome) => outcomes.has(outcome))
  return worst ?? 'ignored'
}

/** `track: Order completed`, `page: Home`, `identify` */
function nameOf({ event, problem }: EventReport): string {
  if (event === undefined || (problem && problem.code !== 'no_timestamp')) {
    return '(not an event)'
  }
  const { type } = event
  const name = type === 'track' ? event.event : type === 'page' || type === 'screen' ? event.name : undefined
  const words = typeof name === 'string' && name !== '' ? `${type}: ${name}` : type
  return truncate(words, MAX_NAME_LENGTH)
}

function dayOf({ event }: EventReport): string {
  const time = momentOf(event?.timestamp)
  return time === undefined ? '(no timestamp)' : new Date(time).toISOString().slice(0, 10)
}

function count(counts: FateCounts, fate: Fate): void {
  counts[fate] = (counts[fate] ?? 0) + 1
}

/** Counts it under its name, or under that of the rest. Returns which. */
function countIn(all: Map<string, FateCounts>, name: string, max: number, fate: Fate): string {
  const key = all.has(name) || all.size < max ? name : OTHERS
  const counts = all.get(key) ?? {}
  all.set(key, counts)
  count(counts, fate)
  return key
}
