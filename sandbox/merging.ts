import type { AccountFile } from './account-file'
import type { Audiences } from './audiences'
import type { Clock } from './clock'
import { isTakenOver, showIdentifier, tell } from './contacts'
import type { Contact, Contacts, Found, Identifier } from './contacts'
import type { FieldValue } from './field-types'

/** What contacts are known by, and how those that turn out to be the same person become one. */
export class Merging {
  constructor(
    private readonly contacts: Contacts,
    private readonly audiences: Audiences,
    private readonly clock: Clock,
    private readonly setUp: () => Pick<AccountFile, 'dataSource' | 'uniqueIdentifiers'>
  ) {}

  /** Merges all other contacts that the identifiers of one item name into the one that was found. Gives them. */
  mergeNamed({ contact, by }: Found, identifiers: readonly Identifier[]): Contact[] {
    const others = this.contacts.others(contact, identifiers)
    if (others.length > 0) {
      const andBy = (other: Identifier) => `by the ${showIdentifier(by)} and by the ${showIdentifier(other)}`
      this.merge(contact, others, (other) => `one item named both, ${andBy(other)}`)
    }
    return others.map((other) => other.contact)
  }

  /** Before other fields become unique: no contact is known by a field any more. */
  forgetFields(): void {
    this.contacts.all().forEach((contact) => this.forgetFieldsOf(contact))
  }

  /** Makes all known by the fields that are unique now. Those that share a value with earlier ones join them. */
  identifyAnew(): void {
    const merged = new Set<Contact>()
    for (const contact of this.contacts.all()) {
      const identifiers = this.uniqueIdentifiersOf(contact.fields)
      const found = this.contacts.find(identifiers)
      if (found) {
        const others = [...this.contacts.others(found.contact, identifiers), { contact, by: found.by }]
        this.merge(found.contact, others, (by) => `the ${showIdentifier(by)} is unique now, and both have it`)
        merged.add(found.contact)
      } else {
        identifiers.forEach((identifier) => this.contacts.claim(contact, identifier))
      }
    }
    // Not before all are merged: whose values are newer shows in when they were changed.
    merged.forEach((contact) => (contact.changedAt = this.clock.now()))
  }

  setField(contact: Contact, name: string, value: FieldValue): void {
    const isUnique = this.setUp().uniqueIdentifiers.includes(name)
    const old = contact.fields.get(name)
    if (isUnique && old !== undefined) {
      this.contacts.release(contact, { kind: name, value: String(old) })
    }
    contact.fields.set(name, value)
    if (isUnique) {
      this.contacts.claim(contact, { kind: name, value: String(value) })
    }
  }

  learnIds(contact: Contact, ids: readonly Identifier[]): void {
    ids.filter((id) => this.contacts.claim(contact, id)).forEach((id) => contact.ids.push(id))
  }

  uniqueIdentifiersOf(fields: ReadonlyMap<string, FieldValue>): Identifier[] {
    return this.setUp().uniqueIdentifiers.flatMap((kind) => {
      const value = fields.get(kind)
      return value === undefined ? [] : [{ kind, value: String(value) }]
    })
  }

  /** All at once: one after the other, what is old in the first would win over what is newer in the last. */
  private merge(contact: Contact, others: readonly Found[], why: (by: Identifier) => string): void {
    this.holdTheirValues(
      contact,
      others.map((other) => other.contact)
    )
    for (const { contact: other, by } of others) {
      this.takeOver(contact, other)
      tell(contact, this.clock.now(), `Contact ${other.number} was merged into it: ${why(by)}`)
    }
  }

  /** The merge setting: with overwrite those of the last changed hold, else its own; the others fill what is empty. */
  private holdTheirValues(contact: Contact, others: readonly Contact[]): void {
    const isNewerFirst = this.setUp().dataSource.merge === 'overwrite'
    const ranked = [contact, ...others].sort((one, other) => (isNewerFirst ? other.changedAt - one.changedAt : 0))
    others.forEach((other) => this.forgetFieldsOf(other))
    // Its own first, so that its fields stay where they are; of each name the last holds.
    const values = [contact, ...[...ranked].reverse()].flatMap(({ fields }) => [...fields])
    new Map(values).forEach((value, name) => this.setField(contact, name, value))
    contact.ip = ranked.find(({ ip }) => ip !== undefined)?.ip
    contact.location = ranked.find(({ location }) => location !== undefined)?.location
    contact.changedAt = Math.max(...ranked.map(({ changedAt }) => changedAt))
  }

  /** All that is not one of two values, but of both. */
  private takeOver(contact: Contact, other: Contact): void {
    this.contacts.remove(other)
    this.learnIds(contact, other.ids)
    this.audiences.merge(contact, other)
    other.activities.forEach((activity) => contact.activities.push(activity))
    other.backlogDays.forEach((count, day) => contact.backlogDays.set(day, count + (contact.backlogDays.get(day) ?? 0)))
    // Lines of contacts that were merged earlier say so already.
    other.story.forEach((line) => contact.story.push(isTakenOver(line) ? line : `Contact ${other.number}: ${line}`))
  }

  private forgetFieldsOf(contact: Contact): void {
    this.uniqueIdentifiersOf(contact.fields).forEach((identifier) => this.contacts.release(contact, identifier))
  }
}
