import { isDeepStrictEqual } from 'util'
import { abridge, quote } from './abridge'
import type { AccountFile } from './account-file'
import { Activities, fingerprintOf } from './activities'
import type { Activity } from './activities'
import { Audiences } from './audiences'
import type { Audience } from './audiences'
import { DAY } from './clock'
import type { Clock } from './clock'
import { Contacts, showIdentifier } from './contacts'
import type { Contact, Identifier } from './contacts'
import { ErrorLog } from './error-log'
import { convert } from './field-types'
import type { Field, FieldValue } from './field-types'
import { Merging } from './merging'
import { readMoment } from './moments'
import { Samples } from './samples'
import type { Trace } from './taken'
import { Usage } from './usage'
import type { ActivityItem, ContactItem, ItemAnswer, Values } from './wire'

/** An activity with its attributes by the property that fills them. */
type ActivityMapping = Omit<AccountFile['activities'][number], 'attributes'> & {
  attributes: ReadonlyMap<string, Field>
}

/** Identify events a day for each contact of the plan. */
const IDENTIFY_FACTOR = 10

const PROCESSED: ItemAnswer = { status: 200, message: 'Processed successfully' }
const NOTHING_NEW: ItemAnswer = { status: 422, message: 'There is nothing new in it for the contact' }
const NOTHING_VALID: ItemAnswer = { status: 422, message: 'There is nothing valid in it to store' }

/** An Ortto account with its "Segment (Actions)" data source: takes items by the rules of Ortto's documents. */
export class Account {
  readonly contacts = new Contacts()
  readonly activities = new Activities()
  readonly audiences: Audiences
  readonly log = new ErrorLog()
  readonly samples = new Samples()
  readonly identifyUsage: Usage
  readonly trackUsage: Usage
  private readonly merging: Merging
  /** By the trait that fills it */
  private traitFields: ReadonlyMap<string, Field> = new Map()
  /** By the activity's name */
  private activityMappings: ReadonlyMap<string, ActivityMapping> = new Map()
  private setUp: AccountFile
  /** Notes what happens, while somebody watches. */
  private trace?: Trace

  constructor(file: AccountFile, private readonly clock: Clock) {
    this.setUp = file
    this.audiences = new Audiences(clock)
    this.merging = new Merging(this.contacts, this.audiences, clock, () => this.file)
    this.identifyUsage = new Usage(clock, () => ({
      limit: IDENTIFY_FACTOR * this.file.plan.contacts,
      usedElsewhere: this.file.plan.classicUsage.identify
    }))
    this.trackUsage = new Usage(clock, () => ({
      limit: this.file.plan.trackFactor * this.file.plan.contacts * this.file.plan.activities,
      usedElsewhere: this.file.plan.classicUsage.track
    }))
    this.configure(file)
  }

  /** How it is set up. */
  get file(): AccountFile {
    return this.setUp
  }

  /** Sets the account up anew. Contacts, activities, usage and audiences stay. */
  configure(file: AccountFile): void {
    this.merging.forgetFields()
    this.setUp = file
    this.traitFields = traitFieldsOf(file)
    this.activityMappings = activityMappingsOf(file)
    file.audiences.forEach((name) => this.audiences.find(name) ?? this.audiences.create(name, true))
    file.otherAudiences.forEach((name) => this.audiences.find(name) ?? this.audiences.create(name, false))
    this.merging.identifyAnew()
  }

  /** Creates or updates the contact that an item is about. */
  identify(item: ContactItem): ItemAnswer {
    this.audiences.synchronize()
    const answer = this.countContact(item) ?? this.upsert(item)
    return this.logged(answer, item)
  }

  /** Stores an activity, and the contact that comes with it. */
  track(item: ActivityItem): ItemAnswer {
    this.audiences.synchronize()
    const answer = this.takeTrack(item)
    return this.logged(answer, item)
  }

  /** Answers 400 to what is no item, and logs it. */
  refuse(item: unknown, problem: string): ItemAnswer {
    return this.logged({ status: 400, message: problem }, item)
  }

  /** Creates an audience, or finds the one of this name. Undefined when that one is not Segment's to change. */
  createAudience(name: string): Audience | undefined {
    const audience = this.audiences.find(name) ?? this.audiences.create(name, true)
    return audience.isFromSegment ? audience : undefined
  }

  /** Notes in a trace what happens while an item is taken. */
  traced(trace: Trace, take: () => ItemAnswer): ItemAnswer {
    this.trace = trace
    try {
      return take()
    } finally {
      this.trace = undefined
    }
  }

  /** Counts an item as a contact, and keeps it as a sample. Over the limit there is an answer, and neither happens. */
  private countContact(item: ContactItem): ItemAnswer | undefined {
    if (!this.identifyUsage.hasRoom()) {
      return overLimit('identify', this.identifyUsage)
    }
    this.identifyUsage.take()
    this.samples.addContact(abridge(item))
    return undefined
  }

  private takeTrack(item: ActivityItem): ItemAnswer {
    if (!this.trackUsage.hasRoom()) {
      return overLimit('track', this.trackUsage)
    }
    this.trackUsage.take()
    this.samples.addActivity(item.event, abridge(item))
    // Counted in both, also when the activity is refused below.
    const contactRefused = hasContact(item) ? this.countContact(item) : undefined
    const mapping = this.activityMappings.get(item.event)
    if (!mapping) {
      return { status: 422, message: `No mappings configured for the activity ${quote(item.event)}` }
    }
    const sentAt = readMoment(item.timestamp ?? '')
    const timestamp = sentAt ?? this.clock.now()
    const { retentionDays = Infinity } = mapping
    if (this.clock.now() - timestamp > retentionDays * DAY) {
      return {
        status: 422,
        message: `The activity is older than the ${retentionDays} days that ${quote(item.event)} is kept`
      }
    }
    // The contact first: an activity of a contact that its traits name is no activity of an unknown one.
    const answer = hasContact(item) ? answerOfBoth(contactRefused ?? this.upsert(item)) : PROCESSED
    const fingerprint = fingerprintOf(item.message_id, sentAt)
    if (this.activities.isDuplicate(fingerprint)) {
      this.trace?.repeats(item.event, new Date(timestamp).toISOString())
    } else {
      this.storeActivity(item, mapping.attributes, timestamp, fingerprint)
    }
    return answer
  }

  private storeActivity(
    item: ActivityItem,
    attributes: ReadonlyMap<string, Field>,
    timestamp: number,
    fingerprint: string | undefined
  ): void {
    const ids = idsOf(item)
    const found = this.contacts.find(ids)
    const activity: Activity = {
      event: item.event,
      timestamp: new Date(timestamp).toISOString(),
      attributes: this.convertAll(item.properties ?? {}, attributes, item),
      ids,
      state: 'waiting',
      reason: `It waits in the backlog: no contact with the ${ids.map(showIdentifier).join(' or ')} is known`
    }
    if (found) {
      this.trace?.finds(found.contact)
      this.activities.attach(activity, found.contact, `Its contact was known by the ${showIdentifier(found.by)}`)
    }
    this.activities.store(activity, fingerprint)
    this.trace?.stores(activity)
  }

  private upsert(item: ContactItem): ItemAnswer {
    if (!this.file.traits) {
      return { status: 422, message: 'No mappings configured for contacts' }
    }
    const audience = item.audience && this.audiences.get(item.audience.id)
    if (item.audience && !audience?.isFromSegment) {
      return { status: 400, message: `audience.id: Segment has created no audience ${quote(item.audience.id)}` }
    }
    const fields = this.convertAll(item.traits ?? {}, this.traitFields, item)
    const hasData = fields.size > 0 || item.location !== undefined || item.ip !== undefined
    const isEmpty = !hasData && !audience
    const isLeaving = !hasData && item.audience?.mode === 'remove'
    const ids = idsOf(item)
    const identifiers = [...this.merging.uniqueIdentifiersOf(fields), ...ids]
    const found = this.contacts.find(identifiers)
    if (!found && (isEmpty || isLeaving)) {
      return isEmpty ? NOTHING_VALID : NOTHING_NEW
    }
    if (found) {
      this.trace?.finds(found.contact)
    }
    const contact = found?.contact ?? this.create(identifiers)
    const merged = found ? this.merging.mergeNamed(found, identifiers) : []
    merged.forEach((other) => this.trace?.merges(other))
    const changes = [
      merged.length > 0,
      this.setFields(contact, fields, found === undefined),
      this.setPlace(contact, item, found === undefined),
      audience !== undefined && this.audiences.update(contact, audience, item.audience?.mode ?? 'add')
    ]
    this.merging.learnIds(contact, ids)
    const released = this.activities.attachWaiting(contact, ids)
    this.trace?.releases(released)
    if (!changes.includes(true)) {
      return isEmpty ? NOTHING_VALID : NOTHING_NEW
    }
    contact.changedAt = this.clock.now()
    return PROCESSED
  }

  private create([first]: readonly Identifier[]): Contact {
    const why = `Created: no contact had the ${showIdentifier(first)}`
    const contact = this.contacts.create(this.clock.now(), why)
    this.trace?.creates(contact)
    return contact
  }

  /** The merge setting: whether an item may change what a contact holds there. */
  private mayChange(held: unknown, isCreated: boolean): boolean {
    const { merge } = this.file.dataSource
    return isCreated || merge === 'overwrite' || (merge === 'append' && held === undefined)
  }

  /** True when a field changed. */
  private setFields(contact: Contact, fields: ReadonlyMap<string, FieldValue>, isCreated: boolean): boolean {
    const changed = [...fields].filter(([name, value]) => {
      const held = contact.fields.get(name)
      return this.mayChange(held, isCreated) && !isDeepStrictEqual(held, value)
    })
    changed.forEach(([name, value]) => this.merging.setField(contact, name, value))
    return changed.length > 0
  }

  /** True when the contact is somewhere else now. A location outranks an IP address. */
  private setPlace(contact: Contact, { location, ip }: ContactItem, isCreated: boolean): boolean {
    const held = { location: contact.location, ip: contact.ip }
    if (location) {
      contact.location = this.mayChange(held.location, isCreated) ? location : held.location
    } else if (held.location === undefined && ip !== undefined) {
      contact.ip = this.mayChange(held.ip, isCreated) ? ip : held.ip
    }
    return contact.ip !== held.ip || !isDeepStrictEqual(contact.location, held.location)
  }

  /** The values that are mapped, each converted to its field's type. One that can't be is left out, and logged. */
  private convertAll(values: Values, mapping: ReadonlyMap<string, Field>, item: ContactItem): Map<string, FieldValue> {
    const converted = new Map<string, FieldValue>()
    for (const [key, value] of Object.entries(values)) {
      const field = mapping.get(key)
      if (!field) {
        this.trace?.ignores(key)
        continue
      }
      const result = convert(value, field)
      if ('problem' in result) {
        this.addToLog(200, `${quote(key)} was skipped: ${result.problem}, which "${field.name}" takes`, item)
      } else {
        converted.set(field.name, result.value)
      }
    }
    return converted
  }

  private logged(answer: ItemAnswer, item: unknown): ItemAnswer {
    if (answer.status !== 200) {
      this.addToLog(answer.status, answer.message, item)
    }
    return answer
  }

  private addToLog(status: number, message: string, item: unknown): void {
    const entry = { time: new Date(this.clock.now()).toISOString(), status, message, item: abridge(item) }
    this.log.add(entry)
    this.trace?.logs(entry)
  }
}

function traitFieldsOf({ fields, traits = {} }: AccountFile): Map<string, Field> {
  const byName = new Map(fields.map((field) => [field.name, field]))
  return new Map(
    Object.entries(traits).flatMap(([trait, name]) => {
      const field = byName.get(name)
      return field ? [[trait, field]] : []
    })
  )
}

function activityMappingsOf({ activities }: AccountFile): Map<string, ActivityMapping> {
  return new Map(
    activities.map((activity) => [
      activity.name,
      { ...activity, attributes: new Map(Object.entries(activity.attributes)) }
    ])
  )
}

/** The answer to an activity whose contact was answered like this: what goes wrong there leaves the activity queued. */
function answerOfBoth(contact: ItemAnswer): ItemAnswer {
  return contact === NOTHING_NEW || contact.status === 200
    ? PROCESSED
    : { status: 206, message: `The activity is queued, but its contact was not stored: ${contact.message}` }
}

function hasContact({ traits = {}, audience }: ActivityItem): boolean {
  return Object.keys(traits).length > 0 || audience !== undefined
}

function overLimit(kind: string, usage: Usage): ItemAnswer {
  const freeAt = usage.freeAt()
  const when = freeAt === undefined ? 'it does not become free' : `it frees up at ${new Date(freeAt).toISOString()}`
  return { status: 429, message: `The limit of ${usage.limit} ${kind} events in 24 hours is used up: ${when}` }
}

/** The ids of an item, the user id first: it outranks the anonymous one. */
function idsOf({ user_id, anonymous_id }: ContactItem): Identifier[] {
  return [
    ...(user_id ? [{ kind: 'user id', value: user_id }] : []),
    ...(anonymous_id ? [{ kind: 'anonymous id', value: anonymous_id }] : [])
  ]
}
