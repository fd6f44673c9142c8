import type { SegmentEvent } from '@segment/actions-core'
import { validate } from '@segment/destination-subscriptions'
import { findRefusedCategory, hasConsent } from './consent'
import { findDisabledName } from './integrations'
import type { Mapping } from './mappings'
import type { Skip } from '../report'

/** Which events are for Ortto. */
export interface EventFilter {
  /** The names by which an event's `integrations` may call this destination */
  names: readonly string[]
  /** Consent categories, all of which an event must allow */
  consent: readonly string[]
}

const NO_MATCH: Skip = {
  code: 'no_matching_mapping',
  message: 'No mapping matches this event, so it was not sent.'
}

/** Decides which mappings an event goes through. */
export function routeEvent<One extends Pick<Mapping, 'trigger'>>(
  event: SegmentEvent,
  mappings: readonly One[],
  { names, consent }: EventFilter
): { mappings: One[] } | { skipped: Skip } {
  const disabled = findDisabledName(event, names)
  if (disabled !== undefined) {
    return { skipped: skipDisabled(disabled, names) }
  }
  const refused = findRefusedCategory(event, consent)
  if (refused !== undefined) {
    return { skipped: skipWithoutConsent(event, refused) }
  }
  const matching = mappings.filter(({ trigger }) => validate(trigger, event))
  return matching.length > 0 ? { mappings: matching } : { skipped: NO_MATCH }
}

function skipDisabled(name: string, names: readonly string[]): Skip {
  const rest = names.includes(name) ? '' : ' and do not name Ortto'
  return {
    code: 'disabled_by_integrations',
    message: `Not sent: the event's \`integrations\` set ${JSON.stringify(name)} to false${rest}.`
  }
}

function skipWithoutConsent(event: SegmentEvent, category: string): Skip {
  const subject = hasConsent(event)
    ? "the event's consent preferences do"
    : 'the event has no consent preferences, and does'
  return { code: 'no_consent', message: `Not sent: ${subject} not allow ${JSON.stringify(category)}.` }
}
