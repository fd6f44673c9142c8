import { toActivityJson, toContactSummary } from './json'
import type { ContactSummary } from './json'
import type { ContactChange, DuplicateActivity, ItemChanges } from './processed-item'
import type { Activity, Contact, ItemResult, LogEntry } from './records'
import { ACTIVITY_SENTENCES } from './sentences'

/** Records what one item changes in an account. Used only while there is a listener. */
export class ItemRecorder {
  private change?: { contact: Contact; before?: ContactSummary; historyLength: number }
  private activity?: Activity | DuplicateActivity
  private readonly merged: number[] = []
  private readonly released: Activity[] = []
  private readonly unmapped = new Set<string>()
  private readonly log: LogEntry[] = []

  /** The item created this contact. */
  recordCreated(contact: Contact): void {
    this.change = { contact, historyLength: 0 }
  }

  /** The item belongs to this contact. Call this before the item changes the contact. */
  recordFound(contact: Contact): void {
    this.change = this.change ?? {
      contact,
      before: toContactSummary(contact),
      historyLength: contact.history.length
    }
  }

  recordMerged(others: readonly Contact[]): void {
    others.forEach(({ number }) => this.merged.push(number))
  }

  recordReleased(activities: readonly Activity[]): void {
    activities.forEach((activity) => this.released.push(activity))
  }

  recordActivity(activity: Activity): void {
    this.activity = activity
  }

  /** @param timestamp ISO 8601 */
  recordDuplicate(event: string, timestamp: string): void {
    const reason = ACTIVITY_SENTENCES.duplicate()
    this.activity = { state: 'duplicate', reasonCode: 'duplicate', reason, event, timestamp }
  }

  recordUnmapped(key: string): void {
    this.unmapped.add(key)
  }

  recordLogEntry(entry: LogEntry): void {
    this.log.push(entry)
  }

  /** Everything that was recorded. It does not change when the account changes later. */
  finish(result: ItemResult): ItemChanges {
    const { activity } = this
    return {
      result: { ...result },
      contact: this.contactChange(),
      activity: activity && ('attributes' in activity ? toActivityJson(activity) : activity),
      unmapped: [...this.unmapped],
      log: this.log.map((entry) => ({ ...entry }))
    }
  }

  private contactChange(): ContactChange | undefined {
    if (!this.change) {
      return undefined
    }
    const { contact, before, historyLength } = this.change
    const attached = this.released.filter(({ state }) => state === 'attached').length
    return {
      before,
      after: toContactSummary(contact),
      merged: this.merged,
      fromBacklog: { attached, discarded: this.released.length - attached },
      history: contact.history.slice(historyLength).filter(({ from }) => from === undefined)
    }
  }
}
