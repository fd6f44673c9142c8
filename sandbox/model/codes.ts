/**
 * The reason codes of everything that the sandbox decides. Programs read codes; the sentences beside them are for
 * people and may change. The responses of `/v1` have no codes, because those of the real Ortto do not.
 */

/** The code of a log entry, a history entry or an activity that was saved before there were codes. */
const EARLIER = 'earlier'

/** The result of one item of a request. */
export const ITEM_CODES = [
  /** 200: the item was stored, or was a duplicate of a stored activity. */
  'processed',
  /** 206: the activity was stored, but the contact that it brought was not. The result's `cause` says why. */
  'contact_not_stored',
  /** 400: the item has the wrong shape, or no id. */
  'invalid_item',
  /** 400: Segment did not create the audience. */
  'unknown_audience',
  /** 422: no trait mapping is saved. Ortto then rejects activities, too. */
  'no_contact_mapping',
  /** 422: the activity is not mapped. */
  'no_activity_mapping',
  /** 422: the contact already has everything that the item brings, or the merge setting keeps what it has. */
  'nothing_new',
  /** 422: no mapped trait has a value of its field's type. */
  'nothing_valid',
  /** 422: no such contact exists, and the merge setting creates none. */
  'contact_not_created',
  /** 422: the activity is older than its retention period. */
  'too_old',
  /** 429: the plan's limit is reached. */
  'rate_limited',
  /** The fault "item status": the item was not processed. */
  'item_fault'
] as const
export type ItemCode = typeof ITEM_CODES[number]

/** The statuses of items that Ortto documents. */
export type ItemStatus = 200 | 206 | 400 | 422 | 429 | 500

export const ITEM_STATUSES: Record<ItemCode, ItemStatus> = {
  processed: 200,
  contact_not_stored: 206,
  invalid_item: 400,
  unknown_audience: 400,
  no_contact_mapping: 422,
  no_activity_mapping: 422,
  nothing_new: 422,
  nothing_valid: 422,
  contact_not_created: 422,
  too_old: 422,
  rate_limited: 429,
  item_fault: 500
}

/** An entry of the error log: the code of the item's result, or of a value of an item that was stored without it. */
export const LOG_CODES = [...ITEM_CODES, 'value_skipped', EARLIER] as const
export type LogCode = typeof LOG_CODES[number]

/** An entry of a contact's history. */
export const HISTORY_CODES = [
  'created',
  /** One item had identifiers of both contacts. */
  'merged',
  /** A field that both contacts share became a unique identifier. */
  'merged_by_unique_field',
  /** An item had the anonymous id of another contact, which has another user id: a user id outranks it. */
  'anonymous_id_of_other_user',
  'entered_audience',
  'left_audience',
  /** An update asked for the membership that the contact had, after one that asked for the opposite. */
  'already_in_audience',
  'already_out_of_audience',
  /** The contact left less than a minute ago: the daily synchronization adds it. */
  'reentry_deferred',
  'added_by_synchronization',
  EARLIER
] as const
export type HistoryCode = typeof HISTORY_CODES[number]

/** Why an activity is in its state. */
export const ACTIVITY_CODES = [
  /** Waiting in the backlog: no contact has one of its ids. */
  'waiting',
  /** Attached at once. */
  'contact_known',
  /** Attached when its contact became known. */
  'released_from_backlog',
  /** Discarded: the contact already has the most activities of that day that the backlog gives. */
  'backlog_full',
  EARLIER
] as const
export type ActivityCode = typeof ACTIVITY_CODES[number]
