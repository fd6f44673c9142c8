import type { Payload as ActivityPayload } from './track-activity/generated-types'
import type { Payload as ContactPayload } from './upsert-contact/generated-types'
import type { EventResult } from './results'
import { toIsoTimestamp } from './timestamp'
import type { OrttoActivity, OrttoAudienceUpdate, OrttoContact, OrttoLocation } from './types'
import { toAttributes, toIPv4, unlessBlank } from './values'

/** What became of an event before anything is sent: the item that goes on the wire, or its final result. */
export type Prepared<Item> = { item: Item } | { result: EventResult }

/** Activities that Ortto itself sends to Segment carry this `context.app.namespace`. */
const ORTTO_NAMESPACE = 'ortto.com'

/** The contact that goes to Ortto for a payload. */
export function prepareContact(payload: ContactPayload, audience?: OrttoAudienceUpdate): Prepared<OrttoContact> {
  return hasId(payload) ? { item: toContact(payload, audience) } : rejected(NEITHER_ID)
}

/** The activity that goes to Ortto for a payload. */
export function prepareActivity(payload: ActivityPayload, audience?: OrttoAudienceUpdate): Prepared<OrttoActivity> {
  if (payload.namespace === ORTTO_NAMESPACE) {
    const message = 'Ignored: this activity came from Ortto, and sending it back would make it go in circles.'
    return { result: { status: 200, message } }
  }
  if (!hasId(payload)) {
    return rejected(NEITHER_ID)
  }
  const event = unlessBlank(payload.event)
  if (event === undefined) {
    return rejected('This event has no Event name, so Ortto cannot tell which activity it is. Map one to it.')
  }
  const contact = toContact(payload, audience)
  const timestamp = unlessBlank(payload.timestamp)
  if (timestamp !== undefined && contact.timestamp === undefined) {
    return rejected(
      `The Timestamp "${timestamp.slice(
        0,
        100
      )}" cannot be read, and without it Ortto would put the activity at the wrong time. ` +
        'Send ISO 8601 (2025-07-10T06:09:00Z), or seconds or milliseconds since 1970.'
    )
  }
  return { item: { ...contact, event, properties: toAttributes(payload.properties) } }
}

const NEITHER_ID =
  'This event has neither a User ID nor an Anonymous ID, so Ortto cannot tell whose it is. Map at least one of the two.'

function rejected(message: string): { result: EventResult } {
  return { result: { status: 400, message } }
}

function hasId({ user_id, anonymous_id }: ContactPayload): boolean {
  return unlessBlank(user_id) !== undefined || unlessBlank(anonymous_id) !== undefined
}

function toContact(payload: ContactPayload, audience: OrttoAudienceUpdate | undefined): OrttoContact {
  return {
    timestamp: toIsoTimestamp(payload.timestamp ?? ''),
    message_id: unlessBlank(payload.message_id),
    user_id: unlessBlank(payload.user_id),
    anonymous_id: unlessBlank(payload.anonymous_id),
    ip: toIPv4(payload.ip ?? ''),
    location: toLocation(payload.location ?? {}),
    traits: toAttributes(payload.traits),
    audience
  }
}

/** Undefined when it would be empty: a location outranks the IP address. */
function toLocation(location: NonNullable<ContactPayload['location']>): OrttoLocation | undefined {
  const known: OrttoLocation = {
    country: unlessBlank(location.country),
    state: unlessBlank(location.state),
    city: unlessBlank(location.city),
    post_code: unlessBlank(location.post_code)
  }
  return Object.values(known).some((part) => part !== undefined) ? known : undefined
}
