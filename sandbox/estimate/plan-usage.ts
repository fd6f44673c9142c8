import { Backlog, mergeBacklogDays, takeFromBacklog } from '../model/backlog'
import type { BacklogDays } from '../model/backlog'
import { toKey, idsOf } from '../model/identifiers'
import { IdentifierIndex } from '../model/identifier-index'
import { bringsContact, createsContact, hasTraits, isTooOld } from '../model/item-rules'
import { ActivityItem, ContactItem } from '../model/items'
import { limitsOf } from '../model/limits'
import type { Limits, PlanSize } from '../model/limits'
import type { Identifier } from '../model/records'
import { parseTimestamp, toDay } from '../model/timestamps'

export interface UsagePlan extends PlanSize {
  /** Days after its timestamp in which Ortto accepts an activity */
  retentionDays: number | 'for ever'
}

/** What the estimate knows of a contact. */
interface KnownContact {
  ids: Identifier[]
  backlogDays?: BacklogDays
}

/** Activities with the same ids that wait, by their day. */
interface WaitingGroup {
  ids: readonly Identifier[]
  days: BacklogDays
}

/** What Ortto would do with an activity. */
interface ActivityUsage {
  /** It counts in both limits. */
  bringsContact: boolean
  /** Ortto would store nothing of it, not even its contact. */
  isTooOld: boolean
  /** Its contact is not known yet. */
  isWaiting: boolean
  /** Ortto can recognize it when it is sent again. */
  isRecognizable: boolean
  /** Milliseconds since 1970, when it has a timestamp */
  timestamp?: number
}

/**
 * What items would use of a plan's limits, by the rules of this Ortto, in an account that has no contacts and accepts
 * every trait and activity. No limit stops the items.
 *
 * An activity that is sent again counts again, also in the backlog. Memory grows with the contacts, and with the days
 * of those that are waited for, but not with the activities.
 */
export class PlanUsage {
  readonly limits: Limits
  private readonly contacts = new IdentifierIndex<KnownContact>()
  private readonly backlog = new Backlog<WaitingGroup>()
  private readonly groups = new Map<string, WaitingGroup>()
  private waited = 0
  private released = 0
  private discarded = 0

  /** @param now milliseconds since 1970 */
  constructor(private readonly plan: UsagePlan, private readonly now: number) {
    this.limits = limitsOf(plan)
  }

  /**
   * The activities that waited for a contact: how many got one later (`known`), how many of these Ortto would discard
   * (`discarded`), and how many still wait (`unknown`).
   */
  get waiting(): { known: number; discarded: number; unknown: number } {
    return { known: this.released, discarded: this.discarded, unknown: this.waited - this.released }
  }

  /**
   * Adds an item of `/v1/identify`. Ortto rejects an empty one: there is nothing in it to store.
   * @throws ZodError when it has the wrong shape
   */
  addContact(item: object): { isEmpty: boolean } {
    const contact = ContactItem.parse(item)
    const hasMerged = this.upsert(contact, hasTraits(contact))
    const { location, ip, audience } = contact
    const hasData = hasTraits(contact) || [location, ip, audience].some((part) => part !== undefined)
    return { isEmpty: !hasData && !hasMerged }
  }

  /**
   * Adds an item of `/v1/track`.
   * @throws ZodError when it has the wrong shape
   */
  addActivity(item: object): ActivityUsage {
    const activity = ActivityItem.parse(item)
    const timestamp = parseTimestamp(activity.timestamp ?? '')
    const usage = {
      bringsContact: bringsContact(activity),
      isTooOld: isTooOld(timestamp ?? this.now, this.now, this.plan.retentionDays),
      isWaiting: false,
      isRecognizable: activity.message_id !== undefined && timestamp !== undefined,
      timestamp
    }
    if (usage.isTooOld) {
      return usage
    }
    if (usage.bringsContact) {
      this.upsert({ ...activity, ip: undefined, location: undefined }, hasTraits(activity))
    }
    // An activity without a timestamp belongs to the day on which it is received.
    const { ids } = this.contacts.splitIds(idsOf(activity))
    return { ...usage, isWaiting: this.addWaiting(ids, toDay(timestamp ?? this.now)) }
  }

  /**
   * Creates or finds the contact of an item, makes its ids those of one contact, and gives it what waited for it.
   * @returns true when other contacts were merged into it
   */
  private upsert(item: ContactItem, hasValues: boolean): boolean {
    const { ids } = this.contacts.splitIds(idsOf(item))
    const match = this.contacts.find(ids)
    if (!match && !createsContact(hasValues, item)) {
      return false
    }
    const contact: KnownContact = match?.contact ?? { ids: [] }
    const others = this.contacts.findOthers(contact, ids)
    for (const { contact: other } of others) {
      this.addIds(contact, other.ids)
      if (other.backlogDays) {
        mergeBacklogDays(daysOf(contact), other.backlogDays)
      }
    }
    this.addIds(contact, ids)
    this.backlog.release(ids, contact.ids).forEach((group) => this.release(group, contact))
    return others.length > 0
  }

  private addIds(contact: KnownContact, ids: readonly Identifier[]): void {
    ids.filter((id) => this.contacts.claim(contact, id)).forEach((id) => contact.ids.push(id))
  }

  /** Adds an activity to those that wait, unless its contact is known. */
  private addWaiting(ids: readonly Identifier[], day: string): boolean {
    if (this.contacts.find(ids)) {
      return false
    }
    const key = groupKey(ids)
    let group = this.groups.get(key)
    if (!group) {
      group = { ids, days: new Map() }
      this.groups.set(key, group)
      this.backlog.add(group)
    }
    group.days.set(day, (group.days.get(day) ?? 0) + 1)
    this.waited += 1
    return true
  }

  private release({ ids, days }: WaitingGroup, contact: KnownContact): void {
    this.groups.delete(groupKey(ids))
    const backlogDays = daysOf(contact)
    days.forEach((count, day) => {
      this.released += count
      this.discarded += count - takeFromBacklog(backlogDays, day, count)
    })
  }
}

function daysOf(contact: KnownContact): BacklogDays {
  contact.backlogDays ??= new Map<string, number>()
  return contact.backlogDays
}

function groupKey(ids: readonly Identifier[]): string {
  return JSON.stringify(ids.map(toKey))
}
