import { Hono } from 'hono'
import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { IncomingMessage } from 'http'
import { z } from 'zod'
import { equalSecrets } from '../../common/equal-secrets'
import type { Listeners } from '../listeners'
import type { Account } from '../model/account'
import type { Clock } from '../model/clock'
import { formatProblems } from '../../common/format-problems'
import { ItemRecorder } from '../model/item-recorder'
import { ActivityItem, ContactItem } from '../model/items'
import type { ProcessedItem } from '../model/processed-item'
import type { ItemResult } from '../model/records'
import { quote, truncateItem } from '../model/truncate'
import { MAX_ITEMS_PER_REQUEST } from '../rules'
import { readBody } from './body'
import { respondWithFault } from './faults'
import type { Connection, Faults } from './faults'
import type { RequestLog } from './request-log'

/** What the API reads and changes. */
interface ApiContext {
  apiKey: string
  account: Account
  faults: Faults
  requests: RequestLog
  clock: Clock
  itemListeners: Listeners<ProcessedItem>
  /** Called after a request that may have changed something. */
  notifyChange: () => void
}

/** What the log of requests knows once the body is read. */
interface Env {
  Variables: { size?: number; log?: { body: unknown; fault?: string } }
}

/** The body of `POST /v1/audiences/create`. */
export const AudienceRequest = z.object({ name: z.string().min(1) })

/** Ortto's API for Segment, as the destination uses it. */
export function createApi(sandbox: ApiContext): Hono<Env> {
  const api = new Hono<Env>()

  api.use(async (context, next) => {
    const { req } = context
    const isKnown = equalSecrets(req.header('authorization') ?? '', `Bearer ${sandbox.apiKey}`)
    if (isKnown) {
      await next()
    } else {
      context.res = Response.json({ message: 'The API key is not valid' }, { status: 401 })
    }
    const request = {
      at: new Date(sandbox.clock.now()).toISOString(),
      method: req.method,
      path: req.path,
      requestId: readRequestId(context),
      ...context.get('log')
    }
    sandbox.requests.add({ ...request, status: context.res.status }, context.get('size') ?? 0)
  })

  /** Responds to a request, with a fault if one is active. `process` reads the body and returns the response. */
  const respond = async (context: Context<Env>, process: (body: unknown) => Response): Promise<Response> => {
    const { req, env } = context
    const isPost = req.method === 'POST'
    const { value, size } = isPost ? await readBody(req.raw) : { value: undefined, size: 0 }
    const processBody = () => {
      try {
        return process(value)
      } finally {
        if (isPost) {
          sandbox.notifyChange()
        }
      }
    }
    const fault = sandbox.faults.next(size)
    context.set('size', size)
    context.set('log', { body: value, fault: fault?.kind })
    return fault ? respondWithFault(fault, processBody, findConnection(env)) : processBody()
  }

  api.get('/me', (context) => respond(context, () => Response.json({})))
  api.post('/identify', (context) =>
    respond(context, (body) => processItems(sandbox, 'contact', body, readRequestId(context)))
  )
  api.post('/track', (context) =>
    respond(context, (body) => processItems(sandbox, 'activity', body, readRequestId(context)))
  )
  api.post('/audiences/create', (context) => respond(context, (body) => createAudience(sandbox.account, body)))
  return api
}

/** Hono's server passes the incoming message to the app. */
function findConnection(env: unknown): Connection {
  const incoming = typeof env === 'object' && env !== null && 'incoming' in env ? env.incoming : undefined
  return incoming instanceof IncomingMessage ? incoming.socket : undefined
}

/** The header `x-request-id`, if it is short and printable. */
function readRequestId({ req }: Context<Env>): string | undefined {
  const id = req.header('x-request-id') ?? ''
  return /^[\x20-\x7e]{1,100}$/.test(id) ? id : undefined
}

function createAudience(account: Account, body: unknown): Response {
  const request = AudienceRequest.safeParse(body)
  if (!request.success) {
    throw new HTTPException(400, { message: formatProblems(request.error) })
  }
  const audience = account.createAudience(request.data.name)
  if (!audience) {
    throw new HTTPException(400, { message: `The audience ${quote(request.data.name)} was not created by Segment` })
  }
  return Response.json({ id: audience.id, name: audience.name })
}

/** Responds 200 if every item was processed; otherwise 207 with the other results by the item's position. */
function processItems(
  { account, faults, itemListeners }: ApiContext,
  kind: ProcessedItem['kind'],
  body: unknown,
  requestId: string | undefined
): Response {
  const errors = readItems(body).flatMap((item, index) => {
    const recorder = itemListeners.isEmpty ? undefined : new ItemRecorder()
    const fault = faults.nextOfItem(item)
    const process = kind === 'contact' ? identify : track
    const result = fault ? account.fail(item, fault, recorder) : process(account, item, recorder)
    if (recorder) {
      itemListeners.notify({ requestId, kind, index, item: truncateItem(item), ...recorder.finish(result) })
    }
    const { status, message } = result
    return status === 200 ? [] : [{ status, message, index }]
  })
  return errors.length > 0 ? Response.json({ errors }, { status: 207 }) : Response.json({})
}

function readItems(body: unknown): unknown[] {
  if (!Array.isArray(body) || body.length > MAX_ITEMS_PER_REQUEST) {
    throw new HTTPException(400, {
      message: `The body must be a JSON array of at most ${MAX_ITEMS_PER_REQUEST} items`
    })
  }
  return body
}

function identify(account: Account, item: unknown, recorder?: ItemRecorder): ItemResult {
  const parsed = ContactItem.safeParse(item)
  return parsed.success
    ? account.identify(parsed.data, recorder)
    : account.reject(item, formatProblems(parsed.error), recorder)
}

function track(account: Account, item: unknown, recorder?: ItemRecorder): ItemResult {
  const parsed = ActivityItem.safeParse(item)
  return parsed.success
    ? account.track(parsed.data, recorder)
    : account.reject(item, formatProblems(parsed.error), recorder)
}
