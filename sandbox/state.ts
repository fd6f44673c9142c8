import { z } from 'zod'
import { Account } from './account'
import { AccountFile } from './account-file'
import type { Activity } from './activities'
import { LAST_MOMENT, MINUTE } from './clock'
import type { Clock } from './clock'
import { keyOf } from './contacts'
import type { Contact } from './contacts'
import { LOG_SIZE } from './error-log'
import { Location } from './wire'

const count = z.number().int().nonnegative()
/** Milliseconds since 1970 */
const time = z.number().nonnegative().max(LAST_MOMENT)
const identifier = z.strictObject({ kind: z.string(), value: z.string() })
const values = z.array(z.tuple([z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())])]))

const activity = z.strictObject({
  event: z.string(),
  timestamp: z.iso.datetime(),
  attributes: values,
  ids: z.array(identifier),
  state: z.enum(['attached', 'waiting', 'discarded']),
  reason: z.string()
})

const contact = z.strictObject({
  number: count,
  ids: z.array(identifier),
  fields: values,
  ip: z.string().optional(),
  location: z.strictObject(Location.shape).optional(),
  memberships: z.array(
    z.tuple([
      z.string(),
      z.strictObject({ isMember: z.boolean(), isWanted: z.boolean(), updatedAt: time, leftAt: time.optional() })
    ])
  ),
  /** Positions in the list of activities */
  activities: z.array(count),
  backlogDays: z.array(z.tuple([z.string(), count])),
  changedAt: time,
  story: z.array(z.string())
})

/** Minutes since 1970, with what was used in each */
const usage = z
  .array(z.tuple([count.max(LAST_MOMENT / MINUTE), count]))
  .refine((minutes) => minutes.every(([minute], index) => index === 0 || minute > minutes[index - 1][0]), {
    message: 'the minutes are not in order'
  })

const Shape = z.strictObject({
  /** Milliseconds by which the clock is ahead of real time */
  clockAhead: time,
  account: AccountFile,
  audiences: z.array(z.strictObject({ id: z.string(), name: z.string(), isFromSegment: z.boolean() })),
  nextSynchronization: time,
  contactsCreated: count,
  contacts: z.array(contact),
  activities: z.array(activity),
  fingerprints: z.array(z.string()),
  log: z
    .array(z.strictObject({ time: z.iso.datetime(), status: count, message: z.string(), item: z.unknown() }))
    .max(LOG_SIZE),
  samples: z.strictObject({
    contacts: z.array(z.unknown()),
    activities: z.array(z.tuple([z.string(), z.array(z.unknown())]))
  }),
  usage: z.strictObject({ identify: usage, track: usage })
})

type Path = (string | number)[]
type Contradiction = [Path, string]

/** What no sandbox saves, and none could go on from. */
function contradictionsOf({
  audiences,
  contactsCreated,
  contacts,
  activities
}: z.infer<typeof Shape>): Contradiction[] {
  const found: Contradiction[] = []
  const seen = new Set<string>()
  const must = (holds: boolean, path: Path, message: string) => {
    if (!holds) {
      found.push([path, message])
    }
  }
  const once = (key: string, path: Path) => {
    must(!seen.has(key), path, 'an earlier one is the same')
    seen.add(key)
  }
  audiences.forEach(({ id, name }, index) => {
    once(`audience id\n${id}`, ['audiences', index, 'id'])
    once(`audience\n${name}`, ['audiences', index, 'name'])
  })
  contacts.forEach(({ number, ids, memberships, activities: own }, index) => {
    once(`contact ${number}`, ['contacts', index, 'number'])
    must(number <= contactsCreated, ['contacts', index, 'number'], `only ${contactsCreated} were created`)
    ids.forEach((id, at) => once(`id\n${keyOf(id)}`, ['contacts', index, 'ids', at]))
    memberships.forEach(([name], at) =>
      must(seen.has(`audience\n${name}`), ['contacts', index, 'memberships', at], `there is no audience "${name}"`)
    )
    own.forEach((position, at) => {
      once(`activity ${position}`, ['contacts', index, 'activities', at])
      must(
        activities[position]?.state === 'attached',
        ['contacts', index, 'activities', at],
        `there is no attached activity ${position}`
      )
    })
  })
  activities.forEach(({ state }, position) =>
    must(
      state !== 'attached' || seen.has(`activity ${position}`),
      ['activities', position, 'state'],
      'it is attached to no contact'
    )
  )
  return found
}

/** Everything that a sandbox holds, as JSON: what an export gives and an import takes. */
export const State = Shape.superRefine((state, context) =>
  contradictionsOf(state).forEach(([path, message]) => context.addIssue({ code: 'custom', path, message }))
)
export type State = z.infer<typeof State>

/** What a state is taken from */
interface Running {
  clock: Clock
  account: Account
}

export function stateOf({ clock, account }: Running): State {
  const activities = account.activities.all()
  const positions = new Map(activities.map((activity, position) => [activity, position]))
  return {
    clockAhead: clock.ahead,
    account: account.file,
    audiences: account.audiences.all(),
    nextSynchronization: account.audiences.synchronizesAt,
    contactsCreated: account.contacts.lastNumber,
    contacts: account.contacts.all().map((contact) => ({
      number: contact.number,
      ids: contact.ids,
      fields: [...contact.fields],
      ip: contact.ip,
      location: contact.location,
      memberships: [...contact.memberships],
      activities: contact.activities.flatMap((activity) => positions.get(activity) ?? []),
      backlogDays: [...contact.backlogDays],
      changedAt: contact.changedAt,
      story: contact.story
    })),
    activities: activities.map((activity) => ({ ...activity, attributes: [...activity.attributes] })),
    fingerprints: account.activities.allFingerprints(),
    log: account.log.entries(),
    samples: account.samples.toState(),
    usage: { identify: account.identifyUsage.toState(), track: account.trackUsage.toState() }
  }
}

/** An account that holds what was saved. */
export function restoreAccount(state: State, clock: Clock): Account {
  const account = new Account({ ...state.account, audiences: [], otherAudiences: [] }, clock)
  const activities: Activity[] = state.activities.map((one) => ({ ...one, attributes: new Map(one.attributes) }))
  const contacts: Contact[] = state.contacts.map((contact) => ({
    ...contact,
    fields: new Map(contact.fields),
    memberships: new Map(contact.memberships),
    activities: contact.activities.map((position) => activities[position]),
    backlogDays: new Map(contact.backlogDays)
  }))
  account.audiences.restore(state.audiences, state.nextSynchronization, contacts)
  account.contacts.restore(contacts, state.contactsCreated)
  contacts.forEach((contact) => contact.ids.forEach((id) => account.contacts.claim(contact, id)))
  account.activities.restore(activities, state.fingerprints)
  state.log.forEach((entry) => account.log.add(entry))
  account.samples.restore(state.samples)
  account.identifyUsage.restore(state.usage.identify)
  account.trackUsage.restore(state.usage.track)
  account.configure(state.account)
  return account
}
