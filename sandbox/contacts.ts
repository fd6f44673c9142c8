import { quote } from './abridge'
import type { Activity } from './activities'
import type { Membership } from './audiences'
import type { FieldValue } from './field-types'
import type { ContactItem } from './wire'

/** One thing that tells contacts apart: a user id, an anonymous id, or the value of a unique field. */
export interface Identifier {
  /** `user id`, `anonymous id`, or the field's name */
  kind: string
  value: string
}

export interface Contact {
  /** Counts from 1 */
  number: number
  /** User ids and anonymous ids, in the order in which they were learned. */
  ids: Identifier[]
  /** By the field's name */
  fields: Map<string, FieldValue>
  ip?: string
  location?: ContactItem['location']
  /** By the audience's name */
  memberships: Map<string, Membership>
  activities: Activity[]
  /** How many activities of each day (YYYY-MM-DD) it got from the backlog. */
  backlogDays: Map<string, number>
  /** When it was last changed, in milliseconds since 1970. */
  changedAt: number
  /** What happened to it and why, oldest first. */
  story: string[]
}

/** A contact, and what named it. */
export interface Found {
  contact: Contact
  by: Identifier
}

/** The contacts of an account. No two of them ever share an identifier. */
export class Contacts {
  private readonly contacts = new Set<Contact>()
  private readonly byIdentifier = new Map<string, Contact>()
  private created = 0

  all(): Contact[] {
    return [...this.contacts]
  }

  get count(): number {
    return this.contacts.size
  }

  /** How many there have ever been: the number of the last one that was created. */
  get lastNumber(): number {
    return this.created
  }

  /** Takes over contacts that were saved. They must be identified anew. */
  restore(contacts: readonly Contact[], lastNumber: number): void {
    contacts.forEach((contact) => this.contacts.add(contact))
    this.created = lastNumber
  }

  /** The first contact that one of the identifiers names; the first identifier outranks the next. */
  find(identifiers: readonly Identifier[]): Found | undefined {
    for (const by of identifiers) {
      const contact = this.byIdentifier.get(keyOf(by))
      if (contact) {
        return { contact, by }
      }
    }
    return undefined
  }

  /** Those that have a text in an id or in a field's value, in large or small letters; the last changed first. */
  search(text: string): Contact[] {
    const wanted = text.toLowerCase()
    const has = (value: unknown) => String(value).toLowerCase().includes(wanted)
    return this.all()
      .filter(({ ids, fields }) => ids.some((id) => has(id.value)) || [...fields.values()].flat().some(has))
      .sort((one, other) => other.changedAt - one.changedAt || other.number - one.number)
  }

  /** @param now milliseconds since 1970 */
  create(now: number, why: string): Contact {
    this.created += 1
    const contact: Contact = {
      number: this.created,
      ids: [],
      fields: new Map(),
      memberships: new Map(),
      activities: [],
      backlogDays: new Map(),
      changedAt: now,
      story: []
    }
    tell(contact, now, why)
    this.contacts.add(contact)
    return contact
  }

  /** Gives a contact an identifier; who else had it must have been merged before. True when it was not its own yet. */
  claim(contact: Contact, identifier: Identifier): boolean {
    const isNew = this.byIdentifier.get(keyOf(identifier)) !== contact
    this.byIdentifier.set(keyOf(identifier), contact)
    return isNew
  }

  /** Takes an identifier from a contact, when it is its own. */
  release(contact: Contact, identifier: Identifier): void {
    if (this.byIdentifier.get(keyOf(identifier)) === contact) {
      this.byIdentifier.delete(keyOf(identifier))
    }
  }

  /** The other contacts that these identifiers name, each with the first that does. */
  others(contact: Contact, identifiers: readonly Identifier[]): Found[] {
    const found = new Map<Contact, Identifier>()
    for (const by of identifiers) {
      const other = this.byIdentifier.get(keyOf(by))
      if (other && other !== contact && !found.has(other)) {
        found.set(other, by)
      }
    }
    return [...found].map(([other, by]) => ({ contact: other, by }))
  }

  remove(contact: Contact): void {
    this.contacts.delete(contact)
  }
}

/** Adds what happened to a contact's story. @param now milliseconds since 1970 */
export function tell({ story }: Contact, now: number, what: string): void {
  story.push(`${new Date(now).toISOString()} ${what}`)
}

/** An identifier as a key of a map. */
export function keyOf({ kind, value }: Identifier): string {
  return `${kind}\n${value}`
}

export function showIdentifier({ kind, value }: Identifier): string {
  return `${kind} ${quote(value)}`
}

/** True for a line of a contact that was merged into the one whose story it is in now. */
export function isTakenOver(line: string): boolean {
  return /^Contact \d+: /.test(line)
}
