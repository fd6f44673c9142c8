import { isDeepStrictEqual } from 'util'
import type { AccountParts } from './account-parts'
import { convertValues } from './convert-values'
import { addHistory } from './history'
import type { Match } from './identifier-index'
import { idsOf } from './identifiers'
import { createsContact, mayChange, mayCreate } from './item-rules'
import { itemResult } from './item-result'
import type { ItemRecorder } from './item-recorder'
import type { ContactItem } from './items'
import type { Audience, Contact, FieldValue, Identifier, ItemResult } from './records'
import { truncateItem } from './truncate'

/** Processes contacts: items of `/v1/identify`, and items of `/v1/track` with traits or an audience. */
export class ContactProcessor {
  constructor(private readonly account: AccountParts) {}

  process(item: ContactItem, recorder?: ItemRecorder): ItemResult {
    const overLimit = this.countUsage(item)
    if (overLimit) {
      return overLimit
    }
    this.account.samples.noteIdentify(this.account.clock.now())
    return this.upsert(item, recorder)
  }

  /** Counts an item and keeps it as a sample. Returns the result of an item over the limit, which is not counted. */
  countUsage(item: ContactItem): ItemResult | undefined {
    const { identifyUsage, samples } = this.account
    if (!identifyUsage.hasRoom()) {
      return itemResult('rate_limited', 'identify', identifyUsage.limit, identifyUsage.freeAt())
    }
    identifyUsage.add()
    samples.addContact(truncateItem(item))
    return undefined
  }

  /** Creates or updates the contact of an item. */
  upsert(item: ContactItem, recorder?: ItemRecorder): ItemResult {
    const { settings, log } = this.account
    if (!settings.file.traits) {
      return itemResult('no_contact_mapping')
    }
    const audience = item.audience && this.account.audiences.get(item.audience.id)
    if (item.audience && !audience?.isFromSegment) {
      return itemResult('unknown_audience', item.audience.id)
    }
    const fields = convertValues(item.traits ?? {}, settings, settings.traitFields, item, log, recorder)
    const hasData = fields.size > 0 || item.location !== undefined || item.ip !== undefined
    const change = this.store(item, fields, audience, recorder)
    if (change !== 'nothing_new') {
      return itemResult(change)
    }
    return hasData || audience ? itemResult('nothing_new') : itemResult('nothing_valid')
  }

  /** Stores an item's values in its contact. It was processed when the contact was created or changed. */
  private store(
    item: ContactItem,
    fields: ReadonlyMap<string, FieldValue>,
    audience: Audience | undefined,
    recorder?: ItemRecorder
  ): 'processed' | 'nothing_new' | 'contact_not_created' {
    const { contacts, merging, activities, audiences, settings, clock } = this.account
    const { ids, otherUser } = contacts.splitIds(idsOf(item))
    const identifiers = [...settings.uniqueIdentifiersIn(fields), ...ids]
    const match = contacts.find(identifiers)
    if (!match && !createsContact(fields.size > 0, item)) {
      return 'nothing_new'
    }
    if (!match && !mayCreate(settings.file.dataSource.merge)) {
      return 'contact_not_created'
    }
    if (match) {
      recorder?.recordFound(match.contact)
    }
    const contact = match?.contact ?? this.create(identifiers, recorder)
    const merged = match ? merging.mergeOthers(match, identifiers) : []
    recorder?.recordMerged(merged)
    const changes = [
      merged.length > 0,
      this.setFields(contact, fields, match === undefined),
      this.setPlace(contact, item, match === undefined),
      audience !== undefined && audiences.update(contact, audience, item.audience?.mode ?? 'add')
    ]
    merging.addIds(contact, ids)
    if (otherUser) {
      this.noteOtherUser(contact, otherUser)
    }
    const released = activities.releaseBacklog(contact, ids)
    recorder?.recordReleased(released)
    if (!changes.includes(true)) {
      return 'nothing_new'
    }
    contact.changedAt = clock.now()
    return 'processed'
  }

  /** Says once in a contact's history that it was not merged with the contact that has its anonymous id. */
  private noteOtherUser(contact: Contact, { contact: other, by }: Match<Contact>): void {
    const userId = other.ids.find(({ kind }) => kind === 'user id')
    if (userId && !contact.history.some(({ code }) => code === 'anonymous_id_of_other_user')) {
      addHistory(contact, this.account.clock.now(), 'anonymous_id_of_other_user', by, other.number, userId)
    }
  }

  private create([first]: readonly Identifier[], recorder?: ItemRecorder): Contact {
    const now = this.account.clock.now()
    const contact = this.account.contacts.create(now)
    recorder?.recordCreated(contact)
    addHistory(contact, now, 'created', first)
    return contact
  }

  /** True when the merge setting lets an item change a value that a contact has. */
  private mayChange(current: unknown, isCreated: boolean): boolean {
    return isCreated || mayChange(this.account.settings.file.dataSource.merge, current)
  }

  /** Returns true when a field changed. */
  private setFields(contact: Contact, fields: ReadonlyMap<string, FieldValue>, isCreated: boolean): boolean {
    const changed = [...fields].filter(([name, value]) => {
      const current = contact.fields.get(name)
      return this.mayChange(current, isCreated) && !isDeepStrictEqual(current, value)
    })
    changed.forEach(([name, value]) => this.account.merging.setField(contact, name, value))
    return changed.length > 0
  }

  /** Returns true when the location or the IP address changed. A location outranks an IP address. */
  private setPlace(contact: Contact, { location, ip }: ContactItem, isCreated: boolean): boolean {
    const old = { location: contact.location, ip: contact.ip }
    if (location) {
      contact.location = this.mayChange(old.location, isCreated) ? location : old.location
    } else if (old.location === undefined && ip !== undefined) {
      contact.ip = this.mayChange(old.ip, isCreated) ? ip : old.ip
    }
    return contact.ip !== old.ip || !isDeepStrictEqual(contact.location, old.location)
  }
}
