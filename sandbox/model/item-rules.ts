import { DAY_MS } from '../rules'
import type { MergeSetting } from '../rules'
import type { ContactItem } from './items'

/**
 * True when an activity brings a contact: by its traits or its audience. It counts in both limits. Its location and its
 * IP address say where the activity happened: they bring none, and change none.
 */
export function bringsContact(item: ContactItem): boolean {
  return hasTraits(item) || item.audience !== undefined
}

export function hasTraits({ traits = {} }: ContactItem): boolean {
  return Object.keys(traits).length > 0
}

/**
 * True when an item creates a contact that is not known yet. Removing it from an audience alone creates none.
 * @param hasValues the item has values that can be stored
 */
export function createsContact(hasValues: boolean, { location, ip, audience }: ContactItem): boolean {
  return hasValues || location !== undefined || ip !== undefined || audience?.mode === 'add'
}

/**
 * True when an activity is older than its retention period.
 * @param timestamp in milliseconds since 1970
 * @param retentionDays days after the timestamp
 */
export function isTooOld(timestamp: number, now: number, retentionDays: number | 'for ever'): boolean {
  return retentionDays !== 'for ever' && now - timestamp > retentionDays * DAY_MS
}

/** True when a merge setting lets items create contacts. */
export function mayCreate(merge: MergeSetting): boolean {
  return !merge.endsWith('for existing contacts only')
}

/** True when a merge setting lets an item change a value of a contact that exists. */
export function mayChange(merge: MergeSetting, current: unknown): boolean {
  switch (merge) {
    case 'overwrite':
    case 'overwrite for existing contacts only':
      return true
    case 'append':
    case 'new data for existing contacts only':
      return current === undefined
    case 'ignore existing':
      return false
  }
}
