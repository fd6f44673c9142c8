import type { TraceSummary } from '../../../server/trace'
import { meaningOf } from '../parts/show'

/** For example: `5 events: 3 delivered, 1 rejected, 1 not sent.` */
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
  return `${traces.length.toLocaleString('en')} ${traces.length === 1 ? 'event' : 'events'}: ${parts.join(', ')}.`
}
