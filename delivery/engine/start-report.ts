import type { SegmentEvent } from '@segment/actions-core'
import type { Mapping } from '../mapping/mappings'
import { routeEvent } from '../mapping/route'
import type { ReadItem } from '../read/read-events'
import type { EventReport } from '../report'

/**
 * The report of an item without results, and the mappings that it goes through. An item that is not an event, or not
 * for Ortto, goes through none: its report is complete.
 * @param names what the event's `integrations` may call this destination
 */
export function startReport(
  item: ReadItem,
  mappings: readonly Mapping[],
  names: readonly string[]
): { report: EventReport; deliveries: readonly { event: SegmentEvent; mapping: Mapping }[] } {
  const { source, size, raw } = item
  if (!('event' in item)) {
    return { report: { source, size, raw, problem: item.problem, results: [] }, deliveries: [] }
  }
  const { event } = item
  const messageId = typeof event.messageId === 'string' ? event.messageId : undefined
  const report = { source, size, raw, event, messageId, results: [] }
  const route = routeEvent(event, mappings, names)
  return 'skipped' in route
    ? { report: { ...report, skipped: route.skipped }, deliveries: [] }
    : { report, deliveries: route.mappings.map((mapping) => ({ event, mapping })) }
}
