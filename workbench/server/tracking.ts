import { randomUUID } from 'crypto'
import { Hono } from 'hono'
import { cors } from 'hono/cors'
import { HTTPException } from 'hono/http-exception'
import { gunzipSync } from 'zlib'
import { equalSecrets } from '../../common/equal-secrets'
import { parseBody, readBytes } from '../../sandbox/http/body'
import { isRecord } from '../../src/values'

/** What the tracking API needs of the workbench. */
interface Tracked {
  writeKey: string
  now: () => number
  /** Takes events in as they would be delivered. Rejects with an HTTPException when it can't. */
  accept: (events: readonly object[]) => Promise<void>
  /** Is told of each call that was refused, and why. */
  onRefused: (path: string, reason: string) => void
}

/** Bytes of a request, also when it is compressed. Segment's own limit is 500 KB; a hostile trait may be larger. */
const MAX_BODY = 10 * 1024 * 1024

/** The calls of Segment's HTTP API, and the short paths that analytics.js uses for them. */
const TYPES = new Map(
  ['identify', 'track', 'page', 'screen', 'group', 'alias'].flatMap((type) => [
    [type, type],
    [type[0], type]
  ])
)
const BATCHES = ['batch', 'b', 'import']

/**
 * Segment's tracking API: what any Segment library sends its calls to. Web pages of other origins may use it, since
 * that is what analytics.js does; the write key tells whose events they are.
 */
export function createTracking(tracked: Tracked): Hono {
  const tracking = new Hono()
  // A page on the internet asks the browser for leave to talk to this machine.
  tracking.use(async (context, next) => {
    await next()
    context.header('access-control-allow-private-network', 'true')
  })
  tracking.use(cors({ origin: '*', allowMethods: ['GET', 'POST'], maxAge: 600 }))

  // analytics.js asks for its settings first. These send all calls here, and nothing to anybody else.
  tracking.get('/projects/:writeKey/settings', (context) => {
    const writeKey = context.req.param('writeKey')
    if (!equalSecrets(writeKey, tracked.writeKey)) {
      throw new HTTPException(404, { message: 'There is no source of this write key' })
    }
    const { host, protocol } = new URL(context.req.url)
    return context.json({
      integrations: { 'Segment.io': { apiKey: writeKey, apiHost: `${host}/v1`, protocol: protocol.replace(':', '') } },
      plan: { track: { __default: { enabled: true, integrations: {} } } },
      metrics: { sampleRate: 0 }
    })
  })

  // The library's own measurements are no events.
  tracking.post('/m', (context) => context.json({ success: true }))

  tracking.post('/:call', async (context) => {
    const call = context.req.param('call')
    const type = TYPES.get(call)
    if (type === undefined && !BATCHES.includes(call)) {
      throw new HTTPException(404, { message: `Segment has no call ${JSON.stringify(call.slice(0, 50))}` })
    }
    const body = await readCall(context.req.raw)
    const given = keyIn(context.req.header('authorization')) ?? body.writeKey
    if (typeof given !== 'string' || !equalSecrets(given, tracked.writeKey)) {
      const message = 'The write key is not that of this workbench: copy it again from its page'
      throw new HTTPException(401, { message })
    }
    const events = type === undefined ? messagesIn(body) : [{ ...body, type }]
    await tracked.accept(events.map((event) => asDelivered(event, body.sentAt, tracked.now())))
    return context.json({ success: true })
  })
  tracking.onError((error, context) => {
    if (error instanceof HTTPException) {
      tracked.onRefused(context.req.path, error.message)
      if ([429, 503].includes(error.status)) {
        context.header('retry-after', '1')
      }
      return context.json({ success: false, message: error.message }, error.status)
    }
    throw error
  })
  return tracking
}

/** Messages of a batch, and characters that its context and integrations may take when they are in each of them. */
const MAX_MESSAGES = 20_000
const MAX_COMMON = 64 * 1024 * 1024

/** The messages of a batch. Its context and integrations are merged into each of them. */
function messagesIn({ batch, context, integrations }: Record<string, unknown>): Record<string, unknown>[] {
  if (!Array.isArray(batch)) {
    throw new HTTPException(400, { message: 'A batch has an array "batch"' })
  }
  const common = JSON.stringify({ context, integrations }).length
  if (batch.length > MAX_MESSAGES || batch.length * common > MAX_COMMON) {
    throw new HTTPException(413, { message: 'The batch is too large; send fewer messages at once' })
  }
  return batch.map((message: unknown, index) => {
    if (!isRecord(message)) {
      throw new HTTPException(400, { message: `batch[${index}] is not an object` })
    }
    return { ...message, ...merged('context', context, message), ...merged('integrations', integrations, message) }
  })
}

function merged(key: string, common: unknown, message: Record<string, unknown>): Record<string, unknown> {
  const own = message[key]
  return isRecord(common) ? { [key]: isRecord(own) ? { ...common, ...own } : own ?? common } : {}
}

/**
 * A message as Segment hands it to a destination: with a message id, and with the times that it sets. The timestamp
 * is corrected by how far the sender's clock is off.
 */
function asDelivered({ writeKey: _, ...message }: Record<string, unknown>, batchSentAt: unknown, now: number): object {
  const sentAt = message.sentAt ?? batchSentAt
  const original = message.originalTimestamp ?? message.timestamp
  const sent = typeof sentAt === 'string' ? Date.parse(sentAt) : NaN
  const created = typeof original === 'string' ? Date.parse(original) : NaN
  const corrected = now - (sent - created)
  const isKnown = Number.isFinite(corrected) && Math.abs(corrected) <= 8.64e15
  return {
    ...message,
    messageId: message.messageId ?? `api-${randomUUID()}`,
    originalTimestamp: original,
    sentAt,
    receivedAt: new Date(now).toISOString(),
    timestamp: isKnown ? new Date(corrected).toISOString() : original ?? new Date(now).toISOString()
  }
}

/** The write key of HTTP's basic authentication: the user's name. */
function keyIn(authorization = ''): string | undefined {
  const [scheme, encoded = ''] = authorization.split(' ')
  return scheme.toLowerCase() === 'basic' ? Buffer.from(encoded, 'base64').toString().split(':')[0] : undefined
}

/** The body of a call, whatever its content type: analytics.js sends JSON as text, so that browsers need not ask. */
async function readCall(request: Request): Promise<Record<string, unknown>> {
  const bytes = await readBytes(request, MAX_BODY)
  const isZipped = request.headers.get('content-encoding') === 'gzip'
  const value = parseBody(isZipped ? unzip(bytes) : bytes)
  if (!isRecord(value)) {
    throw new HTTPException(400, { message: 'The body is not a JSON object' })
  }
  return value
}

function unzip(bytes: Buffer): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_BODY })
  } catch {
    throw new HTTPException(400, { message: 'The body is no gzip, or too large' })
  }
}
