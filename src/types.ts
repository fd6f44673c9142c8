import type { JSONLikeObject } from '@segment/actions-core'

/** Where a contact is, or where an activity happened. Outranks the IP address in Ortto, so an empty one is not sent. */
export type OrttoLocation = {
  country?: string
  state?: string
  city?: string
  post_code?: string
}

/** Adds the contact to an audience, or removes it. Only audiences that Segment created can be changed. */
export type OrttoAudienceUpdate = {
  mode: 'add' | 'remove'
  id: string
}

/** One item of `POST /identify`. At least one of `user_id` and `anonymous_id` is there. */
export type OrttoContact = {
  /** ISO 8601 */
  timestamp?: string
  message_id?: string
  user_id?: string
  anonymous_id?: string
  /** IPv4, dotted */
  ip?: string
  location?: OrttoLocation
  /** Whatever the customer knows of the contact. */
  traits?: JSONLikeObject
  audience?: OrttoAudienceUpdate
}

/** One item of `POST /track`. With `traits` it upserts the contact as well. */
export type OrttoActivity = OrttoContact & {
  event: string
  /** The app that the event came from: `context.app.namespace`. */
  namespace?: string
  /** Whatever the customer knows of the activity. */
  properties?: JSONLikeObject
}

/** An audience as Ortto knows it. */
export type OrttoAudience = {
  id: string
  name: string
}

/** Why an event has its result, where the destination decided it. */
export type DestinationCode =
  /** Ortto processed the event. */
  | 'processed'
  /** An activity that Ortto sent to Segment is not sent back. */
  | 'came_from_ortto'
  | 'missing_id'
  | 'missing_event_name'
  | 'unreadable_timestamp'
  | 'malformed_api_key'
  /** It cannot be written as JSON. */
  | 'unwritable'
  /** The batch deadline passed before the event was sent. */
  | 'deadline_passed'
  /** The response was not complete in time. */
  | 'timeout'
  /** There was no connection, or it broke. */
  | 'unreachable'
  /** It is not known whether Ortto processed the event. */
  | 'unconfirmed'
  /** Something threw that should not. */
  | 'unexpected_error'

/**
 * The result of one item of a request, or of the whole request. Statuses are HTTP's: below 400 it was a success.
 * The message is Ortto's own where Ortto has one. It never shows the API key.
 */
export interface ItemResult {
  status: number
  /** None for a result that is Ortto's own: only its message tells the reason. */
  code?: DestinationCode
  message: string
}
