import type { SegmentEvent } from '@segment/actions-core'
import { momentOf } from '../read/moment'
import { idOf } from '../read/id-of'

/** Users whose latest identify event is remembered: those that were seen last. About 15 MB. */
const MAX_USERS = 100_000

/**
 * Notices identify events that come after a newer one of the same user. Ortto keeps the value that it received last, so
 * files that are read in the wrong order leave old values in contacts.
 */
export class IdentifyOrder {
  /** Milliseconds of the latest identify event, by user. The user seen last is the last. */
  private readonly latest = new Map<string, number>()

  constructor(private readonly maxUsers = MAX_USERS) {}

  /** True for an identify event that is older than one before it. */
  isOlder({ type, userId, anonymousId, timestamp }: SegmentEvent): boolean {
    const user = type === 'identify' ? idOf(userId) ?? idOf(anonymousId) : undefined
    const time = user === undefined ? undefined : momentOf(timestamp)
    if (user === undefined || time === undefined) {
      return false
    }
    const latest = this.latest.get(user)
    if (latest === undefined && this.latest.size >= this.maxUsers) {
      const [oldest] = this.latest.keys()
      this.latest.delete(oldest)
    }
    this.latest.delete(user)
    this.latest.set(user, Math.max(time, latest ?? time))
    return latest !== undefined && time < latest
  }
}
