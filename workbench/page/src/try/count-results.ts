import type { TraceSummary } from '../../../server/trace'
import { showOutcome } from '../parts/show'

/** For example: `5 events: 3 delivered, 1 rejected, 1 not sent.` An event has a result for each matching mapping. */
export function countResults(traces: readonly TraceSummary[]): string {
  const counts = new Map<string, number>()
  let notSent = 0
  const count = (word: string) => counts.set(word, (counts.get(word) ?? 0) + 1)
  for (const { results } of traces) {
    results.forEach((result) => count(showOutcome(result)))
    if (results.length === 0) {
      notSent += 1
    }
  }
  const all = [...counts.values()].reduce((sum, number) => sum + number, 0)
  const hasOneEach = all === traces.length - notSent
  const results = hasOneEach ? '' : `, ${all.toLocaleString('en')} results`
  const parts = [...counts, ...(notSent > 0 ? [['not sent', notSent] as const] : [])].map(
    ([word, number]) => `${number.toLocaleString('en')} ${word}`
  )
  const events = `${traces.length.toLocaleString('en')} ${traces.length === 1 ? 'event' : 'events'}`
  return `${events}${results}: ${parts.join(', ')}.`
}
