import type { DateFormat, FieldType } from '../rules'
import type { ActivityCode, HistoryCode, ItemCode, ItemStatus, LogCode } from './codes'

/** A CDP field of a contact, or an attribute of an activity. */
export interface Field {
  name: string
  type: FieldType
  /** The format in which dates arrive. */
  format?: DateFormat
  /** The options of a select. Without them, any text is allowed. */
  options?: string[]
}

/** The value of a field: dates in ISO 8601, phone numbers in E.164. */
export type FieldValue = string | number | boolean | string[]

/** A type and not an interface, so that Object.entries knows the type of its values. */
export type Location = {
  country?: string
  state?: string
  city?: string
  post_code?: string
}

/** Identifies one contact: a user id, an anonymous id, or the value of a unique field. */
export interface Identifier {
  /** `user id`, `anonymous id`, or the field's name */
  kind: string
  value: string
}

export interface Contact {
  /** Counts from 1 */
  number: number
  /** User ids and anonymous ids, in the order in which they were added. */
  ids: Identifier[]
  /** By the field's name */
  fields: Map<string, FieldValue>
  ip?: string
  location?: Location
  /** By the audience's name */
  memberships: Map<string, Membership>
  activities: Activity[]
  /** The number of activities from the backlog, by their day (YYYY-MM-DD). */
  backlogDays: Map<string, number>
  /** Milliseconds since 1970 */
  changedAt: number
  /** Oldest first */
  history: HistoryEntry[]
}

/** Something that happened to a contact. */
export interface HistoryEntry {
  /** ISO 8601 */
  at: string
  code: HistoryCode
  /** For people to read */
  text: string
  /** The number of the contact that it happened to, when that contact was merged into this one later. */
  from?: number
}

export interface Activity {
  event: string
  /** ISO 8601: the item's own timestamp, or the time when the item arrived. */
  timestamp: string
  /** By the attribute's name */
  attributes: Map<string, FieldValue>
  /** Where it happened */
  ip?: string
  location?: Location
  /** The ids of the item. An anonymous id that another user has is not among them. */
  ids: Identifier[]
  state: 'attached' | 'waiting' | 'discarded'
  /** Why the activity is in this state. */
  reasonCode: ActivityCode
  /** For people to read */
  reason: string
}

export interface Audience {
  id: string
  name: string
  /** Segment can change only the audiences that it created. */
  isFromSegment: boolean
}

/** A contact's membership in one audience. */
export interface Membership {
  isMember: boolean
  /** Ortto's field "Segment member": what the last update asked for. */
  isWanted: boolean
  /** When the last update came, in milliseconds since 1970. */
  updatedAt: number
  /** When the contact left, in milliseconds since 1970. */
  leftAt?: number
}

/** The result of one item of a request. */
export interface ItemResult {
  status: ItemStatus
  code: ItemCode
  /** For people to read */
  message: string
  /** Only with `contact_not_stored`: the code of the contact's own result. */
  cause?: ItemCode
}

/** An entry of the error log: an item that was rejected or stored in part, or a value that was skipped. */
export interface LogEntry {
  /** ISO 8601 */
  time: string
  /** The status of the item's result; 200 for a skipped value. */
  status: number
  code: LogCode
  /** For people to read */
  message: string
  item: unknown
  /** Only with `contact_not_stored`: the code of the contact's own result. */
  cause?: ItemCode
  /** Only with `value_skipped`: the trait or property. */
  key?: string
  /** Only with `value_skipped`: the field or attribute. */
  field?: string
}
