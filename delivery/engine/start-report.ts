import type { SegmentEvent } from '@segment/actions-core'
import type { Mapping } from '../mapping/mappings'
import { routeEvent } from '../mapping/route'
import type { EventFilter } from '../mapping/route'
import type { ReadItem } from '../read/read-events'
import type { EventReport } from '../report'

/**
 * The report of an item without results, and the mappings that its event goes through. An item that is not an event, or
 * not for Ortto, goes through none: its report is complete.
 */
export function startReport(
  item: ReadItem,
  mappings: readonly Mapping[],
  filter: EventFilter
): { report: EventReport; event?: SegmentEvent; mappings: readonly Mapping[] } {
  const { source, size, ordinal, end, window, raw } = item
  const messageId = typeof item.event?.messageId === 'string' ? item.event.messageId : undefined
  if (item.skipped) {
    return { report: { source, size, ordinal, end, messageId, skipped: item.skipped, results: [] }, mappings: [] }
  }
  if ('problem' in item) {
    const { problem, event, encoding, isTruncated } = item
    return {
      report: {
        source,
        size,
        ordinal,
        end,
        window,
        raw,
        encoding,
        isTruncated,
        event,
        messageId,
        problem,
        results: []
      },
      mappings: []
    }
  }
  const { event, notices } = item
  const report: EventReport = { source, size, ordinal, end, window, raw, event, messageId, notices, results: [] }
  const route = routeEvent(event, chosenMappings(item, mappings), filter)
  if ('skipped' in route) {
    report.skipped = route.skipped
    return { report, mappings: [] }
  }
  return { report, event, mappings: route.mappings }
}

/** When one of the names is not known any more, the event goes through all mappings. */
function chosenMappings({ mappings: names }: ReadItem, mappings: readonly Mapping[]): readonly Mapping[] {
  const isKnown = names?.every((name) => mappings.some((mapping) => mapping.name === name)) ?? false
  return isKnown ? mappings.filter(({ name }) => names?.includes(name)) : mappings
}
