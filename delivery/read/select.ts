import { validate } from '@segment/destination-subscriptions'
import type { GroupCondition } from '@segment/destination-subscriptions'
import type { Problem, Skip } from '../report'
import type { FailedEvents } from './failed-events'
import { momentOf } from './moment'
import type { ReadItem } from './read-events'
import type { Sample } from './sample'

/** Which events of the files are delivered. Without a member, it leaves nothing out. */
export interface Selection {
  /** Only events from this time, and before that one, in milliseconds since 1970 */
  from?: number
  until?: number
  /** Only events that it matches */
  filter?: GroupCondition
  /** Only track events with one of these names */
  names?: readonly string[]
  /** Only events of these users */
  sample?: Sample
  /** Only events that failed in an earlier delivery, through the mappings in which they failed */
  failed?: FailedEvents
  /** Of all these, only so many */
  limit?: number
}

const OUTSIDE: Skip = { code: 'outside_time_range', message: 'Left out: the event is outside the time range.' }
const NOT_CHOSEN: Skip = { code: 'not_chosen', message: 'Left out: the event was not chosen.' }

const NO_TIMESTAMP: Problem = {
  code: 'no_timestamp',
  message: 'This event has no timestamp that can be read, so --from and --until cannot be applied to it.'
}

/** Leaves events out, so that their reports say so: what is chosen and what is left out adds up to what was read. */
export class Selector {
  /** @param chosen how many were chosen before, when a delivery is resumed */
  constructor(private readonly selection: Selection, private chosen = 0) {}

  /** The same items, some of which are left out */
  async *selectFrom(lists: AsyncIterable<ReadItem[]>): AsyncGenerator<ReadItem[]> {
    const choosesAll = Object.values(this.selection).every((part) => part === undefined)
    for await (const items of lists) {
      yield choosesAll ? items : items.map((item) => this.select(item))
    }
  }

  /** The same item, or one that is left out. What is no event is left out by the limit only. */
  select(item: ReadItem): ReadItem {
    const timed = this.selectTime(item)
    if (timed.skipped) {
      return timed
    }
    const { failed } = this.selection
    const chosen = failed ? failed.take(timed) : timed
    if (!chosen || !this.isChosen(chosen)) {
      return { ...timed, skipped: NOT_CHOSEN }
    }
    this.chosen += 1
    return chosen
  }

  private selectTime(item: ReadItem): ReadItem {
    const { from, until } = this.selection
    if ((from === undefined && until === undefined) || 'problem' in item) {
      return item
    }
    const { source, ordinal, size, end, window, event, raw } = item
    const time = momentOf(event.timestamp)
    if (time === undefined) {
      return { source, ordinal, size, end, window, event, raw, problem: NO_TIMESTAMP }
    }
    return time >= (from ?? -Infinity) && time < (until ?? Infinity) ? item : { ...item, skipped: OUTSIDE }
  }

  private isChosen(item: ReadItem): boolean {
    const { filter, names, sample, limit = Infinity } = this.selection
    if (!('problem' in item)) {
      const { event } = item
      const isNamed = names === undefined || (event.type === 'track' && names.includes(String(event.event)))
      if (!isNamed || (filter && !validate(filter, event)) || sample?.has(event) === false) {
        return false
      }
    }
    return this.chosen < limit
  }
}
