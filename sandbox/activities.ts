import { keyOf } from './contacts'
import type { Contact, Identifier } from './contacts'
import type { FieldValue } from './field-types'

export interface Activity {
  event: string
  /** ISO 8601: the item's own, or when it came. */
  timestamp: string
  /** By the attribute's name */
  attributes: Map<string, FieldValue>
  /** The ids it was sent with. */
  ids: Identifier[]
  state: 'attached' | 'waiting' | 'discarded'
  /** Why it is in this state. */
  reason: string
}

/** The backlog gives a contact so many activities of one day; the rest are discarded. */
const BACKLOG_PER_DAY = 50

/** The activities of an account, with the backlog of those whose contact is not known yet. */
export class Activities {
  private readonly stored: Activity[] = []
  /** Waiting activities under each of their ids. */
  private readonly backlog = new Map<string, Set<Activity>>()
  /** Of what is stored */
  private readonly fingerprints = new Set<string>()

  all(): readonly Activity[] {
    return this.stored
  }

  countByState(): Record<Activity['state'], number> {
    const counts = { attached: 0, waiting: 0, discarded: 0 }
    this.stored.forEach(({ state }) => (counts[state] += 1))
    return counts
  }

  /** True when an activity of this fingerprint is stored already. */
  isDuplicate(fingerprint: string | undefined): boolean {
    return fingerprint !== undefined && this.fingerprints.has(fingerprint)
  }

  /** Of all that is stored */
  allFingerprints(): string[] {
    return [...this.fingerprints]
  }

  /** Takes over activities that were saved. */
  restore(activities: readonly Activity[], fingerprints: readonly string[]): void {
    activities.forEach((activity) => this.store(activity))
    fingerprints.forEach((fingerprint) => this.fingerprints.add(fingerprint))
  }

  attach(activity: Activity, contact: Contact, reason: string): void {
    activity.state = 'attached'
    activity.reason = reason
    contact.activities.push(activity)
  }

  store(activity: Activity, fingerprint?: string): void {
    this.stored.push(activity)
    if (fingerprint !== undefined) {
      this.fingerprints.add(fingerprint)
    }
    if (activity.state === 'waiting') {
      for (const id of activity.ids) {
        const waiting = this.backlog.get(keyOf(id)) ?? new Set()
        this.backlog.set(keyOf(id), waiting.add(activity))
      }
    }
  }

  /** Gives a contact that just became known by these ids what waited for it, the oldest first. Gives that back, too. */
  attachWaiting(contact: Contact, ids: readonly Identifier[]): Activity[] {
    const waiting = new Set(ids.flatMap((id) => [...(this.backlog.get(keyOf(id)) ?? [])]))
    const oldestFirst = [...waiting].sort((one, other) => Date.parse(one.timestamp) - Date.parse(other.timestamp))
    for (const activity of oldestFirst) {
      activity.ids.forEach((id) => this.backlog.get(keyOf(id))?.delete(activity))
      const day = new Date(activity.timestamp).toISOString().slice(0, 10)
      const count = contact.backlogDays.get(day) ?? 0
      if (count < BACKLOG_PER_DAY) {
        contact.backlogDays.set(day, count + 1)
        this.attach(activity, contact, 'It waited in the backlog until its contact became known')
      } else {
        activity.state = 'discarded'
        activity.reason = `The backlog gives a contact ${BACKLOG_PER_DAY} activities of one day; ${day} had them`
      }
    }
    ids.forEach((id) => this.backlog.delete(keyOf(id)))
    return oldestFirst
  }
}

/** What tells whether an activity was sent before. Undefined without both: nobody can tell then. */
export function fingerprintOf(messageId: string | undefined, timestamp: number | undefined): string | undefined {
  return messageId && timestamp !== undefined ? `${timestamp} ${messageId}` : undefined
}
