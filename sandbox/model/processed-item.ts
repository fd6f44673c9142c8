import type { ActivityJson, ContactSummary } from './json'
import type { HistoryEntry, ItemResult, LogEntry } from './records'

/** One item of a request to `/v1/identify` or `/v1/track`, and everything that it changed. */
export interface ProcessedItem extends ItemChanges {
  /** The request's header `x-request-id`, when it is 1 to 100 printable ASCII characters. */
  requestId?: string
  kind: 'contact' | 'activity'
  /** Its position in the request */
  index: number
  /** As it was sent. Only the beginning of a very large item is kept. */
  item: unknown
}

/** What an item changed. */
export interface ItemChanges {
  /** The response to the request contains only results whose status is not 200, and no codes. */
  result: ItemResult
  /** The contact of the item. Absent when no contact was found or created. */
  contact?: ContactChange
  /** The activity of the item. Absent when the item was rejected, or is a contact. */
  activity?: ActivityJson | DuplicateActivity
  /** Traits and properties that are not mapped, so that Ortto ignored them. May be incomplete for a rejected item. */
  unmapped: string[]
  /** The entries that the item added to the error log. */
  log: LogEntry[]
}

/** A contact before and after an item. */
export interface ContactChange {
  /** Absent when the item created the contact. */
  before?: ContactSummary
  after: ContactSummary
  /** The numbers of the contacts that the item merged into this one. */
  merged: number[]
  /** The waiting activities that were released, because the item made the contact known. */
  fromBacklog: { attached: number; discarded: number }
  /** The entries that the item added to the contact's history, without those of merged contacts. */
  history: HistoryEntry[]
}

/** An activity that was sent again, and was not stored again. */
export interface DuplicateActivity {
  state: 'duplicate'
  reasonCode: 'duplicate'
  /** For people to read */
  reason: string
  event: string
  /** ISO 8601 */
  timestamp: string
}
