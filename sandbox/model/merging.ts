import type { Audiences } from './audiences'
import { mergeBacklogDays } from './backlog'
import type { Clock } from './clock'
import type { Contacts } from './contacts'
import { addHistory } from './history'
import type { Match } from './identifier-index'
import { mayChange } from './item-rules'
import type { Contact, FieldValue, Identifier } from './records'
import type { Settings } from './settings'

/** Keeps the identifiers of contacts, and merges contacts that turn out to be the same person. */
export class Merging {
  constructor(
    private readonly contacts: Contacts,
    private readonly audiences: Audiences,
    private readonly settings: Settings,
    private readonly clock: Clock
  ) {}

  /** Merges all other contacts that the identifiers of an item belong to into the match. Returns them. */
  mergeOthers({ contact, by }: Match<Contact>, identifiers: readonly Identifier[]): Contact[] {
    const others = this.contacts.findOthers(contact, identifiers)
    if (others.length > 0) {
      this.merge(contact, others, (other) =>
        addHistory(contact, this.clock.now(), 'merged', other.contact.number, by, other.by)
      )
    }
    return others.map((other) => other.contact)
  }

  /** Releases all unique fields of all contacts, before other fields become unique. */
  releaseUniqueFields(): void {
    this.contacts.all().forEach((contact) => this.releaseFieldsOf(contact))
  }

  /** Claims the unique fields of all contacts. Contacts that share a value with an earlier one are merged into it. */
  claimUniqueFields(): void {
    const changed = new Set<Contact>()
    for (const contact of this.contacts.all()) {
      const identifiers = this.settings.uniqueIdentifiersIn(contact.fields)
      const match = this.contacts.find(identifiers)
      if (match) {
        const others = [...this.contacts.findOthers(match.contact, identifiers), { contact, by: match.by }]
        this.merge(match.contact, others, (other) =>
          addHistory(match.contact, this.clock.now(), 'merged_by_unique_field', other.contact.number, other.by)
        )
        changed.add(match.contact)
      } else {
        identifiers.forEach((identifier) => this.contacts.claim(contact, identifier))
      }
    }
    // Only after all are merged: until then changedAt says whose values are newer.
    changed.forEach((contact) => (contact.changedAt = this.clock.now()))
  }

  setField(contact: Contact, name: string, value: FieldValue): void {
    const isUnique = this.settings.isUniqueIdentifier(name)
    const old = contact.fields.get(name)
    if (isUnique && old !== undefined) {
      this.contacts.release(contact, { kind: name, value: String(old) })
    }
    contact.fields.set(name, value)
    if (isUnique) {
      this.contacts.claim(contact, { kind: name, value: String(value) })
    }
  }

  addIds(contact: Contact, ids: readonly Identifier[]): void {
    ids.filter((id) => this.contacts.claim(contact, id)).forEach((id) => contact.ids.push(id))
  }

  /** All at once: one by one, old values of the first contact would replace newer ones of the last. */
  private merge(contact: Contact, others: readonly Match<Contact>[], addEntry: (other: Match<Contact>) => void): void {
    this.mergeValues(
      contact,
      others.map((other) => other.contact)
    )
    for (const other of others) {
      this.moveRecords(contact, other.contact)
      addEntry(other)
    }
  }

  /** With a merge setting that overwrites, the last changed contact has priority, otherwise the contact itself. */
  private mergeValues(contact: Contact, others: readonly Contact[]): void {
    const isNewestFirst = mayChange(this.settings.file.dataSource.merge, true)
    const byPriority = [contact, ...others].sort((a, b) => (isNewestFirst ? b.changedAt - a.changedAt : 0))
    others.forEach((other) => this.releaseFieldsOf(other))
    // The contact's own fields come first, so that they keep their order. The last value of each field remains.
    const values = [contact, ...[...byPriority].reverse()].flatMap(({ fields }) => [...fields])
    new Map(values).forEach((value, name) => this.setField(contact, name, value))
    contact.ip = byPriority.find(({ ip }) => ip !== undefined)?.ip
    contact.location = byPriority.find(({ location }) => location !== undefined)?.location
    contact.changedAt = Math.max(...byPriority.map(({ changedAt }) => changedAt))
  }

  /** Moves what contacts have several of: ids, memberships, activities and history. */
  private moveRecords(contact: Contact, other: Contact): void {
    this.contacts.remove(other)
    this.addIds(contact, other.ids)
    this.audiences.mergeMemberships(contact, other)
    other.activities.forEach((activity) => contact.activities.push(activity))
    mergeBacklogDays(contact.backlogDays, other.backlogDays)
    // Entries of contacts that were merged earlier already have a number.
    other.history.forEach((entry) => contact.history.push({ ...entry, from: entry.from ?? other.number }))
  }

  private releaseFieldsOf(contact: Contact): void {
    this.settings
      .uniqueIdentifiersIn(contact.fields)
      .forEach((identifier) => this.contacts.release(contact, identifier))
  }
}
