import { DAY_MS } from '../rules'

/** A request of a case. `items` is its body. */
export interface CaseRequest {
  path: '/me' | '/identify' | '/track' | '/audiences/create'
  body?: unknown
  /** Sends another API key than the account's. */
  hasWrongKey?: boolean
}

/** What a case may use in its requests. */
export interface CaseContext {
  /** An id of this run that no earlier run has used: `compare-k3f9-lana` */
  id: (name: string) => string
  /** The name of an audience of this run */
  audience: (name: string) => string
  /** The id of an audience that an earlier request of the case created. Undefined when there is none. */
  audienceId: (name: string) => string | undefined
  /** ISO 8601: some seconds of the last day */
  recent: (second?: number) => string
}

/** A sentence about Ortto, and requests whose statuses show whether it is true. */
export interface Case {
  name: string
  requests: ((context: CaseContext) => CaseRequest)[]
}

/** The activity that is mapped in the account, with the attribute `count`. */
export const ACTIVITY = 'Ortto compare'

/** How the account must be set up, so that both Orttos know the same. */
export const COMPARED_ACCOUNT = {
  plan: { contacts: 100_000, activities: 5 },
  dataSource: { merge: 'overwrite' },
  fields: [{ name: 'Birthday', type: 'date', format: 'DD-MM-YYYY' }],
  uniqueIdentifiers: ['Email'],
  traits: { firstName: 'First name', email: 'Email', birthday: 'Birthday' },
  activities: [{ name: ACTIVITY, attributes: { count: { name: 'Count', type: 'number' } } }]
}

const identify =
  (...items: ((context: CaseContext) => object)[]) =>
  (context: CaseContext): CaseRequest => ({ path: '/identify', body: items.map((item) => item(context)) })
const track =
  (...items: ((context: CaseContext) => object)[]) =>
  (context: CaseContext): CaseRequest => ({ path: '/track', body: items.map((item) => item(context)) })
const createAudience =
  (name: string) =>
  ({ audience }: CaseContext): CaseRequest => ({ path: '/audiences/create', body: { name: audience(name) } })

const contact =
  (user: string, traits: object, more: object = {}) =>
  ({ id }: CaseContext) => ({ user_id: id(user), traits, ...more })
const activity =
  (user: string, more: object = {}) =>
  ({ id, recent }: CaseContext) => ({ user_id: id(user), event: ACTIVITY, timestamp: recent(), ...more })
const member =
  (user: string, mode: 'add' | 'remove', name: string) =>
  ({ id, audienceId }: CaseContext) => ({ user_id: id(user), audience: { mode, id: audienceId(name) ?? 'none' } })

/** The documented sentences that show without a clock. Each uses users of its own. */
export const CASES: readonly Case[] = [
  { name: 'The API key of the account is accepted', requests: [() => ({ path: '/me' })] },
  { name: 'Another API key is refused', requests: [() => ({ path: '/me', hasWrongKey: true })] },
  { name: 'An empty list is accepted', requests: [identify(), track()] },
  { name: 'A body that is no list is refused', requests: [() => ({ path: '/identify', body: {} })] },
  {
    name: 'A contact needs a user id or an anonymous id',
    requests: [
      identify(
        () => ({ traits: { firstName: 'A' } }),
        ({ id }) => ({ anonymous_id: id('needs'), traits: { firstName: 'A' } })
      )
    ]
  },
  {
    name: 'A contact that is sent twice has nothing new',
    requests: [identify(contact('twice', { firstName: 'A' })), identify(contact('twice', { firstName: 'A' }))]
  },
  {
    name: 'A contact whose traits are not mapped has nothing valid',
    requests: [identify(contact('unmapped', { shoeSize: 38 }))]
  },
  {
    name: 'A value that does not fit its field is skipped, and the others are stored',
    requests: [
      identify(contact('skipped', { firstName: 'A', birthday: '1980-07-28' })),
      identify(contact('skipped', { birthday: '1980-07-28' })),
      identify(contact('skipped', { birthday: '28-07-1980' }))
    ]
  },
  {
    name: 'Newer values replace older ones',
    requests: [
      identify(contact('newer', { firstName: 'A' })),
      identify(contact('newer', { firstName: 'B' })),
      identify(contact('newer', { firstName: 'A' }))
    ]
  },
  {
    name: 'A unique identifier merges two contacts',
    requests: [
      identify(({ id }) => ({
        user_id: id('merged-1'),
        traits: { firstName: 'A', email: `${id('merged')}@example.com` }
      })),
      identify(({ id }) => ({
        user_id: id('merged-2'),
        traits: { firstName: 'B', email: `${id('merged')}@example.com` }
      })),
      identify(contact('merged-1', { firstName: 'B' }))
    ]
  },
  {
    name: 'An anonymous id becomes part of the contact of a user id',
    requests: [
      identify(({ id }) => ({ anonymous_id: id('visitor'), traits: { firstName: 'A' } })),
      identify(({ id }) => ({ user_id: id('known'), anonymous_id: id('visitor'), traits: { firstName: 'B' } })),
      identify(({ id }) => ({ anonymous_id: id('visitor'), traits: { firstName: 'B' } }))
    ]
  },
  {
    name: 'Two users of one browser stay two contacts',
    requests: [
      identify(({ id }) => ({ user_id: id('anna'), anonymous_id: id('browser'), traits: { firstName: 'A' } })),
      identify(({ id }) => ({ user_id: id('ben'), anonymous_id: id('browser'), traits: { firstName: 'B' } })),
      identify(contact('anna', { firstName: 'A' }))
    ]
  },
  {
    name: 'A location outranks an IP address',
    requests: [
      identify(contact('location', {}, { location: { city: 'Sydney' } })),
      identify(contact('location', {}, { ip: '203.0.113.7' }))
    ]
  },
  { name: 'An activity needs an event name', requests: [track(({ id }) => ({ user_id: id('nameless') }))] },
  { name: 'An activity needs a user id or an anonymous id', requests: [track(() => ({ event: ACTIVITY }))] },
  {
    name: 'An activity that is not mapped is rejected',
    requests: [track(activity('unmapped', { event: `${ACTIVITY}: not mapped` }))]
  },
  {
    name: 'An activity of a contact that is not known is accepted, and waits',
    requests: [track(activity('waiting'))]
  },
  {
    name: 'An activity that is sent twice is accepted twice',
    requests: [
      track((context) => activity('again', { message_id: context.id('again') })(context)),
      track((context) => activity('again', { message_id: context.id('again') })(context))
    ]
  },
  {
    name: 'An activity older than 90 days is rejected',
    requests: [
      track(({ id, recent }) => ({
        user_id: id('old'),
        event: ACTIVITY,
        timestamp: new Date(Date.parse(recent()) - 100 * DAY_MS).toISOString()
      }))
    ]
  },
  {
    name: 'An attribute that does not fit is skipped, and the activity is stored',
    requests: [track(activity('attribute', { properties: { count: 'many' } }))]
  },
  {
    name: 'An activity with an invalid timestamp is refused',
    requests: [track(activity('timestamp', { timestamp: 'yesterday' }))]
  },
  {
    name: 'An activity with an invalid IP address is refused',
    requests: [track(activity('address', { ip: '999.1.1.1' }))]
  },
  {
    name: 'An activity with traits creates its contact',
    requests: [
      track(activity('created', { traits: { firstName: 'A' } })),
      identify(contact('created', { firstName: 'A' }))
    ]
  },
  {
    name: 'An activity whose traits bring nothing new is accepted',
    requests: [identify(contact('same', { firstName: 'A' })), track(activity('same', { traits: { firstName: 'A' } }))]
  },
  {
    name: 'An activity whose traits cannot be stored is accepted in part',
    requests: [track(activity('partial', { traits: { birthday: 'never' } }))]
  },
  {
    name: 'The place of an activity is not that of its contact',
    requests: [
      identify(contact('place', {}, { location: { city: 'Sydney' } })),
      track(activity('place', { location: { city: 'Perth' }, traits: { firstName: 'A' } })),
      identify(contact('place', {}, { location: { city: 'Sydney' } }))
    ]
  },
  {
    name: 'Each item of a request has its own result, by its position',
    requests: [
      identify(
        contact('batch-1', { firstName: 'A' }),
        () => ({ traits: { firstName: 'B' } }),
        contact('batch-2', { firstName: 'C' }),
        contact('batch-3', { shoeSize: 38 })
      )
    ]
  },
  {
    name: 'The audiences of two names that differ in case are two',
    requests: [createAudience('vip'), createAudience('VIP'), createAudience('vip')]
  },
  {
    name: 'A contact enters and leaves an audience',
    requests: [
      createAudience('members'),
      identify(contact('member', { firstName: 'A' })),
      identify(member('member', 'add', 'members')),
      identify(member('member', 'add', 'members')),
      identify(member('member', 'remove', 'members'))
    ]
  },
  {
    name: 'An audience that Segment did not create is refused',
    requests: [
      identify(({ id }) => ({
        user_id: id('stranger'),
        traits: { firstName: 'A' },
        audience: { mode: 'add', id: 'none' }
      }))
    ]
  },
  {
    name: 'An activity updates an audience',
    requests: [
      createAudience('buyers'),
      identify(contact('buyer', { firstName: 'A' })),
      track(({ id, audienceId, recent }) => ({
        user_id: id('buyer'),
        event: ACTIVITY,
        timestamp: recent(2),
        audience: { mode: 'add', id: audienceId('buyers') ?? 'none' }
      })),
      identify(member('buyer', 'add', 'buyers'))
    ]
  }
]
