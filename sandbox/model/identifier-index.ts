import { areOtherUsers, toKey } from './identifiers'
import type { Identifier } from './records'

/** A contact, and the identifier by which it was found. */
export interface Match<Contact> {
  contact: Contact
  by: Identifier
}

/** Finds contacts by their identifiers. No two contacts share one. */
export class IdentifierIndex<Contact extends { ids: readonly Identifier[] }> {
  private readonly byIdentifier = new Map<string, Contact>()

  /** The contact of the first identifier that has one: earlier identifiers outrank later ones. */
  find(identifiers: readonly Identifier[]): Match<Contact> | undefined {
    for (const by of identifiers) {
      const contact = this.byIdentifier.get(toKey(by))
      if (contact) {
        return { contact, by }
      }
    }
    return undefined
  }

  /**
   * The ids of an item that tell whose it is, and the contact that has its anonymous id, but is another user. An
   * anonymous id tells it only when that contact has no other user id: two people on one browser stay two contacts.
   */
  splitIds(ids: Identifier[]): { ids: Identifier[]; otherUser?: Match<Contact> } {
    const anonymous = ids.find(({ kind }) => kind === 'anonymous id')
    const owner = anonymous && this.byIdentifier.get(toKey(anonymous))
    return anonymous && owner && areOtherUsers(ids, owner.ids)
      ? { ids: ids.filter((id) => id !== anonymous), otherUser: { contact: owner, by: anonymous } }
      : { ids }
  }

  /** The other contacts that these identifiers belong to, each with its first identifier. */
  findOthers(contact: Contact, identifiers: readonly Identifier[]): Match<Contact>[] {
    const others = new Map<Contact, Identifier>()
    for (const by of identifiers) {
      const other = this.byIdentifier.get(toKey(by))
      if (other && other !== contact && !others.has(other)) {
        others.set(other, by)
      }
    }
    return [...others].map(([other, by]) => ({ contact: other, by }))
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
}
