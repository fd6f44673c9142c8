import { momentOf } from '../delivery/read/moment'
import type { ReadItem } from '../delivery'
import { DAY_MS, SECOND_MS } from '../sandbox/rules'

/**
 * Moves the timestamps of events by whole days, so that the newest is of the last 24 hours. The example events are
 * older than the 90 days that Ortto keeps activities.
 * @param now milliseconds since 1970
 */
export function moveDates(items: readonly ReadItem[], now: number): ReadItem[] {
  const moments = items.flatMap(({ event }) => momentOf(event?.timestamp) ?? [])
  const days = Math.floor((now - Math.max(...moments)) / DAY_MS)
  return items.map((item) => {
    const moment = momentOf(item.event?.timestamp)
    if ('problem' in item || moment === undefined || days <= 0) {
      return item
    }
    const isSeconds = typeof item.event.timestamp === 'number'
    const moved = moment + days * DAY_MS
    const timestamp = isSeconds ? String(moved / SECOND_MS) : new Date(moved).toISOString()
    return { ...item, event: { ...item.event, timestamp } }
  })
}
