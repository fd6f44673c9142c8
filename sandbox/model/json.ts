import type { Audiences } from './audiences'
import type { Contacts } from './contacts'
import type { Activity, Audience, Contact, FieldValue, HistoryEntry, Identifier, Location, Membership } from './records'

/** An activity, as JSON. */
export interface ActivityJson extends Omit<Activity, 'attributes'> {
  /** By the attribute's name */
  attributes: Record<string, FieldValue>
}

interface ContactBase {
  /** Counts from 1 */
  number: number
  /** User ids and anonymous ids, in the order in which they were added. */
  ids: Identifier[]
  /** By the field's name */
  fields: Record<string, FieldValue>
  ip?: string
  location?: Location
  /** Memberships, by the audience's name */
  audiences: Record<string, Membership>
}

/** A contact with its activities and its history, as JSON. */
export interface ContactJson extends ContactBase {
  activities: ActivityJson[]
  /** Oldest first */
  history: HistoryEntry[]
}

/** A contact without its activities and its history, as JSON. */
export interface ContactSummary extends ContactBase {
  /** ISO 8601 */
  changedAt: string
  activityCount: number
}

export function toContactJson(contact: Contact): ContactJson {
  return { ...toBase(contact), activities: contact.activities.map(toActivityJson), history: [...contact.history] }
}

/** The summary does not change when the contact changes later. */
export function toContactSummary(contact: Contact): ContactSummary {
  return {
    ...toBase(contact),
    changedAt: new Date(contact.changedAt).toISOString(),
    activityCount: contact.activities.length
  }
}

export function toActivityJson({ attributes, ...activity }: Activity): ActivityJson {
  return { ...activity, attributes: Object.fromEntries(attributes) }
}

/** An audience with its sizes, as JSON. */
export interface AudienceJson extends Audience {
  /** The number of contacts in the audience. */
  members: number
  /** The number of contacts that the next daily synchronization adds. */
  pendingAdditions: number
}

export function toAudienceList(audiences: Audiences, contacts: Contacts): AudienceJson[] {
  const byName = new Map(
    audiences.all().map((audience) => [audience.name, { ...audience, members: 0, pendingAdditions: 0 }])
  )
  for (const { memberships } of contacts.all()) {
    for (const [name, { isMember, isWanted }] of memberships) {
      const audience = byName.get(name)
      if (audience) {
        audience.members += isMember ? 1 : 0
        audience.pendingAdditions += isWanted && !isMember ? 1 : 0
      }
    }
  }
  return [...byName.values()]
}

function toBase({ number, ids, fields, ip, location, memberships }: Contact): ContactBase {
  return {
    number,
    ids: [...ids],
    fields: Object.fromEntries(fields),
    ip,
    location,
    audiences: Object.fromEntries([...memberships].map(([name, membership]) => [name, { ...membership }]))
  }
}
