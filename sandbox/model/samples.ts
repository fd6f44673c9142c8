import { MAX_ACTIVITY_NAME_LENGTH, MAX_ACTIVITY_NAMES, SAMPLES_PER_KIND } from '../rules'
import { truncateText } from './truncate'

/** The latest items, for setting up the mappings. Items that were rejected for a missing mapping are included. */
export class Samples {
  private contacts: unknown[] = []
  /** ISO 8601: when the first identify item arrived. Ortto sends an email then. */
  firstIdentifyAt?: string
  /** By the activity's name, the most recent last */
  private readonly activities = new Map<string, unknown[]>()

  addContact(item: unknown): void {
    this.contacts = [...this.contacts, item].slice(-SAMPLES_PER_KIND)
  }

  addActivity(event: string, item: unknown): void {
    const name = truncateText(event, MAX_ACTIVITY_NAME_LENGTH)
    const samples = [...(this.activities.get(name) ?? []), item].slice(-SAMPLES_PER_KIND)
    this.activities.delete(name)
    this.activities.set(name, samples)
    if (this.activities.size > MAX_ACTIVITY_NAMES) {
      const [oldest] = this.activities.keys()
      this.activities.delete(oldest)
    }
  }

  /** Ortto waits for an item of `/v1/identify`: then traits can be mapped. @param nowMs milliseconds since 1970 */
  noteIdentify(nowMs: number): void {
    this.firstIdentifyAt ??= new Date(nowMs).toISOString()
  }

  /** By the activity's name, the most recent last */
  toState(): { contacts: unknown[]; activities: [string, unknown[]][]; firstIdentifyAt?: string } {
    return { contacts: this.contacts, activities: [...this.activities], firstIdentifyAt: this.firstIdentifyAt }
  }

  restore({ contacts, activities, firstIdentifyAt }: ReturnType<Samples['toState']>): void {
    this.contacts = contacts
    this.firstIdentifyAt = firstIdentifyAt
    activities.forEach(([name, samples]) => this.activities.set(name, samples))
  }

  all(): { contacts: readonly unknown[]; activities: Record<string, readonly unknown[]> } {
    return { contacts: this.contacts, activities: Object.fromEntries(this.activities) }
  }
}
