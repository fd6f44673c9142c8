import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { isNativeError } from 'util/types'
import { quote } from './abridge'
import type { Account } from './account'
import { AccountFile } from './account-file'
import type { Activity } from './activities'
import { DAY, MINUTE } from './clock'
import type { Clock } from './clock'
import { Advance, checkedBody, checkedQuery, Newest, Reset, Search, stateBody, ToConvert } from './control-input'
import { Fault } from './faults'
import type { Faults } from './faults'
import { convert } from './field-types'
import { showActivity, showAudiences, showBriefly, showContact } from './show'
import type { State } from './state'
import { isReading, refuseStrangers } from './strangers'
import type { ShownUsage } from './usage'

/** What the control API works on. */
interface Controlled {
  clock: Clock
  faults: Faults
  account: Account
  reset: (file?: AccountFile) => void
  toState: () => State
  restore: (state: unknown) => void
  /** To be told that something may have changed */
  changed: () => void
}

const UNITS: Record<string, number> = { second: 1000, minute: MINUTE, hour: 60 * MINUTE, day: DAY }

const EXAMPLE_OF_CONVERT = `/sandbox/convert?value=5&field=${encodeURIComponent('{"name":"Count","type":"number"}')}`

/** What there is: method, path, an example body, and what it does. */
const ROUTES: [string, string, object | undefined, string][] = [
  ['GET', '/sandbox/summary', undefined, 'How much of everything there is'],
  ['GET', '/sandbox/contacts', undefined, 'The contacts with their activities and their story'],
  ['GET', '/sandbox/contacts/1', undefined, 'One contact, by its number'],
  ['GET', '/sandbox/contacts/search?text=lana&limit=50', undefined, 'Contacts with this in an id or a field'],
  ['GET', '/sandbox/activities', undefined, 'The activities, and why each is where it is'],
  ['GET', '/sandbox/activities/newest?limit=50', undefined, 'Those that came last'],
  ['GET', '/sandbox/audiences', undefined, 'The audiences, with how many are in each'],
  ['GET', '/sandbox/samples', undefined, 'What came in lately, for setting up the mappings'],
  ['GET', '/sandbox/log', undefined, 'The last 500 errors'],
  ['GET', '/sandbox/usage', undefined, 'What was used of the limits of 24 hours'],
  ['GET', '/sandbox/clock', undefined, 'The time'],
  ['POST', '/sandbox/clock', { by: '2 minutes' }, 'Moves the clock forward'],
  ['GET', '/sandbox/faults', undefined, 'The faults that are switched on'],
  ['POST', '/sandbox/faults', { kind: 'status', status: 503 }, 'Switches a fault on, for one request'],
  ['DELETE', '/sandbox/faults/status', undefined, 'Switches the faults of one kind off'],
  ['DELETE', '/sandbox/faults', undefined, 'Switches all faults off'],
  ['GET', EXAMPLE_OF_CONVERT, undefined, 'What a field would hold of a value, or why it would skip it'],
  ['GET', '/sandbox/account', undefined, 'How the account is set up'],
  ['PUT', '/sandbox/account', { traits: {} }, 'Sets the account up anew; contacts and activities stay'],
  ['POST', '/sandbox/reset', {}, 'Starts over; with an "account" set up like that'],
  ['GET', '/sandbox/state', undefined, 'Everything that the sandbox holds; PUT it there to go on from it']
]

/**
 * The control API, for people and tests on this machine: JSON only, and nothing for web pages of other origins. What is
 * refused is answered with `{ message: string }`. Its type serves Hono's client, which must send a content type also
 * without a body: `hc<Control>('/sandbox', { headers: { 'content-type': 'application/json' } })`.
 */
export function createControl(sandbox: Controlled) {
  return new Hono()
    .use(async (context, next) => {
      refuseStrangers(context.req.raw)
      sandbox.account.audiences.synchronize()
      await next()
      if (!isReading(context.req.method)) {
        sandbox.changed()
      }
    })
    .get('/', (context) => {
      const { origin } = new URL(context.req.url)
      return context.json(
        ROUTES.map(([method, path, body, what]) => ({ what, curl: curlLine(method, origin + path, body) }))
      )
    })

    .get('/summary', (context) => context.json(summarize(sandbox)))
    .get('/contacts', (context) => context.json(sandbox.account.contacts.all().map(showContact)))
    .get('/contacts/search', checkedQuery(Search), (context) => {
      // The last changed first
      const { text, limit } = context.req.valid('query')
      const found = sandbox.account.contacts.search(text)
      return context.json({ total: found.length, contacts: found.slice(0, limit).map(showBriefly) })
    })
    .get('/contacts/:number', (context) => {
      const number = context.req.param('number')
      const contact = sandbox.account.contacts.all().find((one) => String(one.number) === number)
      if (!contact) {
        throw new HTTPException(404, { message: absenceOf(number, sandbox.account) })
      }
      return context.json(showContact(contact))
    })
    .get('/activities', (context) => context.json(sandbox.account.activities.all().map(showActivity)))
    .get('/activities/newest', checkedQuery(Newest), (context) => {
      // The last that came first
      const { limit } = context.req.valid('query')
      const activities = sandbox.account.activities.all()
      return context.json({
        total: activities.length,
        activities: activities.slice(-limit).reverse().map(showActivity)
      })
    })
    .get('/audiences', (context) => context.json(showAudiences(sandbox.account)))
    .get('/samples', (context) => {
      const { samples } = sandbox.account
      const message = samples.hasNoContact ? 'Waiting for Segment to send us an Identify event' : undefined
      return context.json({ message, ...samples.all() })
    })
    .get('/log', (context) => context.json(sandbox.account.log.entries()))
    .get('/usage', (context) => context.json(showUsage(sandbox.account)))

    .get('/clock', (context) => context.json({ now: new Date(sandbox.clock.now()).toISOString() }))
    .post('/clock', checkedBody(Advance), (context) => {
      const [count, unit] = context.req.valid('json').by.split(' ')
      const milliseconds = Number(count) * UNITS[unit.replace(/s$/, '')]
      orRefuse(() => sandbox.clock.advance(milliseconds))
      sandbox.account.audiences.synchronize()
      return context.json({ now: new Date(sandbox.clock.now()).toISOString() })
    })

    .get('/faults', (context) => context.json(sandbox.faults.all()))
    .post('/faults', checkedBody(Fault), (context) => {
      sandbox.faults.add(context.req.valid('json'))
      return context.json(sandbox.faults.all())
    })
    .delete('/faults', (context) => {
      sandbox.faults.clear()
      return context.json(sandbox.faults.all())
    })
    .delete('/faults/:kind', (context) => {
      const kind = context.req.param('kind')
      if (!sandbox.faults.all().some((fault) => fault.kind === kind)) {
        throw new HTTPException(404, { message: `No fault ${quote(kind)} is switched on` })
      }
      sandbox.faults.clear(kind)
      return context.json(sandbox.faults.all())
    })

    .get('/convert', checkedQuery(ToConvert), (context) => {
      const { value, field } = context.req.valid('query')
      return context.json(convert(value, field))
    })

    .get('/account', (context) => context.json(sandbox.account.file))
    .put('/account', checkedBody(AccountFile), (context) => {
      sandbox.account.configure(context.req.valid('json'))
      return context.json(sandbox.account.file)
    })
    .post('/reset', checkedBody(Reset), (context) => {
      sandbox.reset(context.req.valid('json').account)
      return context.json(sandbox.account.file)
    })
    .get('/state', (context) => context.json(sandbox.toState()))
    .put('/state', stateBody, (context) => {
      orRefuse(() => sandbox.restore(context.req.valid('json').value))
      return context.json({ contacts: sandbox.account.contacts.all().length })
    })
}

/** What the control API takes and gives, for Hono's client. */
export type Control = ReturnType<typeof createControl>

/** How much of everything there is. */
export interface Summary {
  contacts: number
  /** By their state */
  activities: Record<Activity['state'], number>
  audiences: number
  logEntries: number
  usage: { identify: ShownUsage; track: ShownUsage }
  /** ISO 8601 */
  now: string
  /** True until the first identify event comes */
  isWaitingForIdentify: boolean
  /** Those that are switched on */
  faults: readonly Fault[]
}

function summarize({ account, clock, faults }: Controlled): Summary {
  return {
    contacts: account.contacts.count,
    activities: account.activities.countByState(),
    audiences: account.audiences.all().length,
    logEntries: account.log.entries().length,
    usage: showUsage(account),
    now: new Date(clock.now()).toISOString(),
    isWaitingForIdentify: account.samples.hasNoContact,
    faults: faults.all()
  }
}

function showUsage({ identifyUsage, trackUsage }: Account): { identify: ShownUsage; track: ShownUsage } {
  return { identify: identifyUsage.show(), track: trackUsage.show() }
}

/** Why there is no contact of this number. Only a merge takes one away. */
function absenceOf(number: string, { contacts }: Account): string {
  if (contacts.lastNumber === 0) {
    return 'There are no contacts yet'
  }
  return /^[1-9]\d*$/.test(number) && Number(number) <= contacts.lastNumber
    ? `There is no contact ${number} any more: it was merged into another one`
    : `There is no contact ${quote(number)}: the numbers go from 1 to ${contacts.lastNumber}`
}

/** What can't be done is the asking side's to mend, with the reason that it was given. */
function orRefuse(act: () => void): void {
  try {
    act()
  } catch (error) {
    throw new HTTPException(400, { message: isNativeError(error) ? error.message : String(error) })
  }
}

function curlLine(method: string, url: string, body: object | undefined): string {
  const change = method === 'GET' ? '' : ` -X ${method} -H 'content-type: application/json'`
  // A shell would take these characters for its own.
  const argument = /[?&]/.test(url) ? `'${url}'` : url
  return `curl${change}${body ? ` -d '${JSON.stringify(body)}'` : ''} ${argument}`
}
