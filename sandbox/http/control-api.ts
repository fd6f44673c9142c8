import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { errorMessage } from '../../common/error-message'
import type { Account } from '../model/account'
import { AccountFile, findTypeChanges } from '../model/account-file'
import type { Clock } from '../model/clock'
import type { Contacts } from '../model/contacts'
import { convert } from '../model/field-types'
import { toActivityJson, toAudienceList, toContactJson, toContactSummary } from '../model/json'
import type { Contact } from '../model/records'
import { quote } from '../model/truncate'
import type { State } from '../state/state'
import { listRoutes } from './control-index'
import {
  ClockChange,
  ConvertQuery,
  NewestQuery,
  readJson,
  readQuery,
  readState,
  Reset,
  SearchQuery
} from './control-input'
import { Fault } from './faults'
import type { Faults } from './faults'
import { isReadMethod, requireSameOrigin } from './guards'
import type { RequestLog } from './request-log'
import { toAccountUsage, toSummary } from './summary'

/** What the control API reads and changes. */
interface ControlContext {
  clock: Clock
  faults: Faults
  requests: RequestLog
  allowedHosts: readonly string[]
  account: Account
  reset: (file?: AccountFile) => void
  toState: () => State
  restore: (state: unknown) => void
  /** Called after a request that may have changed something. */
  notifyChange: () => void
}

/**
 * The control API, for people and tests on this machine. It accepts only JSON, and no requests of web pages from other
 * origins. Errors are `{ message: string }`. Its type is for Hono's client, which must send a content type also without
 * a body: `hc<ControlApi>('/sandbox', { headers: { 'content-type': 'application/json' } })`.
 */
export function createControlApi(sandbox: ControlContext) {
  return new Hono()
    .use(async (context, next) => {
      requireSameOrigin(context.req.raw, sandbox.allowedHosts)
      sandbox.account.audiences.synchronize()
      await next()
      if (!isReadMethod(context.req.method)) {
        sandbox.notifyChange()
      }
    })
    .get('/', (context) => context.json(listRoutes(new URL(context.req.url).origin)))
    .get('/summary', (context) => context.json(toSummary(sandbox.account, sandbox.clock, sandbox.faults)))

    .get('/contacts', (context) => context.json(sandbox.account.contacts.all().map(toContactJson)))
    .get('/contacts/search', readQuery(SearchQuery), (context) => {
      // The last changed come first.
      const { text, audience, limit } = context.req.valid('query')
      const isMember = ({ memberships }: Contact) =>
        audience === undefined || memberships.get(audience)?.isMember === true
      const found = sandbox.account.contacts.search(text).filter(isMember)
      return context.json({ total: found.length, contacts: found.slice(0, limit).map(toContactSummary) })
    })
    .get('/contacts/:number', (context) => {
      const { contacts } = sandbox.account
      const number = context.req.param('number')
      const contact = contacts.all().find((each) => String(each.number) === number)
      if (!contact) {
        throw new HTTPException(404, { message: describeMissingContact(number, contacts) })
      }
      return context.json(toContactJson(contact))
    })
    .get('/activities', (context) => context.json(sandbox.account.activities.all().map(toActivityJson)))
    .get('/activities/newest', readQuery(NewestQuery), (context) => {
      const { limit } = context.req.valid('query')
      const activities = sandbox.account.activities.all()
      return context.json({
        total: activities.length,
        activities: activities.slice(-limit).reverse().map(toActivityJson)
      })
    })
    .get('/audiences', (context) => {
      const { audiences, contacts } = sandbox.account
      return context.json(toAudienceList(audiences, contacts))
    })
    .get('/samples', (context) => {
      const { samples } = sandbox.account
      const message = samples.firstIdentifyAt ? undefined : 'Waiting for Segment to send us an Identify event'
      return context.json({ message, ...samples.all() })
    })
    .get('/requests', (context) => context.json(sandbox.requests.all()))
    .delete('/requests', (context) => {
      sandbox.requests.clear()
      return context.json(sandbox.requests.all())
    })
    .get('/log', (context) => context.json(sandbox.account.log.entries()))
    .get('/usage', (context) => context.json(toAccountUsage(sandbox.account)))

    .get('/clock', (context) => context.json({ now: new Date(sandbox.clock.now()).toISOString() }))
    .post('/clock', readJson(ClockChange), (context) => {
      const { by } = context.req.valid('json')
      rejectErrors(() => sandbox.clock.advance(by))
      sandbox.account.audiences.synchronize()
      return context.json({ now: new Date(sandbox.clock.now()).toISOString() })
    })

    .get('/faults', (context) => context.json(sandbox.faults.all()))
    .post('/faults', readJson(Fault), (context) => {
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
        throw new HTTPException(404, { message: `There is no active fault of the kind ${quote(kind)}` })
      }
      sandbox.faults.clear(kind)
      return context.json(sandbox.faults.all())
    })

    .get('/convert', readQuery(ConvertQuery), (context) => {
      const { value, field } = context.req.valid('query')
      return context.json(convert(value, field, sandbox.account.file.phoneCountry))
    })

    .get('/account', (context) => context.json(sandbox.account.file))
    .put('/account', readJson(AccountFile), (context) => {
      const file = context.req.valid('json')
      const changes = findTypeChanges(sandbox.account.file, file)
      if (changes.length > 0) {
        throw new HTTPException(400, { message: changes.join('; ') })
      }
      sandbox.account.configure(file)
      return context.json(sandbox.account.file)
    })
    .post('/reset', readJson(Reset), (context) => {
      sandbox.reset(context.req.valid('json').account)
      return context.json(sandbox.account.file)
    })
    .get('/state', (context) => context.json(sandbox.toState()))
    .put('/state', readState, (context) => {
      rejectErrors(() => sandbox.restore(context.req.valid('json').value))
      return context.json({ contacts: sandbox.account.contacts.all().length })
    })
}

/** The requests and responses of the control API, for Hono's client. */
export type ControlApi = ReturnType<typeof createControlApi>

/** Why no contact has this number. Contacts disappear only when they are merged. */
function describeMissingContact(number: string, contacts: Contacts): string {
  if (contacts.lastNumber === 0) {
    return 'There are no contacts yet'
  }
  return /^[1-9]\d*$/.test(number) && Number(number) <= contacts.lastNumber
    ? `Contact ${number} no longer exists: it was merged into another contact`
    : `There is no contact ${quote(number)}: the numbers are 1 to ${contacts.lastNumber}`
}

/** Responds 400 with the message of an error: it says what is wrong with the request. */
function rejectErrors(action: () => void): void {
  try {
    action()
  } catch (error) {
    throw new HTTPException(400, { message: errorMessage(error) })
  }
}
