import type { Account } from './account'
import type { Activity } from './activities'
import type { Audience, Membership } from './audiences'
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

/** An audience, as JSON */
export interface ShownAudience extends Audience {
  /** How many contacts are in it */
  members: number
  /** How many contacts the next daily synchronization will let in */
  toLetIn: number
}

export function showAudiences({ audiences, contacts }: Account): ShownAudience[] {
  const shown = new Map(audiences.all().map((audience) => [audience.name, { ...audience, members: 0, toLetIn: 0 }]))
  for (const { memberships } of contacts.all()) {
    for (const [name, { isMember, isWanted }] of memberships) {
      const audience = shown.get(name)
      if (audience) {
        audience.members += isMember ? 1 : 0
        audience.toLetIn += isWanted && !isMember ? 1 : 0
      }
    }
  }
  return [...shown.values()]
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
