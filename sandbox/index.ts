import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { randomBytes, timingSafeEqual } from 'crypto'
import type { z } from 'zod'
import { Account } from './account'
import { AccountFile, problemsOf } from './account-file'
import { Clock } from './clock'
import { ActivityItem, AudienceRequest, ContactItem } from './wire'
import type { ItemAnswer } from './wire'

export type { Account } from './account'
export type { Activity } from './activities'
export type { Contact } from './contacts'
export type { AccountFile } from './account-file'
export type { LogEntry } from './error-log'
export { Clock } from './clock'

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

export interface SandboxOptions {
  /** An account as in `examples/account.json`; without it no mapping is saved, and Ortto takes nothing. */
  account?: unknown
  clock?: Clock
  /** Any key by default */
  apiKey?: string
}

/**
 * A local Ortto. It keeps everything in memory.
 * @throws Error when the account is not one, with the path of each problem
 */
export function createSandbox(options: SandboxOptions = {}): Sandbox {
  const { clock = new Clock(), apiKey = `pau-${randomBytes(16).toString('hex')}` } = options
  const file = AccountFile.safeParse(options.account ?? {})
  if (!file.success) {
    throw new Error(`The account is not valid:\n${problemsOf(file.error)}`)
  }
  const account = new Account(file.data, clock)
  const app = new Hono()

  app.use('/v1/*', async (context, next) => {
    if (!sameText(context.req.header('authorization') ?? '', `Bearer ${apiKey}`)) {
      return context.json({ message: 'The API key is not valid' }, 401)
    }
    await next()
  })

  app.get('/v1/me', (context) => context.json({}))
  app.post('/v1/identify', async (context) => {
    const items = readItems(await readBody(context.req.raw))
    return answerItems(account, items, ContactItem, (item) => account.identify(item))
  })
  app.post('/v1/track', async (context) => {
    const items = readItems(await readBody(context.req.raw))
    return answerItems(account, items, ActivityItem, (item) => account.track(item))
  })
  app.post('/v1/audiences/create', async (context) => {
    const body = AudienceRequest.safeParse(await readBody(context.req.raw))
    if (!body.success) {
      return context.json({ message: problemsOf(body.error) }, 400)
    }
    const audience = account.createAudience(body.data.name)
    return audience
      ? context.json({ id: audience.id, name: audience.name })
      : context.json({ message: `The audience "${body.data.name}" was not created by Segment` }, 400)
  })
  app.onError((error) => {
    if (error instanceof HTTPException) {
      return Response.json({ message: error.message }, { status: error.status })
    }
    throw error
  })
  app.notFound((context) => context.json({ message: `There is nothing at ${context.req.path}` }, 404))

  return { app, account, apiKey }
}

/** 200 when every item was processed; else 207, listing the others by their position in the request. */
function answerItems<Item>(
  account: Account,
  items: unknown[],
  schema: z.ZodType<Item>,
  take: (item: Item) => ItemAnswer
): Response {
  const errors = items.flatMap((item, index) => {
    const read = schema.safeParse(item)
    const answer: ItemAnswer = read.success ? take(read.data) : account.refuse(item, problemsOf(read.error))
    return answer.status === 200 ? [] : [{ ...answer, index }]
  })
  return errors.length > 0 ? Response.json({ errors }, { status: 207 }) : Response.json({})
}

/**
 * The body, parsed. It is read to its end even when it is too large: who still sends while the answer is there already
 * loses the connection, and the answer with it.
 */
async function readBody({ body }: Request): Promise<unknown> {
  const chunks: Uint8Array[] = []
  let size = 0
  const reader = body?.getReader()
  for (let part = await reader?.read(); part?.value; part = await reader?.read()) {
    size += part.value.length
    if (size <= MAX_BODY) {
      chunks.push(part.value)
    }
  }
  if (size > MAX_BODY) {
    throw new HTTPException(413, { message: `The body is larger than ${MAX_BODY} bytes` })
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString())
  } catch {
    throw new HTTPException(400, { message: 'The body is not JSON' })
  }
}

function readItems(body: unknown): unknown[] {
  if (!Array.isArray(body) || body.length > MAX_ITEMS) {
    throw new HTTPException(400, { message: `The body must be a JSON array of at most ${MAX_ITEMS} items` })
  }
  return body
}

function sameText(one: string, other: string): boolean {
  const [first, second] = [Buffer.from(one), Buffer.from(other)]
  return first.length === second.length && timingSafeEqual(first, second)
}
