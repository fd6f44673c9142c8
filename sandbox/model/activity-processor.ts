import type { AccountParts } from './account-parts'
import { fingerprintOf } from './activities'
import type { ContactProcessor } from './contact-processor'
import { convertValues } from './convert-values'
import { idsOf } from './identifiers'
import { bringsContact, hasTraits, isTooOld } from './item-rules'
import { contactNotStored, itemResult } from './item-result'
import type { ItemRecorder } from './item-recorder'
import type { ActivityItem } from './items'
import type { Activity, Field, ItemResult } from './records'
import { ACTIVITY_SENTENCES } from './sentences'
import { parseTimestamp } from './timestamps'
import { truncateItem } from './truncate'

/** Processes activities: items of `/v1/track`. */
export class ActivityProcessor {
  constructor(private readonly account: AccountParts, private readonly contactProcessor: ContactProcessor) {}

  process(item: ActivityItem, recorder?: ItemRecorder): ItemResult {
    const { trackUsage, samples, settings, clock } = this.account
    if (!trackUsage.hasRoom()) {
      return itemResult('rate_limited', 'track', trackUsage.limit, trackUsage.freeAt())
    }
    trackUsage.add()
    samples.addActivity(item.event, truncateItem(item))
    if (!settings.file.traits) {
      return itemResult('no_contact_mapping')
    }
    // An item with a contact counts in both limits, also when its activity is rejected below.
    const contactOverLimit = bringsContact(item) ? this.contactProcessor.countUsage(item) : undefined
    const mapping = settings.findActivity(item.event)
    if (!mapping) {
      return itemResult('no_activity_mapping', item.event)
    }
    const sentAt = parseTimestamp(item.timestamp ?? '')
    const timestamp = sentAt ?? clock.now()
    const { retentionDays, attributes } = mapping
    if (retentionDays !== 'for ever' && isTooOld(timestamp, clock.now(), retentionDays)) {
      return itemResult('too_old', item.event, retentionDays)
    }
    // The contact comes first: an activity whose traits identify a contact does not wait in the backlog.
    const contact = bringsContact(item) ? contactOverLimit ?? this.upsertContact(item, recorder) : undefined
    // Only an activity with traits can be stored in part.
    if (contact && !hasTraits(item) && (contact.code === 'unknown_audience' || contact.code === 'rate_limited')) {
      return contact
    }
    this.store(item, attributes, sentAt, timestamp, recorder)
    return toActivityResult(contact, item)
  }

  /** The place of an activity is not the place of its contact. */
  private upsertContact(item: ActivityItem, recorder?: ItemRecorder): ItemResult {
    return this.contactProcessor.upsert({ ...item, ip: undefined, location: undefined }, recorder)
  }

  /** Stores an activity, unless the same one is already stored. */
  private store(
    item: ActivityItem,
    attributes: ReadonlyMap<string, Field>,
    sentAt: number | undefined,
    timestamp: number,
    recorder?: ItemRecorder
  ): void {
    const { activities, contacts, settings, log } = this.account
    const isoTimestamp = new Date(timestamp).toISOString()
    const fingerprint = fingerprintOf(item.message_id, sentAt)
    if (activities.isDuplicate(fingerprint)) {
      recorder?.recordDuplicate(item.event, isoTimestamp)
      return
    }
    const { ids } = contacts.splitIds(idsOf(item))
    const activity: Activity = {
      event: item.event,
      timestamp: isoTimestamp,
      attributes: convertValues(item.properties ?? {}, settings, attributes, item, log, recorder),
      ip: item.ip,
      location: item.location,
      ids,
      state: 'waiting',
      reasonCode: 'waiting',
      reason: ACTIVITY_SENTENCES.waiting(ids)
    }
    const match = contacts.find(ids)
    if (match) {
      recorder?.recordFound(match.contact)
      activities.attach(activity, match.contact, match.by)
    }
    activities.store(activity, fingerprint)
    recorder?.recordActivity(activity)
  }
}

/** The result of a stored activity. A contact with nothing new is not a failure. */
function toActivityResult(contact: ItemResult | undefined, item: ActivityItem): ItemResult {
  return contact === undefined || !hasTraits(item) || contact.code === 'processed' || contact.code === 'nothing_new'
    ? itemResult('processed')
    : contactNotStored(contact)
}
