import { DAY_MS } from '../rules'
import type { ContactItem } from './items'

/**
 * True when an activity brings a contact: by its traits or its audience. It counts in both limits. A location or an IP
 * address alone brings none.
 */
export function bringsContact({ traits = {}, audience }: ContactItem): boolean {
  return Object.keys(traits).length > 0 || audience !== undefined
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
 * @param retentionDays days after the timestamp. Without it, no activity is too old.
 */
export function isTooOld(timestamp: number, now: number, retentionDays?: number): boolean {
  return retentionDays !== undefined && now - timestamp > retentionDays * DAY_MS
}
