import { IdentifierIndex } from './identifier-index'
import type { Contact } from './records'

/** The contacts of an account. */
export class Contacts extends IdentifierIndex<Contact> {
  private readonly contacts = new Set<Contact>()
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

  remove(contact: Contact): void {
    this.contacts.delete(contact)
  }
}
