import type { TraceSummary } from '../../../server/trace'
import { meaningOf } from '../parts/show'

/** For example: `5 events: 3 delivered, 1 rejected, 1 not sent.` An event has a result of each mapping that took it. */
export function countResults(traces: readonly TraceSummary[]): string {
  const counts = new Map<string, number>()
  const count = (word: string) => counts.set(word, (counts.get(word) ?? 0) + 1)
  for (const { results } of traces) {
    results.forEach(({ status }) => count(meaningOf(status).word))
    if (results.length === 0) {
      count('not sent')
    }
  }
  const parts = [...counts].map(([word, number]) => `${number.toLocaleString('en')} ${word}`)
  const all = [...counts.values()].reduce((sum, number) => sum + number, 0)
  const results = all === traces.length ? '' : `, ${all.toLocaleString('en')} results`
  const events = `${traces.length.toLocaleString('en')} ${traces.length === 1 ? 'event' : 'events'}`
  return `${events}${results}: ${parts.join(', ')}.`
}
