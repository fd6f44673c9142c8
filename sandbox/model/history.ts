import type { Contact } from './records'
import { HISTORY_SENTENCES } from './sentences'
import type { HistoryFacts } from './sentences'

/** Adds an entry to a contact's history. @param nowMs milliseconds since 1970 */
export function addHistory<Code extends keyof HistoryFacts>(
  { history }: Contact,
  nowMs: number,
  code: Code,
  ...facts: HistoryFacts[Code]
): void {
  history.push({ at: new Date(nowMs).toISOString(), code, text: HISTORY_SENTENCES[code](...facts) })
}
