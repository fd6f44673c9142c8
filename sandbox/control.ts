import { Hono } from 'hono'
import type { Env, MiddlewareHandler } from 'hono'
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
    })
    .get('/', (context) => {
      const { origin } = new URL(context.req.url)
      return context.json(
        ROUTES.map(([method, path, body, what]) => ({ what, curl: curlLine(method, origin + path, body) }))
      )
    })

    .get('/contacts', (context) => context.json(sandbox.account.contacts.all().map(showContact)))
    .get('/activities', (context) => context.json(sandbox.account.activities.all().map(showActivity)))
    .get('/audiences', (context) => context.json(sandbox.account.audiences.all()))
    .get('/samples', (context) => {
      const samples = sandbox.account.samples.all()
      const message = samples.contacts.length === 0 ? 'Waiting for Segment to send us an Identify event' : undefined
      return context.json({ message, ...samples })
    })
    .get('/log', (context) => context.json(sandbox.account.log.entries()))
    .get('/usage', (context) => {
      const { identifyUsage, trackUsage } = sandbox.account
      return context.json({ identify: identifyUsage.show(), track: trackUsage.show() })
    })

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

    .get('/account', (context) => context.json(sandbox.account.file))
    .put('/account', checkedBody(AccountFile), (context) => {
      sandbox.account.configure(context.req.valid('json'))
      return context.json(sandbox.account.file)
    })
    .post('/reset', (context) => {
      sandbox.reset()
      return context.json(sandbox.account.file)
    })
    .get('/state', (context) => context.json(sandbox.save()))
    .put('/state', stateBody, (context) => {
      orRefuse(() => sandbox.restore(context.req.valid('json').value))
      return context.json({ contacts: sandbox.account.contacts.all().length })
    })
}

/** What the control API takes and gives, for Hono's client. */
export type Control = ReturnType<typeof createControl>

/** Reads a request's body. `In` is what the asking side sends, `Out` what its handler gets. */
type BodyReader<In, Out> = MiddlewareHandler<Env, string, { in: { json: In }; out: { json: Out } }>

/** Reads a body that a schema describes. What it can't be is refused, with the path of each problem. */
function checkedBody<Schema extends z.ZodType<object>>(schema: Schema): BodyReader<z.input<Schema>, z.output<Schema>> {
  return async ({ req }, next) => {
    const { value } = await readBody(req.raw)
    req.addValidatedData('json', checked(schema, value))
    await next()
  }
}

/** Reads a state, which is checked when it is restored. */
const stateBody: BodyReader<State, { value: unknown }> = async ({ req }, next) => {
  const { value } = await readBody(req.raw, MAX_STATE)
  req.addValidatedData('json', { value })
  await next()
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

function checked<Value>(schema: z.ZodType<Value>, value: unknown): Value {
  const read = schema.safeParse(value)
  if (!read.success) {
    throw new HTTPException(400, { message: problemsOf(read.error) })
  }
  return read.data
}

function curlLine(method: string, url: string, body: object | undefined): string {
  const change = method === 'GET' ? '' : ` -X ${method} -H 'content-type: application/json'`
  return `curl${change}${body ? ` -d '${JSON.stringify(body)}'` : ''} ${url}`
}
