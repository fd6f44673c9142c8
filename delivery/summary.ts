import { z } from 'zod'
import type { Verdict } from './deliver'
import { tracksActivities } from './mapping-fields'
import { kindOf } from './results'

const count = z.number().int().nonnegative()

const Row = z.strictObject({ mapping: z.string(), status: count, message: z.string(), count })
type Row = z.infer<typeof Row>

/** What became of all events, counted. A result is an event in a mapping. */
export const SummaryState = z.strictObject({
  lines: count,
  delivered: count,
  /** Contacts that Ortto knows just so */
  nothingNew: count,
  rejected: count,
  /** Taken by a mapping, and not sent on purpose: it came from Ortto */
  ignored: count,
  /** Taken by no mapping, or kept from Ortto by the event's integrations */
  untaken: count,
  /** Activities that Ortto can't tell from their like, because they have no message id or no timestamp. */
  undedupable: count,
  rows: z.array(Row)
})
export type SummaryState = z.infer<typeof SummaryState>

/** Reasons that are told apart: messages may quote what is in an event. */
const MAX_ROWS = 1000
const OTHER = 'Other reasons'

const NOTHING = { lines: 0, delivered: 0, nothingNew: 0, rejected: 0, ignored: 0, untaken: 0, undedupable: 0 }

/** Counts verdicts. */
export class Summary {
  readonly counts: Omit<SummaryState, 'rows'>
  private readonly rows: Map<string, Row>
  private readonly latest = new Map<Verdict['mapping'], Row>()

  constructor(state?: SummaryState) {
    const { rows = [], ...counts } = state ?? {}
    this.counts = { ...NOTHING, ...counts }
    this.rows = new Map(rows.map((row) => [keyOf(row), row]))
  }

  add(verdicts: readonly Verdict[]): void {
    let last: Verdict | undefined
    for (const verdict of verdicts) {
      if (verdict.line !== last?.line || verdict.file !== last.file) {
        this.counts.lines += 1
      }
      last = verdict
      this.counts[kindOf(verdict)] += 1
      if (verdict.status !== undefined) {
        this.rowFor(verdict, verdict.status).count += 1
      }
      if (
        verdict.sent &&
        !verdict.sent.hasIdentity &&
        verdict.mapping &&
        tracksActivities(verdict.mapping.partnerAction)
      ) {
        this.counts.undedupable += 1
      }
    }
  }

  get state(): SummaryState {
    return { ...this.counts, rows: [...this.rows.values()].sort((one, other) => other.count - one.count) }
  }

  /** The row of a verdict: mostly that of the verdict before it in the same mapping. */
  private rowFor({ mapping, message }: Verdict, status: number): Row {
    const latest = this.latest.get(mapping)
    if (latest?.status === status && latest.message === message) {
      return latest
    }
    const row = this.rowOf({ mapping: mapping?.name ?? '-', status, message, count: 0 })
    this.latest.set(mapping, row)
    return row
  }

  /** The row that counts it. When there are too many, one for all other reasons of its mapping and status. */
  private rowOf(wanted: Row): Row {
    const key = keyOf(wanted)
    const known = this.rows.get(key)
    if (known) {
      return known
    }
    if (this.rows.size >= MAX_ROWS && wanted.message !== OTHER) {
      return this.rowOf({ ...wanted, message: OTHER })
    }
    this.rows.set(key, wanted)
    return wanted
  }
}

function keyOf({ mapping, status, message }: Row): string {
  return JSON.stringify([mapping, status, message])
}
