import type { OrttoActivity } from '../../src/types'
import { isRecord, unlessBlank } from '../../src/values'
import { momentOf } from '../read/moment'
import type { Ids } from './backlog'

/** The parts of an item that Ortto's rules look at. */
export interface Item {
  ids: Ids
  hasTraits: boolean
  hasAudience: boolean
  /** False when there is nothing in it that Ortto could store of a contact. */
  hasData: boolean
  /** True when Ortto can create a contact from it. */
  creates: boolean
  /** Milliseconds since 1970 */
  time?: number
  isDedupable: boolean
}

export function readItem(item: { [Member in keyof OrttoActivity]?: unknown }): Item {
  const { user_id, anonymous_id, message_id, timestamp, ip, location, traits, audience } = item
  const hasTraits = isRecord(traits)
  const hasPlace = location !== undefined || ip !== undefined
  return {
    ids: { userId: unlessBlank(user_id), anonymousId: unlessBlank(anonymous_id) },
    hasTraits,
    hasAudience: isRecord(audience),
    hasData: hasTraits || hasPlace || isRecord(audience),
    // An unknown contact cannot be removed from an audience.
    creates: hasTraits || hasPlace || (isRecord(audience) && audience.mode === 'add'),
    time: momentOf(timestamp),
    isDedupable: message_id !== undefined && timestamp !== undefined
  }
}
