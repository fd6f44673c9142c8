import type { Activity } from './activities'
import type { Membership } from './audiences'
import type { Contact, Identifier } from './contacts'
import type { FieldValue } from './field-types'
import type { ContactItem } from './wire'

/** An activity, as JSON */
export interface ShownActivity extends Omit<Activity, 'attributes'> {
  /** By the attribute's name */
  attributes: Record<string, FieldValue>
}

interface ContactFacts {
  /** Counts from 1 */
  number: number
  /** User ids and anonymous ids, in the order in which they were learned. */
  ids: Identifier[]
  /** By the field's name */
  fields: Record<string, FieldValue>
  ip?: string
  location?: ContactItem['location']
  /** Its places in audiences, by the audience's name */
  audiences: Record<string, Membership>
}

/** A contact, as JSON */
export interface ShownContact extends ContactFacts {
  activities: ShownActivity[]
  /** What happened to it and why, oldest first. */
  story: string[]
}

/** A contact, as JSON, whose size does not grow with what happened to it. */
export interface BriefContact extends ContactFacts {
  /** ISO 8601 */
  changedAt: string
  activityCount: number
}

export function showContact(contact: Contact): ShownContact {
  return { ...factsOf(contact), activities: contact.activities.map(showActivity), story: [...contact.story] }
}

/** It stays as it is when the contact changes later, and so do the others. */
export function showBriefly(contact: Contact): BriefContact {
  return {
    ...factsOf(contact),
    changedAt: new Date(contact.changedAt).toISOString(),
    activityCount: contact.activities.length
  }
}

export function showActivity({ attributes, ...activity }: Activity): ShownActivity {
  return { ...activity, attributes: Object.fromEntries(attributes) }
}

function factsOf({ number, ids, fields, ip, location, memberships }: Contact): ContactFacts {
  return {
    number,
    ids: [...ids],
    fields: Object.fromEntries(fields),
    ip,
    location,
    audiences: Object.fromEntries([...memberships].map(([name, membership]) => [name, { ...membership }]))
  }
}
