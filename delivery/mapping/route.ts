import type { SegmentEvent } from '@segment/actions-core'
import { validate } from '@segment/destination-subscriptions'
import { isMeantFor } from './integrations'
import type { Mapping } from './mappings'
import type { Skip } from '../report'

const DISABLED: Skip = {
  code: 'disabled_by_integrations',
  message: "Not sent: the event's `integrations` disable Ortto."
}

const NO_MATCH: Skip = {
  code: 'no_matching_mapping',
  message: 'No mapping matches this event, so it was not sent.'
}

/**
 * Decides which mappings an event goes through.
 * @param names what the event's `integrations` may call this destination
 */
export function routeEvent<One extends Pick<Mapping, 'trigger'>>(
  event: SegmentEvent,
  mappings: readonly One[],
  names: readonly string[]
): { mappings: One[] } | { skipped: Skip } {
  if (!isMeantFor(event, names)) {
    return { skipped: DISABLED }
  }
  const matching = mappings.filter(({ trigger }) => validate(trigger, event))
  return matching.length > 0 ? { mappings: matching } : { skipped: NO_MATCH }
}
