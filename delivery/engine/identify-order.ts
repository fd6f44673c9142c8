import type { SegmentEvent } from '@segment/actions-core'
import { momentOf } from '../read/moment'
import { idOf } from '../read/id-of'

/** Users whose latest identify event is remembered: at least half as many, those that were seen last. About 10 MB. */
const MAX_USERS = 100_000

/**
 * Notices identify events that come after a newer one of the same user. Ortto keeps the value that it received last, so
 * files that are read in the wrong order leave old values in contacts.
 */
export class IdentifyOrder {
  /** Milliseconds of the latest identify event, by user: of those seen last, and of those seen before them */
  private recent = new Map<string, number>()
  private earlier: ReadonlyMap<string, number> = new Map()

  constructor(private readonly maxUsers = MAX_USERS) {}

  /** True for an identify event that is older than one before it. */
  isOlder({ type, userId, anonymousId, timestamp }: SegmentEvent): boolean {
    const user = type === 'identify' ? idOf(userId) ?? idOf(anonymousId) : undefined
    const time = user === undefined ? undefined : momentOf(timestamp)
    if (user === undefined || time === undefined) {
      return false
    }
    const latest = this.recent.get(user) ?? this.earlier.get(user)
    this.recent.set(user, Math.max(time, latest ?? time))
    // To delete the oldest user for each new one would make the map grow again and again.
    if (this.recent.size >= this.maxUsers / 2) {
      this.earlier = this.recent
      this.recent = new Map()
    }
    return latest !== undefined && time < latest
  }
}
