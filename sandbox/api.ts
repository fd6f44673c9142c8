import { Hono } from 'hono'
import type { Context, HonoRequest } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { IncomingMessage } from 'http'
import type { z } from 'zod'
import { equalSecrets } from '../common/equal-secrets'
import { quote } from './abridge'
import type { Account } from './account'
import { problemsOf } from './account-file'
import { readBody } from './body'
import { answerWith } from './faults'
import type { Connection, Faults } from './faults'
import type { Listeners } from './listeners'
import { takeWatched } from './taken'
import type { Taken } from './taken'
import { ActivityItem, AudienceRequest, ContactItem } from './wire'
import type { ItemAnswer } from './wire'

/** No more items in one request. */
const MAX_ITEMS = 500

/** What the API works on. */
interface Ortto {
  apiKey: string
  account: Account
  faults: Faults
  watchers: Listeners<Taken>
  /** To be told that something may have changed */
  changed: () => void
}

/** Ortto's API for Segment, as the destination sees it. */
export function createApi(sandbox: Ortto): Hono {
  const api = new Hono()

  api.use(async (context, next) => {
    if (!equalSecrets(context.req.header('authorization') ?? '', `Bearer ${sandbox.apiKey}`)) {
      throw new HTTPException(401, { message: 'The API key is not valid' })
    }
    await next()
  })

  /** Answers a request, in the way of a fault when one is switched on. */
  const answer = async ({ req, env }: Context, take: (body: unknown) => Response): Promise<Response> => {
    const request = req.raw
    const { value, size } = request.method === 'POST' ? await readBody(request) : { value: undefined, size: 0 }
    const takeAndTell = () => {
      try {
        return take(value)
      } finally {
        if (request.method === 'POST') {
          sandbox.changed()
        }
      }
    }
    const fault = sandbox.faults.next(size)
    return fault ? answerWith(fault, takeAndTell, connectionOf(env)) : takeAndTell()
  }

  api.get('/me', (context) => answer(context, () => Response.json({})))
  api.post('/identify', (context) =>
    answer(context, (body) => answerItems(sandbox, context.req, 'contact', readItems(body)))
  )
  api.post('/track', (context) =>
    answer(context, (body) => answerItems(sandbox, context.req, 'activity', readItems(body)))
  )
  api.post('/audiences/create', (context) => answer(context, (body) => createAudience(sandbox.account, body)))
  return api
}

/** A server hands the app what came in over its connection. */
function connectionOf(env: unknown): Connection {
  const incoming = typeof env === 'object' && env !== null && 'incoming' in env ? env.incoming : undefined
  return incoming instanceof IncomingMessage ? incoming.socket : undefined
}

function createAudience(account: Account, body: unknown): Response {
  const request = AudienceRequest.safeParse(body)
  if (!request.success) {
    throw new HTTPException(400, { message: problemsOf(request.error) })
  }
  const audience = account.createAudience(request.data.name)
  if (!audience) {
    throw new HTTPException(400, { message: `The audience ${quote(request.data.name)} was not created by Segment` })
  }
  return Response.json({ id: audience.id, name: audience.name })
}

/** 200 when every item was processed; else 207, listing the others by their position in the request. */
function answerItems({ account, watchers }: Ortto, request: HonoRequest, kind: Taken['kind'], items: unknown[]) {
  const requestId = requestIdOf(request)
  const take = (item: unknown) =>
    kind === 'contact'
      ? takeItem(account, item, ContactItem, (read) => account.identify(read))
      : takeItem(account, item, ActivityItem, (read) => account.track(read))
  const errors = items.flatMap((item, index) => {
    const answer = watchers.isEmpty
      ? take(item)
      : takeWatched(account, watchers, { requestId, kind, index, item }, () => take(item))
    return answer.status === 200 ? [] : [{ ...answer, index }]
  })
  return errors.length > 0 ? Response.json({ errors }, { status: 207 }) : Response.json({})
}

function takeItem<Item>(account: Account, item: unknown, schema: z.ZodType<Item>, take: (item: Item) => ItemAnswer) {
  const read = schema.safeParse(item)
  return read.success ? take(read.data) : account.refuse(item, problemsOf(read.error))
}

/** A name that the asking side gave its request, when it is one that can be shown and kept. */
function requestIdOf(request: HonoRequest): string | undefined {
  const id = request.header('x-request-id') ?? ''
  return /^[\x20-\x7e]{1,100}$/.test(id) ? id : undefined
}

function readItems(body: unknown): unknown[] {
  if (!Array.isArray(body) || body.length > MAX_ITEMS) {
    throw new HTTPException(400, { message: `The body must be a JSON array of at most ${MAX_ITEMS} items` })
  }
  return body
}
