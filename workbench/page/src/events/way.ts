import type { ShownMapping, ShownTrace } from '../../../server/trace'
import { showOutcome } from '../parts/show'

/** A step on the way of an event to Ortto. */
export interface WayStep {
  name: 'Segment' | 'Mapping' | 'Request' | 'Ortto'
  /** `ok`, a `warning` about what was left out, `failed` here, or `not reached` because it ended before */
  state: 'ok' | 'warning' | 'failed' | 'not reached'
  /** A few words about it */
  text: string
}

/** The way of an event that was not sent: it ends before the request. */
export function wayOfUnsent({ skipped }: Pick<ShownTrace, 'skipped'>): WayStep[] {
  const isEvent = skipped !== undefined
  const isUnmatched = skipped === 'no_matching_mapping'
  return [
    { name: 'Segment', state: isEvent && isUnmatched ? 'ok' : 'failed', text: isEvent ? 'an event' : 'not an event' },
    {
      name: 'Mapping',
      state: isUnmatched ? 'failed' : 'not reached',
      text: isUnmatched ? 'none matches' : 'not reached'
    },
    { name: 'Request', state: 'not reached', text: 'not sent' },
    { name: 'Ortto', state: 'not reached', text: 'not reached' }
  ]
}

/** The way of an event through a mapping that matches it. */
export function wayOf({ result, request, processed }: ShownMapping): WayStep[] {
  const segment: WayStep = { name: 'Segment', state: 'ok', text: 'an event' }
  const outcome = result && showOutcome(result)
  const isRejected = outcome === 'rejected' || outcome === 'retryable'
  if (!request) {
    return [
      segment,
      { name: 'Mapping', state: isRejected ? 'failed' : 'warning', text: outcome ?? 'not reached' },
      { name: 'Request', state: 'not reached', text: 'not sent' },
      { name: 'Ortto', state: 'not reached', text: 'not reached' }
    ]
  }
  const mapping: WayStep = { name: 'Mapping', state: 'ok', text: 'matches' }
  const status = request.response?.status
  const isItemRejected = isRejected && processed !== undefined
  const failsAsWhole = isRejected && !isItemRejected
  const sent: WayStep = {
    name: 'Request',
    state: failsAsWhole ? 'failed' : 'ok',
    text: status === undefined ? 'no response' : `status ${status}`
  }
  if (failsAsWhole) {
    return [segment, mapping, sent, { name: 'Ortto', state: 'not reached', text: 'not stored' }]
  }
  const skipped = result?.skippedCount ?? 0
  const isWarning = outcome === 'partial' || outcome === 'unchanged' || skipped > 0
  return [
    segment,
    mapping,
    sent,
    {
      name: 'Ortto',
      state: isItemRejected ? 'failed' : isWarning ? 'warning' : 'ok',
      text: skipped > 0 && !isItemRejected ? `${skipped} skipped` : outcome ?? 'not reached'
    }
  ]
}
