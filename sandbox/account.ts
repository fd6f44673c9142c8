import { randomUUID } from 'crypto'
import { isDeepStrictEqual } from 'util'
import type { ActivityItem, ContactItem, ItemAnswer } from './wire'

export interface Contact {
  userId?: string
  anonymousId?: string
  traits: Map<string, unknown>
  ip?: string
  location?: ContactItem['location']
  /** Names */
  audiences: Set<string>
}

export interface Activity {
  event: string
  /** ISO 8601, as it was sent */
  timestamp?: string
  properties: ActivityItem['properties']
  /** The ids it was sent with. */
  userId?: string
  anonymousId?: string
  /** None while the activity waits for its contact to become known. */
  contact?: Contact
}

export interface Audience {
  id: string
  name: string
}

const PROCESSED: ItemAnswer = { status: 200, message: 'Processed successfully' }

/** An Ortto account in memory: its contacts, activities and audiences. Every trait has a field of its own. */
export class Account {
  readonly contacts: Contact[] = []
  readonly activities: Activity[] = []
  readonly audiences: Audience[] = []
  private readonly contactsById = new Map<string, Contact>()
  /** The activities of contacts that are not known yet, under each of their ids. */
  private readonly backlog = new Map<string, Activity[]>()
  /** Message ids with timestamps. */
  private readonly storedActivities = new Set<string>()

  /** Creates or updates the contact that an item is about. */
  identify(item: ContactItem): ItemAnswer {
    const known = this.find(item)
    const contact: Contact = known ?? { traits: new Map(), audiences: new Set() }
    const audience = this.audiences.find(({ id }) => id === item.audience?.id)
    if (item.audience && !audience) {
      return { status: 400, message: `audience.id: Segment has created no audience "${item.audience.id}"` }
    }
    const changes = [
      learnId(contact, 'userId', item.user_id),
      learnId(contact, 'anonymousId', item.anonymous_id),
      setTraits(contact, item.traits ?? {}),
      setPlace(contact, item),
      audience !== undefined && setMembership(contact, audience.name, item.audience?.mode === 'add')
    ]
    if (!changes.includes(true)) {
      return { status: 422, message: 'The contact has all of this already: there is no valid or new information in it' }
    }
    if (!known) {
      this.contacts.push(contact)
    }
    this.remember(contact)
    return PROCESSED
  }

  /** Stores an activity, once for its message id and timestamp. With traits or an audience it is an identify too. */
  track(item: ActivityItem): ItemAnswer {
    const { event, timestamp, message_id, properties, user_id: userId, anonymous_id: anonymousId } = item
    const fingerprint = message_id !== undefined && timestamp !== undefined && JSON.stringify([message_id, timestamp])
    if (fingerprint === false || !this.storedActivities.has(fingerprint)) {
      this.store({ event, timestamp, properties, userId, anonymousId, contact: this.find(item) })
    }
    if (fingerprint !== false) {
      this.storedActivities.add(fingerprint)
    }
    const upsert = item.traits || item.audience ? this.identify(item) : PROCESSED
    return upsert.status === 400
      ? { status: 206, message: `The activity is queued, but the contact was not stored: ${upsert.message}` }
      : PROCESSED
  }

  /** Creates an audience, or finds the one that has exactly this name. */
  createAudience(name: string): Audience {
    const existing = this.audiences.find((audience) => audience.name === name)
    if (existing) {
      return existing
    }
    const audience = { id: randomUUID(), name }
    this.audiences.push(audience)
    return audience
  }

  private find({ user_id, anonymous_id }: ContactItem): Contact | undefined {
    const [known] = idsOf(user_id, anonymous_id).filter((id) => this.contactsById.has(id))
    return known === undefined ? undefined : this.contactsById.get(known)
  }

  private store(activity: Activity): void {
    this.activities.push(activity)
    for (const id of activity.contact ? [] : idsOf(activity.userId, activity.anonymousId)) {
      this.backlog.set(id, [...(this.backlog.get(id) ?? []), activity])
    }
  }

  /** Makes a contact known by its ids, and gives it the activities that waited for it. */
  private remember(contact: Contact): void {
    for (const id of idsOf(contact.userId, contact.anonymousId)) {
      this.contactsById.set(id, contact)
      this.backlog.get(id)?.forEach((activity) => (activity.contact ??= contact))
      this.backlog.delete(id)
    }
  }
}

/** The ids of a contact as keys. The user id comes first: it outranks the anonymous one. */
function idsOf(userId: string | undefined, anonymousId: string | undefined): string[] {
  return [...(userId ? [`user ${userId}`] : []), ...(anonymousId ? [`anonymous ${anonymousId}`] : [])]
}

/** Each of these changes a contact and says whether it did. */

function learnId(contact: Contact, key: 'userId' | 'anonymousId', id: string | undefined): boolean {
  const isNew = id !== undefined && contact[key] === undefined
  if (isNew) {
    contact[key] = id
  }
  return isNew
}

function setTraits(contact: Contact, traits: { [key: string]: unknown }): boolean {
  const changed = Object.entries(traits).filter(([key, value]) => !isDeepStrictEqual(contact.traits.get(key), value))
  changed.forEach(([key, value]) => contact.traits.set(key, value))
  return changed.length > 0
}

/** A location outranks an IP address. */
function setPlace(contact: Contact, { location, ip }: ContactItem): boolean {
  if (location) {
    const isNew = !isDeepStrictEqual(contact.location, location)
    contact.location = location
    return isNew
  }
  const isNew = ip !== undefined && contact.ip !== ip
  contact.ip = ip ?? contact.ip
  return isNew
}

function setMembership(contact: Contact, audience: string, isMember: boolean): boolean {
  const wasMember = contact.audiences.has(audience)
  if (isMember) {
    contact.audiences.add(audience)
  } else {
    contact.audiences.delete(audience)
  }
  return wasMember !== isMember
}
