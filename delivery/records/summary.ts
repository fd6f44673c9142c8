import { z } from 'zod'
import { tracksActivities } from '../mapping/mapping-fields'
import { NOTICE_CODES } from '../notices'
import { readProblemError } from '../report'
import type { EventReport, MappingResult, Reason, Skip } from '../report'

const count = z.number().int().nonnegative()

const Row = z.strictObject({ mapping: z.string(), status: count, code: z.string(), message: z.string(), count })
type Row = z.infer<typeof Row>

/** The counts of a delivery. A result is an event in a mapping. */
export const SummaryState = z.strictObject({
  /** Lines or messages */
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
  /** Activities without a message id or a timestamp: Ortto stores them again when they are sent again. */
  missingDedupeKey: count,
  /** Events by what was repaired in them, and what else is to be known of them. Earlier versions did not count them. */
  notices: z.partialRecord(z.enum(NOTICE_CODES), count).default({}),
  /** The results by mapping, status and reason, the most frequent first */
  rows: z.array(Row)
})
export type SummaryState = z.infer<typeof SummaryState>

/** The names of version 1, which checkpoints of earlier versions have */
const Version1 = z.object({ nothingNew: count, untaken: count, undedupable: count, rows: z.array(z.looseObject({})) })

/**
 * Reads the counts that a checkpoint has.
 * @throws ZodError when it has something else
 */
export function readSummaryState(value: unknown): SummaryState {
  const earlier = Version1.loose().safeParse(value)
  if (!earlier.success) {
    return SummaryState.parse(value)
  }
  const { nothingNew, untaken, undedupable, rows, ...others } = earlier.data
  return SummaryState.parse({
    partial: 0,
    disabled: 0,
    ...others,
    unchanged: nothingNew,
    unmatched: untaken,
    missingDedupeKey: undedupable,
    rows: rows.map((row) => ({ code: 'unknown', ...row }))
  })
}

/** Reasons that are told apart: messages may quote what is in an event. */
const MAX_ROWS = 1000
const OTHER = 'Other reasons'

const NOTHING: Omit<SummaryState, 'rows' | 'notices'> = {
  lines: 0,
  delivered: 0,
  partial: 0,
  unchanged: 0,
  rejected: 0,
  ignored: 0,
  unmatched: 0,
  disabled: 0,
  missingDedupeKey: 0
}

/** Where skipped events are counted, by the reason. */
const SKIP_COUNTS: Record<Skip['code'], 'unmatched' | 'disabled'> = {
  no_matching_mapping: 'unmatched',
  disabled_by_integrations: 'disabled'
}

/** Counts the reports of a delivery. */
export class Summary {
  readonly counts: Omit<SummaryState, 'rows'>
  private readonly rows: Map<string, Row>
  private readonly latest = new Map<MappingResult['mapping'] | undefined, Row>()

  constructor(state?: SummaryState) {
    const { rows = [], notices, ...counts } = state ?? {}
    this.counts = { ...NOTHING, ...counts, notices: { ...notices } }
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

  private addReport({ notices = [], problem, skipped, results }: EventReport): void {
    this.counts.lines += 1
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

function keyOf({ mapping, status, code, message }: Row): string {
  return JSON.stringify([mapping, status, code, message])
}
