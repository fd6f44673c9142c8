import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { isNativeError } from 'util/types'
import { z } from 'zod'
import { quote } from './abridge'
import type { Account } from './account'
import { AccountFile, problemsOf } from './account-file'
import { readBody } from './body'
import { DAY, MINUTE } from './clock'
import type { Clock } from './clock'
import { Fault } from './faults'
import type { Faults } from './faults'
import { showActivity, showContact } from './show'
import type { State } from './state'

/** What the control API works on. */
export interface Controlled {
  clock: Clock
  faults: Faults
  account: Account
  reset: () => void
  save: () => State
  restore: (state: unknown) => void
}

/** Bytes of a state that is imported */
const MAX_STATE = 256 * 1024 * 1024

const UNITS: Record<string, number> = { second: 1000, minute: MINUTE, hour: 60 * MINUTE, day: DAY }

/** For example `{ "by": "2 minutes" }` */
const Advance = z.strictObject({
  by: z.string().regex(/^\d{1,5} (second|minute|hour|day)s?$/, 'for example "2 minutes"')
})

/** What there is: method, path, an example body, and what it does. */
const ROUTES: [string, string, object | undefined, string][] = [
  ['GET', '/sandbox/contacts', undefined, 'The contacts with their activities and their story'],
  ['GET', '/sandbox/activities', undefined, 'The activities, and why each is where it is'],
  ['GET', '/sandbox/audiences', undefined, 'The audiences'],
  ['GET', '/sandbox/samples', undefined, 'What came in lately, for setting up the mappings'],
  ['GET', '/sandbox/log', undefined, 'The last 500 errors'],
  ['GET', '/sandbox/usage', undefined, 'What was used of the limits of 24 hours'],
  ['GET', '/sandbox/clock', undefined, 'The time'],
  ['POST', '/sandbox/clock', { by: '2 minutes' }, 'Moves the clock forward'],
  ['GET', '/sandbox/faults', undefined, 'The faults that are switched on'],
  ['POST', '/sandbox/faults', { kind: 'status', status: 503 }, 'Switches a fault on, for one request'],
  ['DELETE', '/sandbox/faults/status', undefined, 'Switches the faults of one kind off'],
  ['DELETE', '/sandbox/faults', undefined, 'Switches all faults off'],
  ['GET', '/sandbox/account', undefined, 'How the account is set up'],
  ['PUT', '/sandbox/account', { traits: {} }, 'Sets the account up anew; contacts and activities stay'],
  ['POST', '/sandbox/reset', {}, 'Starts over'],
  ['GET', '/sandbox/state', undefined, 'Everything that the sandbox holds; PUT it there to go on from it']
]

/** The control API, for people and tests on this machine: JSON only, and nothing for web pages of other origins. */
export function createControl(sandbox: Controlled): Hono {
  const control = new Hono()

  control.use(async (context, next) => {
    refuseStrangers(context.req.raw)
    sandbox.account.audiences.synchronize()
    await next()
  })

  control.get('/', (context) => {
    const { origin } = new URL(context.req.url)
    return context.json(
      ROUTES.map(([method, path, body, what]) => ({ what, curl: curlLine(method, origin + path, body) }))
    )
  })
  control.get('/contacts', (context) => context.json(sandbox.account.contacts.all().map(showContact)))
  control.get('/activities', (context) => context.json(sandbox.account.activities.all().map(showActivity)))
  control.get('/audiences', (context) => context.json(sandbox.account.audiences.all()))
  control.get('/samples', (context) => {
    const samples = sandbox.account.samples.all()
    const isWaiting = samples.contacts.length === 0
    return context.json({
      message: isWaiting ? 'Waiting for Segment to send us an Identify event' : undefined,
      ...samples
    })
  })
  control.get('/log', (context) => context.json(sandbox.account.log.entries()))
  control.get('/usage', (context) => {
    const { identifyUsage, trackUsage } = sandbox.account
    return context.json({ identify: identifyUsage.show(), track: trackUsage.show() })
  })

  control.get('/clock', (context) => context.json({ now: new Date(sandbox.clock.now()).toISOString() }))
  control.post('/clock', async (context) => {
    const { by } = await readChecked(context.req.raw, Advance)
    const [count, unit] = by.split(' ')
    const milliseconds = Number(count) * UNITS[unit.replace(/s$/, '')]
    orRefuse(() => sandbox.clock.advance(milliseconds))
    sandbox.account.audiences.synchronize()
    return context.json({ now: new Date(sandbox.clock.now()).toISOString() })
  })

  control.get('/faults', (context) => context.json(sandbox.faults.all()))
  control.post('/faults', async (context) => {
    sandbox.faults.add(await readChecked(context.req.raw, Fault))
    return context.json(sandbox.faults.all())
  })
  control.delete('/faults', (context) => {
    sandbox.faults.clear()
    return context.json(sandbox.faults.all())
  })
  control.delete('/faults/:kind', (context) => {
    const kind = context.req.param('kind')
    if (!sandbox.faults.all().some((fault) => fault.kind === kind)) {
      throw new HTTPException(404, { message: `No fault ${quote(kind)} is switched on` })
    }
    sandbox.faults.clear(kind)
    return context.json(sandbox.faults.all())
  })

  control.get('/account', (context) => context.json(sandbox.account.file))
  control.put('/account', async (context) => {
    sandbox.account.configure(await readChecked(context.req.raw, AccountFile))
    return context.json(sandbox.account.file)
  })
  control.get('/state', (context) => context.json(sandbox.save()))
  control.put('/state', async (context) => {
    const { value } = await readBody(context.req.raw, MAX_STATE)
    orRefuse(() => sandbox.restore(value))
    return context.json({ contacts: sandbox.account.contacts.all().length })
  })
  control.post('/reset', (context) => {
    sandbox.reset()
    return context.json(sandbox.account.file)
  })
  return control
}

/**
 * A web page must not drive the sandbox: not by a name that points to this machine (DNS rebinding), not from another
 * origin, and not by a form, which can't send JSON.
 */
function refuseStrangers(request: Request): void {
  const { hostname, origin } = new URL(request.url)
  if (!['127.0.0.1', 'localhost', '[::1]'].includes(hostname)) {
    throw new HTTPException(403, { message: `Ask for 127.0.0.1 or localhost, not for ${hostname}` })
  }
  const asking = request.headers.get('origin')
  const site = request.headers.get('sec-fetch-site')
  if ((asking !== null && asking !== origin) || (site !== null && !['same-origin', 'none'].includes(site))) {
    throw new HTTPException(403, { message: 'Pages of other origins may not do this' })
  }
  const isJSON = request.headers.get('content-type')?.split(';')[0].trim() === 'application/json'
  if (!['GET', 'HEAD'].includes(request.method) && !isJSON) {
    throw new HTTPException(415, { message: 'Send content-type: application/json' })
  }
}

/** What can't be done is the asking side's to mend, with the reason that it was given. */
function orRefuse(act: () => void): void {
  try {
    act()
  } catch (error) {
    throw new HTTPException(400, { message: isNativeError(error) ? error.message : String(error) })
  }
}

async function readChecked<Value>(request: Request, schema: z.ZodType<Value>): Promise<Value> {
  const { value } = await readBody(request)
  const checked = schema.safeParse(value)
  if (!checked.success) {
    throw new HTTPException(400, { message: problemsOf(checked.error) })
  }
  return checked.data
}

function curlLine(method: string, url: string, body: object | undefined): string {
  const change = method === 'GET' ? '' : ` -X ${method} -H 'content-type: application/json'`
  return `curl${change}${body ? ` -d '${JSON.stringify(body)}'` : ''} ${url}`
}
