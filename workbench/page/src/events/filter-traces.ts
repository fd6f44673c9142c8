import type { TraceSummary } from '../../../server/trace'
import { showOutcome } from '../parts/show'
import type { ShownOutcome } from '../parts/show'

/** What became of an event: the worst of its results, or `not sent` without a result. */
export type TraceState = ShownOutcome | 'not sent'

/** From the worst to the best. `skipped`: delivered, but some of its values were not stored. */
export const STATES: readonly TraceState[] = [
  'rejected',
  'retryable',
  'partial',
  'skipped',
  'unchanged',
  'ignored',
  'delivered',
  'not sent'
]

export function stateOf({ results, note, skipped }: TraceSummary): TraceState {
  const states = results.map(showOutcome)
  // A text that is not an event was rejected, although there is no mapping for it.
  const isInvalid = note !== undefined && skipped === undefined
  return isInvalid ? 'rejected' : STATES.find((state) => states.some((one) => one === state)) ?? 'not sent'
}

/** Chooses events of a list. */
export interface TraceFilter {
  /** In the user, the name, the message ID, or the reason, case-insensitive */
  text: string
  state?: TraceState
  /** The type of the event, such as `track` */
  type?: string
  /** The name of a mapping that matched it */
  mapping?: string
}

export const NO_FILTER: TraceFilter = { text: '' }

/** The events that a filter chooses, in their order. */
export function filterTraces(traces: readonly TraceSummary[], filter: TraceFilter): readonly TraceSummary[] {
  const { state, type, mapping } = filter
  const text = filter.text.trim().toLowerCase()
  return text === '' && state === undefined && type === undefined && mapping === undefined
    ? traces
    : traces.filter(
        (trace) =>
          (state === undefined || stateOf(trace) === state) &&
          (type === undefined || trace.type === type) &&
          (mapping === undefined || trace.results.some((result) => result.mapping === mapping)) &&
          (text === '' || textsOf(trace).some((one) => one.toLowerCase().includes(text)))
      )
}

function textsOf({ user = '', event = '', messageId = '', note = '', results }: TraceSummary): string[] {
  return [user, event, messageId, note, ...results.map(({ message }) => message)]
}

/** How many events are in each state, in the order of `STATES`. States without events are left out. */
export function countStates(traces: readonly TraceSummary[]): [state: TraceState, count: number][] {
  const counts = new Map<TraceState, number>()
  traces.forEach((trace) => counts.set(stateOf(trace), (counts.get(stateOf(trace)) ?? 0) + 1))
  return STATES.flatMap((state) => {
    const count = counts.get(state)
    return count === undefined ? [] : [[state, count] as [TraceState, number]]
  })
}

/** The first event that was rejected, otherwise the first one that is not simply delivered, otherwise the first. */
export function firstProblem(traces: readonly TraceSummary[]): TraceSummary | undefined {
  const states = traces.map(stateOf)
  const worst = STATES.find((state) => states.includes(state) && !['delivered', 'unchanged', 'ignored'].includes(state))
  return traces[Math.max(0, worst === undefined ? 0 : states.indexOf(worst))]
}

/** For example: `5 events: 3 delivered, 1 rejected, 1 not sent.` Each event counts once, by its worst result. */
export function describeCounts(traces: readonly TraceSummary[]): string {
  const parts = [...countStates(traces)]
    .sort(([a], [b]) => IN_WORDS.indexOf(a) - IN_WORDS.indexOf(b))
    .map(([state, count]) => `${count.toLocaleString('en')} ${STATE_WORDS[state]}`)
  const events = `${traces.length.toLocaleString('en')} ${traces.length === 1 ? 'event' : 'events'}`
  return `${events}: ${parts.join(', ')}.`
}

/** The order of states in a sentence */
const IN_WORDS: readonly TraceState[] = [
  'delivered',
  'skipped',
  'partial',
  'unchanged',
  'ignored',
  'retryable',
  'rejected',
  'not sent'
]

export const STATE_WORDS: Record<TraceState, string> = {
  delivered: 'delivered',
  skipped: 'with skipped values',
  partial: 'partial',
  unchanged: 'unchanged',
  ignored: 'ignored',
  retryable: 'retryable',
  rejected: 'rejected',
  'not sent': 'not sent'
}
