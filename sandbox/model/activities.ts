import { Backlog, takeFromBacklog } from './backlog'
import type { ActivityCode } from './codes'
import type { Activity, Contact, Identifier } from './records'
import { toDay } from './timestamps'
import { ACTIVITY_SENTENCES } from './sentences'
import type { ActivityFacts } from './sentences'

/** The codes of stored activities that this version writes. */
type StoredCode = Exclude<ActivityCode, 'earlier'>

/** The activities of an account, with the backlog of those whose contact is not known yet. */
export class Activities {
  private readonly stored: Activity[] = []
  private readonly backlog = new Backlog<Activity>()
  /** Of all stored activities that have one */
  private readonly fingerprints = new Set<string>()

  all(): readonly Activity[] {
    return this.stored
  }

  countByState(): Record<Activity['state'], number> {
    const counts = { attached: 0, waiting: 0, discarded: 0 }
    this.stored.forEach(({ state }) => (counts[state] += 1))
    return counts
  }

  /** True when an activity with this fingerprint is stored. */
  isDuplicate(fingerprint: string | undefined): boolean {
    return fingerprint !== undefined && this.fingerprints.has(fingerprint)
  }

  allFingerprints(): string[] {
    return [...this.fingerprints]
  }

  /** Restores saved activities. */
  restore(activities: readonly Activity[], fingerprints: readonly string[]): void {
    activities.forEach((activity) => this.store(activity))
    fingerprints.forEach((fingerprint) => this.fingerprints.add(fingerprint))
  }

  /** Attaches an activity to a contact that is known by an identifier. */
  attach(activity: Activity, contact: Contact, by: Identifier): void {
    activity.state = 'attached'
    setReason(activity, 'contact_known', by)
    contact.activities.push(activity)
  }

  store(activity: Activity, fingerprint?: string): void {
    this.stored.push(activity)
    if (fingerprint !== undefined) {
      this.fingerprints.add(fingerprint)
    }
    if (activity.state === 'waiting') {
      this.backlog.add(activity)
    }
  }

  /** Attaches the waiting activities of a contact that became known by these ids, oldest first. Returns them. */
  releaseBacklog(contact: Contact, ids: readonly Identifier[]): Activity[] {
    const oldestFirst = this.backlog
      .release(ids, contact.ids)
      .sort((a, b) => Date.parse(a.timestamp) - Date.parse(b.timestamp))
    for (const activity of oldestFirst) {
      const day = toDay(Date.parse(activity.timestamp))
      if (takeFromBacklog(contact.backlogDays, day) > 0) {
        activity.state = 'attached'
        setReason(activity, 'released_from_backlog')
        contact.activities.push(activity)
      } else {
        activity.state = 'discarded'
        setReason(activity, 'backlog_full', day)
      }
    }
    return oldestFirst
  }
}

/** Identifies an activity that is sent again. Undefined without both values: then duplicates can't be recognised. */
export function fingerprintOf(messageId: string | undefined, timestamp: number | undefined): string | undefined {
  return messageId && timestamp !== undefined ? `${timestamp} ${messageId}` : undefined
}

function setReason<Code extends StoredCode>(activity: Activity, code: Code, ...facts: ActivityFacts[Code]): void {
  activity.reasonCode = code
  activity.reason = ACTIVITY_SENTENCES[code](...facts)
}
