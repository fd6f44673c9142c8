import { z } from 'zod'
import { hasConsent } from '../mapping/consent'
import { tracksActivities } from '../mapping/mapping-fields'
import { NOTICE_CODES } from '../notices'
import { readProblemError } from '../report'
import type { EventReport, MappingResult, Reason, Skip } from '../report'

const natural = z.number().int().nonnegative()
/** Counters that are added later are 0 in what was recorded before. */
const count = natural.default(0)

const Row = z.strictObject({
  mapping: z.string(),
  status: natural,
  code: z.string(),
  message: z.string(),
  count: natural
})
type Row = z.infer<typeof Row>

/** The counts of a delivery. A result is an event in a mapping. */
export const SummaryState = z.strictObject({
  /** Lines or messages, also those that were left out */
  lines: count,
  delivered: count,
  /** Activities that Ortto stored without the contact that came with them */
  partial: count,
  /** Contacts that Ortto had like this already */
  unchanged: count,
  rejected: count,
  /** Not sent on purpose: they came from Ortto. */
  ignored: count,
  /** Events that no mapping matched */
  unmatched: count,
  /** Events whose `integrations` disable Ortto */
  disabled: count,
  /** Events that were not sent because they do not allow a consent category */
  withoutConsent: count.default(0),
  /** Events that were left out because of their time */
  outside: count,
  /** Events that were left out because they were not chosen */
  notChosen: count,
  /** Events that carry consent preferences, sent or not */
  consent: count.default(0),
  /** Activities without a message id or a timestamp: Ortto stores them again when they are sent again. */
  missingDedupeKey: count,
  /** Events by what was repaired in them, and what else is to be known of them. Earlier versions did not count them. */
  notices: z.partialRecord(z.enum(NOTICE_CODES), count).default({}),
  /** The results by mapping, status and reason, the most frequent first */
  rows: z.array(Row).default([])
})
export type SummaryState = z.infer<typeof SummaryState>

/** Reasons that are told apart: messages may quote what is in an event. */
const MAX_ROWS = 1000
const OTHER = 'Other reasons'

/** A summary of nothing. */
export function emptySummary(): SummaryState {
  return SummaryState.parse({})
}

/** Where skipped events are counted, by the reason. */
const SKIP_COUNTS: Record<Skip['code'], 'unmatched' | 'disabled' | 'withoutConsent' | 'outside' | 'notChosen'> = {
  no_matching_mapping: 'unmatched',
  disabled_by_integrations: 'disabled',
  no_consent: 'withoutConsent',
  outside_time_range: 'outside',
  not_chosen: 'notChosen'
}

/** Counts the reports of a delivery. */
export class Summary {
  readonly counts: Omit<SummaryState, 'rows'>
  /** What `takeRecent` returned so far */
  private recorded: SummaryState
  private readonly rows: Map<string, Row>
  private readonly latest = new Map<MappingResult['mapping'] | undefined, Row>()

  /** @param state what was counted before */
  constructor(state = emptySummary()) {
    this.recorded = state
    const { rows, ...counts } = structuredClone(state)
    this.counts = counts
    this.rows = new Map(rows.map((row) => [keyOf(row), row]))
  }

  add(reports: readonly EventReport[]): void {
    reports.forEach((report) => this.addReport(report))
  }

  get state(): SummaryState {
    return {
      ...this.counts,
      notices: { ...this.counts.notices },
      rows: [...this.rows.values()].sort((a, b) => b.count - a.count)
    }
  }

  /** What was counted since the last call, or since the start. */
  takeRecent(): SummaryState {
    const { state } = this
    const recent = combineSummaries(state, this.recorded, -1)
    this.recorded = structuredClone(state)
    return recent
  }

  private addReport({ event, notices = [], problem, skipped, results }: EventReport): void {
    this.counts.lines += 1
    this.counts.consent += event && hasConsent(event) ? 1 : 0
    for (const code of notices) {
      this.counts.notices[code] = (this.counts.notices[code] ?? 0) + 1
    }
    if (problem) {
      this.counts.rejected += 1
      this.rowFor(undefined, readProblemError(problem).status, problem).count += 1
    }
    if (skipped) {
      this.counts[SKIP_COUNTS[skipped.code]] += 1
    }
    for (const result of results) {
      const { mapping, outcome, item, isRecognizable } = result
      this.counts[outcome] += 1
      this.rowFor(mapping, result.status, result).count += 1
      if (item !== undefined && !isRecognizable && tracksActivities(mapping.partnerAction)) {
        this.counts.missingDedupeKey += 1
      }
    }
  }

  /** The row of a result: mostly that of the result before it in the same mapping. */
  private rowFor(mapping: MappingResult['mapping'] | undefined, status: number, reason: Reason<string>): Row {
    const { code, message } = reason
    const latest = this.latest.get(mapping)
    if (latest?.status === status && latest.code === code && latest.message === message) {
      return latest
    }
    const row = this.findRow({ mapping: mapping?.name ?? '-', status, code, message, count: 0 })
    this.latest.set(mapping, row)
    return row
  }

  /** The row that counts it. When there are too many, one for all other reasons of its mapping and status. */
  private findRow(wanted: Row): Row {
    const key = keyOf(wanted)
    const known = this.rows.get(key)
    if (known) {
      return known
    }
    if (this.rows.size >= MAX_ROWS && wanted.message !== OTHER) {
      return this.findRow({ ...wanted, code: 'other', message: OTHER })
    }
    this.rows.set(key, wanted)
    return wanted
  }
}

/** The sum of two summaries. */
export function sumSummaries(one: SummaryState, other: SummaryState): SummaryState {
  return combineSummaries(one, other, 1)
}

/** @param sign 1 adds the other one, -1 subtracts it */
function combineSummaries(one: SummaryState, other: SummaryState, sign: 1 | -1): SummaryState {
  const { rows, notices, ...counts } = structuredClone(one)
  for (const key of Object.keys(counts) as (keyof typeof counts)[]) {
    counts[key] += sign * other[key]
  }
  for (const code of NOTICE_CODES) {
    const sum = (notices[code] ?? 0) + sign * (other.notices[code] ?? 0)
    notices[code] = sum === 0 ? undefined : sum
  }
  const byKey = new Map(rows.map((row) => [keyOf(row), row]))
  for (const row of other.rows) {
    const key = keyOf(row)
    byKey.set(key, { ...row, count: (byKey.get(key)?.count ?? 0) + sign * row.count })
  }
  return { ...counts, notices, rows: [...byKey.values()].filter((row) => row.count > 0) }
}

function keyOf({ mapping, status, code, message }: Row): string {
  return JSON.stringify([mapping, status, code, message])
}
