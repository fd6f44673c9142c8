import { MAX_BACKLOG_ACTIVITIES_PER_DAY } from '../rules'
import { areOtherUsers, toKey } from './identifiers'
import type { Identifier } from './records'

/** What waits for contacts that are not known yet, by the ids of what waits. */
export class Backlog<Entry extends { ids: readonly Identifier[] }> {
  private readonly byId = new Map<string, Set<Entry>>()

  add(entry: Entry): void {
    for (const id of entry.ids) {
      const waiting = this.byId.get(toKey(id)) ?? new Set()
      this.byId.set(toKey(id), waiting.add(entry))
    }
  }

  /**
   * Removes and returns what waits for a contact that became known by these ids.
   * @param allIds all ids of the contact: what another user did with the same anonymous id goes on waiting
   */
  release(ids: readonly Identifier[], allIds: readonly Identifier[]): Entry[] {
    const waiting = new Set(ids.flatMap((id) => [...(this.byId.get(toKey(id)) ?? [])]))
    const released = [...waiting].filter((entry) => !areOtherUsers(entry.ids, allIds))
    released.forEach((entry) => entry.ids.forEach((id) => this.remove(id, entry)))
    return released
  }

  private remove(id: Identifier, entry: Entry): void {
    const waiting = this.byId.get(toKey(id))
    waiting?.delete(entry)
    if (waiting?.size === 0) {
      this.byId.delete(toKey(id))
    }
  }
}

/** The number of activities that a contact got from the backlog, by their day (YYYY-MM-DD, in UTC). */
export type BacklogDays = Map<string, number>

/**
 * Gives a contact activities of one day that waited for it, up to Ortto's limit.
 * @returns how many it gets; Ortto discards the others
 */
export function takeFromBacklog(days: BacklogDays, day: string, count = 1): number {
  const before = days.get(day) ?? 0
  const taken = Math.min(count, Math.max(0, MAX_BACKLOG_ACTIVITIES_PER_DAY - before))
  if (taken > 0) {
    days.set(day, before + taken)
  }
  return taken
}

/** Adds the days of a contact that is merged into another one. */
export function mergeBacklogDays(days: BacklogDays, others: BacklogDays): void {
  others.forEach((count, day) => days.set(day, count + (days.get(day) ?? 0)))
}
