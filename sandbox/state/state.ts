import type { z } from 'zod'
import { Account } from '../model/account'
import type { Clock } from '../model/clock'
import { formatProblems } from '../../common/format-problems'
import { toKey } from '../model/identifiers'
import type { Activity, Contact } from '../model/records'
import { StateShape } from './schema'
import type { State } from './schema'
import { StateVersion1, upgradeVersion1 } from './version-1'
import { StateVersion2, upgradeVersion2 } from './version-2'

export type { State } from './schema'

type Path = (string | number)[]
type Contradiction = [path: Path, message: string]

/** Problems that no saved state has, and that an account cannot work with. */
function findContradictions({ audiences, contactsCreated, contacts, activities }: State): Contradiction[] {
  const contradictions: Contradiction[] = []
  const seen = new Set<string>()
  const check = (isValid: boolean, path: Path, message: string) => {
    if (!isValid) {
      contradictions.push([path, message])
    }
  }
  const checkUnique = (key: string, path: Path) => {
    check(!seen.has(key), path, 'it is a duplicate of an earlier one')
    seen.add(key)
  }
  audiences.forEach(({ id, name }, index) => {
    checkUnique(`audience id\n${id}`, ['audiences', index, 'id'])
    checkUnique(`audience\n${name}`, ['audiences', index, 'name'])
  })
  contacts.forEach(({ number, ids, memberships, activities: positions }, index) => {
    checkUnique(`contact ${number}`, ['contacts', index, 'number'])
    check(number <= contactsCreated, ['contacts', index, 'number'], `contactsCreated is ${contactsCreated}`)
    ids.forEach((id, at) => checkUnique(`id\n${toKey(id)}`, ['contacts', index, 'ids', at]))
    memberships.forEach(([name], at) =>
      check(seen.has(`audience\n${name}`), ['contacts', index, 'memberships', at], `there is no audience "${name}"`)
    )
    positions.forEach((position, at) => {
      checkUnique(`activity ${position}`, ['contacts', index, 'activities', at])
      check(
        activities[position]?.state === 'attached',
        ['contacts', index, 'activities', at],
        `there is no attached activity ${position}`
      )
    })
  })
  activities.forEach(({ state }, position) =>
    check(
      state !== 'attached' || seen.has(`activity ${position}`),
      ['activities', position, 'state'],
      'no contact has this attached activity'
    )
  )
  return contradictions
}

const CheckedState = StateShape.superRefine((state, context) =>
  findContradictions(state).forEach(([path, message]) => context.addIssue({ code: 'custom', path, message }))
)

/**
 * Checks a saved state. Those of earlier versions are converted: of version 2, and of version 1, which had no version
 * but `clockAhead`.
 * @throws Error when it is not valid, with the path of each problem
 */
export function parseState(saved: unknown): State {
  const isObject = typeof saved === 'object' && saved !== null
  if (isObject && !('version' in saved) && 'clockAhead' in saved) {
    return parse(CheckedState, upgradeVersion2(upgradeVersion1(parse(StateVersion1, saved))))
  }
  const isVersion2 = isObject && 'version' in saved && saved.version === 2
  return parse(CheckedState, isVersion2 ? upgradeVersion2(parse(StateVersion2, saved)) : saved)
}

function parse<Value>(schema: z.ZodType<Value>, value: unknown): Value {
  const parsed = schema.safeParse(value)
  if (!parsed.success) {
    throw new Error(`The state is not valid:\n${formatProblems(parsed.error)}`)
  }
  return parsed.data
}

/** Everything in an account, as JSON. */
export function toState(account: Account, clock: Clock): State {
  const activities = account.activities.all()
  const positions = new Map(activities.map((activity, position) => [activity, position]))
  return {
    version: 3,
    clockOffsetMs: clock.offsetMs,
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
      history: contact.history
    })),
    activities: activities.map((activity) => ({ ...activity, attributes: [...activity.attributes] })),
    fingerprints: account.activities.allFingerprints(),
    log: account.log.entries(),
    samples: account.samples.toState(),
    usage: { identify: account.identifyUsage.toState(), track: account.trackUsage.toState() }
  }
}

/** Creates an account from a saved state. */
export function restoreAccount(state: State, clock: Clock): Account {
  const account = new Account({ ...state.account, audiences: [], otherAudiences: [] }, clock)
  const activities: Activity[] = state.activities.map((activity) => ({
    ...activity,
    attributes: new Map(activity.attributes)
  }))
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
  account.log.restore(state.log)
  account.samples.restore(state.samples)
  account.identifyUsage.restore(state.usage.identify)
  account.trackUsage.restore(state.usage.track)
  account.configure(state.account)
  return account
}
