import type { AccountParts } from './account-parts'
import { fingerprintOf } from './activities'
import type { ContactProcessor } from './contact-processor'
import { convertValues } from './convert-values'
import { idsOf } from './identifiers'
import { bringsContact, isTooOld } from './item-rules'
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
    // An item with a contact counts in both limits, also when its activity is rejected below.
    const contactOverLimit = bringsContact(item) ? this.contactProcessor.countUsage(item) : undefined
    const mapping = settings.findActivity(item.event)
    if (!mapping) {
      return itemResult('no_activity_mapping', item.event)
    }
    const sentAt = parseTimestamp(item.timestamp ?? '')
    const timestamp = sentAt ?? clock.now()
    const { retentionDays, attributes } = mapping
    if (retentionDays !== undefined && isTooOld(timestamp, clock.now(), retentionDays)) {
      return itemResult('too_old', item.event, retentionDays)
    }
    // The contact comes first: an activity whose traits identify a contact does not wait in the backlog.
    const contact = bringsContact(item) ? contactOverLimit ?? this.contactProcessor.upsert(item, recorder) : undefined
    this.store(item, attributes, sentAt, timestamp, recorder)
    return toActivityResult(contact)
  }

  /** Stores an activity, unless the same one is already stored. */
  private store(
    item: ActivityItem,
    attributes: ReadonlyMap<string, Field>,
    sentAt: number | undefined,
    timestamp: number,
    recorder?: ItemRecorder
  ): void {
    const { activities, contacts, log } = this.account
    const isoTimestamp = new Date(timestamp).toISOString()
    const fingerprint = fingerprintOf(item.message_id, sentAt)
    if (activities.isDuplicate(fingerprint)) {
      recorder?.recordDuplicate(item.event, isoTimestamp)
      return
    }
    const ids = idsOf(item)
    const activity: Activity = {
      event: item.event,
      timestamp: isoTimestamp,
      attributes: convertValues(item.properties ?? {}, attributes, item, log, recorder),
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
function toActivityResult(contact: ItemResult | undefined): ItemResult {
  return contact === undefined || contact.code === 'processed' || contact.code === 'nothing_new'
    ? itemResult('processed')
    : contactNotStored(contact)
}
