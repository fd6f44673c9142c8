import type { AccountFile } from './account-file'
import type { AccountParts } from './account-parts'
import { Activities } from './activities'
import { ActivityProcessor } from './activity-processor'
import { Audiences } from './audiences'
import type { Clock } from './clock'
import { ContactProcessor } from './contact-processor'
import { Contacts } from './contacts'
import { ErrorLog } from './error-log'
import { itemResult } from './item-result'
import type { ItemRecorder } from './item-recorder'
import type { ActivityItem, ContactItem } from './items'
import { limitsOf } from './limits'
import { Merging } from './merging'
import type { Audience, ItemResult } from './records'
import { Samples } from './samples'
import { Settings } from './settings'
import { Usage } from './usage'

/** An Ortto account with its data source "Segment (Actions)". It processes items by the rules of Ortto's documents. */
export class Account implements AccountParts {
  readonly settings: Settings
  readonly contacts = new Contacts()
  readonly merging: Merging
  readonly activities = new Activities()
  readonly audiences: Audiences
  readonly log: ErrorLog
  readonly samples = new Samples()
  readonly identifyUsage: Usage
  readonly trackUsage: Usage
  private readonly contactProcessor: ContactProcessor
  private readonly activityProcessor: ActivityProcessor

  constructor(file: AccountFile, readonly clock: Clock) {
    this.settings = new Settings(file)
    this.audiences = new Audiences(clock)
    this.log = new ErrorLog(clock)
    this.merging = new Merging(this.contacts, this.audiences, this.settings, clock)
    this.identifyUsage = new Usage(clock, () => {
      const { plan } = this.file
      return { limit: limitsOf(plan).identify, usedElsewhere: plan.classicUsage.identify }
    })
    this.trackUsage = new Usage(clock, () => {
      const { plan } = this.file
      return { limit: limitsOf(plan).track, usedElsewhere: plan.classicUsage.track }
    })
    this.contactProcessor = new ContactProcessor(this)
    this.activityProcessor = new ActivityProcessor(this, this.contactProcessor)
    this.configure(file)
  }

  /** How the account is set up. */
  get file(): AccountFile {
    return this.settings.file
  }

  /** Changes how the account is set up. Contacts, activities, usage and audiences stay. */
  configure(file: AccountFile): void {
    this.merging.releaseUniqueFields()
    this.settings.file = file
    file.audiences.forEach((name) => this.audiences.find(name) ?? this.audiences.create(name, true))
    file.otherAudiences.forEach((name) => this.audiences.find(name) ?? this.audiences.create(name, false))
    this.merging.claimUniqueFields()
  }

  /** Processes an item of `/v1/identify`. */
  identify(item: ContactItem, recorder?: ItemRecorder): ItemResult {
    this.audiences.synchronize()
    return this.logResult(this.contactProcessor.process(item, recorder), item, recorder)
  }

  /** Processes an item of `/v1/track`. */
  track(item: ActivityItem, recorder?: ItemRecorder): ItemResult {
    this.audiences.synchronize()
    return this.logResult(this.activityProcessor.process(item, recorder), item, recorder)
  }

  /** Rejects an item that has the wrong shape. */
  reject(item: unknown, problems: string, recorder?: ItemRecorder): ItemResult {
    return this.logResult(itemResult('invalid_item', problems), item, recorder)
  }

  /** Fails an item because of a fault. It is not processed. */
  fail(
    item: unknown,
    { status, message }: Pick<ItemResult, 'status' | 'message'>,
    recorder?: ItemRecorder
  ): ItemResult {
    return this.logResult({ ...itemResult('item_fault', message), status }, item, recorder)
  }

  /** Creates an audience, or finds the one with this name. Undefined when Segment did not create that one. */
  createAudience(name: string): Audience | undefined {
    const audience = this.audiences.find(name) ?? this.audiences.create(name, true)
    return audience.isFromSegment ? audience : undefined
  }

  private logResult(result: ItemResult, item: unknown, recorder?: ItemRecorder): ItemResult {
    if (result.status !== 200) {
      const entry = this.log.write(result, item)
      recorder?.recordLogEntry(entry)
    }
    return result
  }
}
