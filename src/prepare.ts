import type { AudienceChange } from './audience'
import type { EventResult } from './results'
import { toIsoTimestamp } from './timestamp'
import type { Payload as ActivityPayload } from './trackActivity.types'
import type { OrttoActivity, OrttoContact, OrttoLocation, DestinationCode } from './types'
import type { Payload as ContactPayload } from './upsertContact.types'
import { toAttributes, toIPv4, truncate, unlessBlank } from './values'

/** An event before anything is sent: ready for the wire, or with its final result. */
export type Prepared<Item> = Ready<Item> | { result: EventResult }

interface Ready<Item> {
  /** What goes on the wire. */
  item: Item
  /** Sentences for the result of a success: what was left out of the event, and what looks wrong in it. */
  notes: readonly string[]
}

/** Activities that Ortto itself sends to Segment carry this `context.app.namespace`. */
const ORTTO_NAMESPACE = 'ortto.com'

const NEITHER_ID =
  'This event has neither a User ID nor an Anonymous ID, so Ortto cannot tell whose it is. Map at least one of the two.'

/** Texts that a program wrote in place of an id that it did not have. They make one contact of many people. */
const MISSING_VALUES = new Set(['undefined', 'null', 'NaN', '[object Object]', '[object Undefined]'])

/** The contact that goes to Ortto for a payload. */
export function prepareContact(payload: ContactPayload, audience: AudienceChange): Prepared<OrttoContact> {
  return hasId(payload) ? toContact(payload, audience) : reject('missing_id', NEITHER_ID)
}

/** The activity that goes to Ortto for a payload. */
export function prepareActivity(payload: ActivityPayload, audience: AudienceChange): Prepared<OrttoActivity> {
  if (payload.namespace === ORTTO_NAMESPACE) {
    const message = 'Ignored: this activity came from Ortto, and sending it back would create a loop.'
    return { result: { status: 200, code: 'came_from_ortto', message } }
  }
  if (!hasId(payload)) {
    return reject('missing_id', NEITHER_ID)
  }
  const event = unlessBlank(payload.event)
  if (event === undefined) {
    return reject(
      'missing_event_name',
      'This event has no Event name, so Ortto cannot tell which activity it is. Map the name of the activity to Event name.'
    )
  }
  const { item: contact, notes } = toContact(payload, audience)
  const timestamp = unlessBlank(payload.timestamp)
  if (timestamp !== undefined && contact.timestamp === undefined) {
    return reject(
      'unreadable_timestamp',
      `The Timestamp "${truncate(
        timestamp,
        100
      )}" cannot be read, and Ortto would put the activity at the wrong time. ` +
        'Send a date and time in ISO 8601 (2025-07-10T06:09:00Z), or seconds or milliseconds since 1970.'
    )
  }
  const properties = toAttributes(payload.properties)
  return {
    // The contact is used nowhere else. A spread of it takes many times as long.
    item: Object.assign(contact, { event, namespace: unlessBlank(payload.namespace), properties: properties.kept }),
    notes: properties.isCut ? [...notes, 'Properties nested more than 1,000 levels deep were left out.'] : notes
  }
}

function reject(code: DestinationCode, message: string): { result: EventResult } {
  return { result: { status: 400, code, message } }
}

function hasId({ user_id, anonymous_id }: ContactPayload): boolean {
  return unlessBlank(user_id) !== undefined || unlessBlank(anonymous_id) !== undefined
}

function toContact(payload: ContactPayload, { update, note }: AudienceChange): Ready<OrttoContact> {
  const notes = [...checkId('User ID', payload.user_id), ...checkId('Anonymous ID', payload.anonymous_id)]
  const timestamp = toIsoTimestamp(payload.timestamp ?? '')
  if (timestamp === undefined && unlessBlank(payload.timestamp) !== undefined) {
    notes.push('The Timestamp was left out: it cannot be read.')
  }
  const ip = toIPv4(payload.ip ?? '')
  if (ip === undefined && unlessBlank(payload.ip) !== undefined) {
    notes.push('The IP Address was left out: it is not a usable IPv4 address.')
  }
  const traits = toAttributes(payload.traits)
  if (traits.isCut) {
    notes.push('Traits nested more than 1,000 levels deep were left out.')
  }
  if (note !== undefined) {
    notes.push(note)
  }
  const item = {
    timestamp,
    message_id: unlessBlank(payload.message_id),
    user_id: unlessBlank(payload.user_id),
    anonymous_id: unlessBlank(payload.anonymous_id),
    ip,
    location: toLocation(payload.location ?? {}),
    traits: traits.kept,
    audience: update
  }
  return { item, notes }
}

function checkId(name: string, id = ''): string[] {
  return MISSING_VALUES.has(id.trim()) ? [`${name} is the text "${id.trim()}": check the source.`] : []
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
