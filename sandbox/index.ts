import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { randomBytes, timingSafeEqual } from 'crypto'
import type { z } from 'zod'
import { Account } from './account'
import { ActivityItem, AudienceRequest, ContactItem } from './wire'
import type { ItemAnswer } from './wire'

export type { Account, Activity, Audience, Contact } from './account'

/** No more items in one request. */
const MAX_ITEMS = 500
/** Bytes of a request's body. Ortto's own limit is not known. */
const MAX_BODY = 10 * 1024 * 1024

export interface Sandbox {
  /** Ortto's API as a function from request to response: `app.request('/v1/me', …)` needs no socket. */
  app: Hono
  /** What the account holds. */
  account: Account
  /** The one key that opens it. */
  apiKey: string
}

/** A local Ortto with an empty account. It keeps everything in memory. */
export function createSandbox({ apiKey = `pau-${randomBytes(16).toString('hex')}` } = {}): Sandbox {
  const account = new Account()
  const app = new Hono()

  app.use('/v1/*', async (context, next) => {
    if (!sameText(context.req.header('authorization') ?? '', `Bearer ${apiKey}`)) {
      return context.json({ message: 'The API key is not valid' }, 401)
    }
    await next()
  })
  app.use('/v1/*', bodyLimit({ maxSize: MAX_BODY, onError: (context) => context.json({ message: 'Too large' }, 413) }))

  app.get('/v1/me', (context) => context.json({}))
  app.post('/v1/identify', async (context) => {
    const items = await readItems(context.req.raw)
    return items ? answerItems(items, ContactItem, (item) => account.identify(item)) : notItems()
  })
  app.post('/v1/track', async (context) => {
    const items = await readItems(context.req.raw)
    return items ? answerItems(items, ActivityItem, (item) => account.track(item)) : notItems()
  })
  app.post('/v1/audiences/create', async (context) => {
    const body = AudienceRequest.safeParse(await readJSON(context.req.raw))
    return body.success
      ? context.json(account.createAudience(body.data.name))
      : context.json({ message: problemOf(body.error) }, 400)
  })
  app.notFound((context) => context.json({ message: `There is nothing at ${context.req.path}` }, 404))

  return { app, account, apiKey }
}

/** 200 when every item was processed; else 207, listing the others by their position in the request. */
function answerItems<Item>(items: unknown[], schema: z.ZodType<Item>, take: (item: Item) => ItemAnswer): Response {
  const errors = items.flatMap((item, index) => {
    const read = schema.safeParse(item)
    const answer: ItemAnswer = read.success ? take(read.data) : { status: 400, message: problemOf(read.error) }
    return answer.status === 200 ? [] : [{ ...answer, index }]
  })
  return errors.length > 0 ? Response.json({ errors }, { status: 207 }) : Response.json({})
}

async function readItems(request: Request): Promise<unknown[] | undefined> {
  const body = await readJSON(request)
  return Array.isArray(body) && body.length <= MAX_ITEMS ? body : undefined
}

function notItems(): Response {
  return Response.json({ message: `The body must be a JSON array of at most ${MAX_ITEMS} items` }, { status: 400 })
}

async function readJSON(request: Request): Promise<unknown> {
  return request.json().catch(() => undefined)
}

/** The first problem, with its path: `location.city: Invalid input: expected string, received number`. */
function problemOf({ issues: [issue] }: z.ZodError): string {
  return issue.path.length > 0 ? `${issue.path.join('.')}: ${issue.message}` : issue.message
}

function sameText(one: string, other: string): boolean {
  const [first, second] = [Buffer.from(one), Buffer.from(other)]
  return first.length === second.length && timingSafeEqual(first, second)
}
