import { toKey } from './identifiers'
import type { Contact, Identifier } from './records'

/** A contact, and the identifier by which it was found. */
export interface Match {
  contact: Contact
  by: Identifier
}

/** The contacts of an account. No two of them share an identifier. */
export class Contacts {
  private readonly contacts = new Set<Contact>()
  private readonly byIdentifier = new Map<string, Contact>()
  private createdCount = 0

  all(): Contact[] {
    return [...this.contacts]
  }

  get count(): number {
    return this.contacts.size
  }

  /** The number of the contact that was created last. Merged contacts count, too. */
  get lastNumber(): number {
    return this.createdCount
  }

  /** Restores saved contacts. Their identifiers must be claimed again. */
  restore(contacts: readonly Contact[], lastNumber: number): void {
    contacts.forEach((contact) => this.contacts.add(contact))
    this.createdCount = lastNumber
  }

  /** The contact of the first identifier that has one: earlier identifiers outrank later ones. */
  find(identifiers: readonly Identifier[]): Match | undefined {
    for (const by of identifiers) {
      const contact = this.byIdentifier.get(toKey(by))
      if (contact) {
        return { contact, by }
      }
    }
    return undefined
  }

  /** The other contacts that these identifiers belong to, each with its first identifier. */
  findOthers(contact: Contact, identifiers: readonly Identifier[]): Match[] {
    const others = new Map<Contact, Identifier>()
    for (const by of identifiers) {
      const other = this.byIdentifier.get(toKey(by))
      if (other && other !== contact && !others.has(other)) {
        others.set(other, by)
      }
    }
    return [...others].map(([other, by]) => ({ contact: other, by }))
  }

  /** Contacts with a text in an id or in the value of a field, case-insensitive. The last changed come first. */
  search(text: string): Contact[] {
    const wanted = text.toLowerCase()
    const includesText = (value: unknown) => String(value).toLowerCase().includes(wanted)
    return this.all()
      .filter(
        ({ ids, fields }) => ids.some((id) => includesText(id.value)) || [...fields.values()].flat().some(includesText)
      )
      .sort((a, b) => b.changedAt - a.changedAt || b.number - a.number)
  }

  /** @param nowMs milliseconds since 1970 */
  create(nowMs: number): Contact {
    this.createdCount += 1
    const contact: Contact = {
      number: this.createdCount,
      ids: [],
      fields: new Map(),
      memberships: new Map(),
      activities: [],
      backlogDays: new Map(),
      changedAt: nowMs,
      history: []
    }
    this.contacts.add(contact)
    return contact
  }

  /**
   * Assigns an identifier to a contact. Another contact that has it must be merged before.
   * @returns true when the contact did not have it
   */
  claim(contact: Contact, identifier: Identifier): boolean {
    const isNew = this.byIdentifier.get(toKey(identifier)) !== contact
    this.byIdentifier.set(toKey(identifier), contact)
    return isNew
  }

  /** Removes an identifier from a contact, if the contact has it. */
  release(contact: Contact, identifier: Identifier): void {
    if (this.byIdentifier.get(toKey(identifier)) === contact) {
      this.byIdentifier.delete(toKey(identifier))
    }
  }

  remove(contact: Contact): void {
    this.contacts.delete(contact)
  }
}
