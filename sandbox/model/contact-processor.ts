import { isDeepStrictEqual } from 'util'
import type { AccountParts } from './account-parts'
import { convertValues } from './convert-values'
import { addHistory } from './history'
import { idsOf } from './identifiers'
import { createsContact } from './item-rules'
import { itemResult } from './item-result'
import type { ItemRecorder } from './item-recorder'
import type { ContactItem } from './items'
import type { Audience, Contact, FieldValue, Identifier, ItemResult } from './records'
import { truncateItem } from './truncate'

/** Processes contacts: items of `/v1/identify`, and items of `/v1/track` with traits or an audience. */
export class ContactProcessor {
  constructor(private readonly account: AccountParts) {}

  process(item: ContactItem, recorder?: ItemRecorder): ItemResult {
    return this.countUsage(item) ?? this.upsert(item, recorder)
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
    const fields = convertValues(item.traits ?? {}, settings.traitFields, item, log, recorder)
    const hasData = fields.size > 0 || item.location !== undefined || item.ip !== undefined
    const isChanged = this.store(item, fields, audience, recorder)
    if (isChanged) {
      return itemResult('processed')
    }
    return hasData || audience ? itemResult('nothing_new') : itemResult('nothing_valid')
  }

  /** Stores an item's values in its contact. Returns true when the contact was created or changed. */
  private store(
    item: ContactItem,
    fields: ReadonlyMap<string, FieldValue>,
    audience: Audience | undefined,
    recorder?: ItemRecorder
  ): boolean {
    const { contacts, merging, activities, audiences, settings, clock } = this.account
    const ids = idsOf(item)
    const identifiers = [...settings.uniqueIdentifiersIn(fields), ...ids]
    const match = contacts.find(identifiers)
    if (!match && !createsContact(fields.size > 0, item)) {
      return false
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
    const released = activities.releaseBacklog(contact, ids)
    recorder?.recordReleased(released)
    if (!changes.includes(true)) {
      return false
    }
    contact.changedAt = clock.now()
    return true
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
    const { merge } = this.account.settings.file.dataSource
    return isCreated || merge === 'overwrite' || (merge === 'append' && current === undefined)
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
