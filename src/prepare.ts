import type { Payload as ActivityPayload } from './trackActivity/generated-types'
import type { Payload as ContactPayload } from './upsertContact/generated-types'
import type { EventResult } from './results'
import { toIsoTimestamp } from './timestamp'
import type { OrttoActivity, OrttoAudienceUpdate, OrttoContact, OrttoLocation } from './types'
import { clip, toAttributes, toIPv4, unlessBlank } from './values'

/** An event before anything is sent: ready for the wire, or with its final result. */
export type Prepared<Item> = Ready<Item> | { result: EventResult }

interface Ready<Item> {
  /** What goes on the wire. */
  item: Item
  /** What the event has and Ortto can't use, in words. */
  leftOut: readonly string[]
}

/** Activities that Ortto itself sends to Segment carry this `context.app.namespace`. */
const ORTTO_NAMESPACE = 'ortto.com'

const NEITHER_ID =
  'This event has neither a User ID nor an Anonymous ID, so Ortto cannot tell whose it is. Map at least one of the two.'

/** The contact that goes to Ortto for a payload. */
export function prepareContact(payload: ContactPayload, audience?: OrttoAudienceUpdate): Prepared<OrttoContact> {
  if (!hasId(payload)) {
    return rejected(NEITHER_ID)
  }
  return toContact(payload, audience)
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
    return rejected(
      'This event has no Event name, so Ortto cannot tell which activity it is. Map the name of the activity to Event name.'
    )
  }
  const { item: contact, leftOut } = toContact(payload, audience)
  const timestamp = unlessBlank(payload.timestamp)
  if (timestamp !== undefined && contact.timestamp === undefined) {
    return rejected(
      `The Timestamp "${clip(timestamp, 100)}" cannot be read, and Ortto would put the activity at the wrong time. ` +
        'Send a date and time in ISO 8601 (2025-07-10T06:09:00Z), or seconds or milliseconds since 1970.'
    )
  }
  const properties = toAttributes(payload.properties)
  return {
    // Nobody else has the contact. A spread of it takes many times as long.
    item: Object.assign(contact, { event, properties: properties.kept }),
    leftOut: properties.isCut ? [...leftOut, 'properties that are nested too deep'] : leftOut
  }
}

function rejected(message: string): { result: EventResult } {
  return { result: { status: 400, message } }
}

function hasId({ user_id, anonymous_id }: ContactPayload): boolean {
  return unlessBlank(user_id) !== undefined || unlessBlank(anonymous_id) !== undefined
}

function toContact(payload: ContactPayload, audience: OrttoAudienceUpdate | undefined): Ready<OrttoContact> {
  const leftOut: string[] = []
  const timestamp = toIsoTimestamp(payload.timestamp ?? '')
  if (timestamp === undefined && unlessBlank(payload.timestamp) !== undefined) {
    leftOut.push('the Timestamp, which cannot be read')
  }
  const ip = toIPv4(payload.ip ?? '')
  if (ip === undefined && unlessBlank(payload.ip) !== undefined) {
    leftOut.push('the IP Address, which is not IPv4')
  }
  const traits = toAttributes(payload.traits)
  if (traits.isCut) {
    leftOut.push('traits that are nested too deep')
  }
  const item = {
    timestamp,
    message_id: unlessBlank(payload.message_id),
    user_id: unlessBlank(payload.user_id),
    anonymous_id: unlessBlank(payload.anonymous_id),
    ip,
    location: toLocation(payload.location ?? {}),
    traits: traits.kept,
    audience
  }
  return { item, leftOut }
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
