import { z } from 'zod'
import type { Verdict } from './deliver'

const count = z.number().int().nonnegative()

const Row = z.strictObject({ mapping: z.string(), status: count, message: z.string(), count })
type Row = z.infer<typeof Row>

/** What became of all events, counted. A result is an event in a mapping. */
export const SummaryState = z.strictObject({
  lines: count,
  delivered: count,
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

/** Counts verdicts. */
export class Summary {
  readonly counts: Omit<SummaryState, 'rows'>
  private readonly rows: Map<string, Row>

  constructor(state?: SummaryState) {
    const { rows = [], ...counts } = state ?? {}
    this.counts = { lines: 0, delivered: 0, rejected: 0, ignored: 0, untaken: 0, undedupable: 0, ...counts }
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
        this.addRow(verdict.mapping?.name ?? '-', verdict.status, verdict.message)
      }
      if (verdict.sent && !verdict.sent.hasIdentity && verdict.mapping?.partnerAction === 'trackActivity') {
        this.counts.undedupable += 1
      }
    }
  }

  get state(): SummaryState {
    return { ...this.counts, rows: [...this.rows.values()].sort((one, other) => other.count - one.count) }
  }

  private addRow(mapping: string, status: number, message: string): void {
    const wanted = { mapping, status, message, count: 0 }
    const key = keyOf(wanted)
    const row =
      this.rows.get(key) ?? (this.rows.size < MAX_ROWS ? wanted : this.rows.get(keyOf({ ...wanted, message: OTHER })))
    const counted = row ?? { ...wanted, message: OTHER }
    counted.count += 1
    this.rows.set(keyOf(counted), counted)
  }
}

/** What a verdict says, in one word. */
export function kindOf({ status, sent }: Verdict): 'delivered' | 'rejected' | 'ignored' | 'untaken' {
  if (status === undefined) {
    return 'untaken'
  }
  if (status >= 400) {
    return 'rejected'
  }
  return sent ? 'delivered' : 'ignored'
}

function keyOf({ mapping, status, message }: Row): string {
  return JSON.stringify([mapping, status, message])
}
