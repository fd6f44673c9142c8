import { randomUUID } from 'crypto'
import { Hono } from 'hono'
import { cors } from 'hono/cors'
import { HTTPException } from 'hono/http-exception'
import { gunzipSync } from 'zlib'
import { equalSecrets } from '../../common/equal-secrets'
import { quoteLargeNumbers } from '../../common/quote-large-numbers'
import { correctTimestamp, repairObjects, withCommon } from '../../delivery'
import { parseBody, readBytes } from '../../sandbox/http/body'
import { isRecord } from '../../src/values'

/** The parts of the workbench that the tracking API uses. */
interface TrackingOptions {
  writeKey: string
  now: () => number
  /** Queues events, as Segment would deliver them. Throws an HTTPException when the call is rejected. */
  accept: (events: readonly object[]) => Promise<void>
  /** Called for each rejected call, with the reason. */
  onRejected: (path: string, reason: string) => void
}

/** Bytes of a request after decompression. Segment's limit is 500 KB, but tests may use larger traits. */
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
 * Segment's tracking API, for any Segment library. Web pages of other origins may use it, because analytics.js does.
 * The write key authenticates the sender.
 */
export function createTracking(options: TrackingOptions): Hono {
  const tracking = new Hono()
  // Browsers require this header for requests from the internet to this machine.
  tracking.use(async (context, next) => {
    await next()
    context.header('access-control-allow-private-network', 'true')
  })
  tracking.use(cors({ origin: '*', allowMethods: ['GET', 'POST'], maxAge: 600 }))

  // analytics.js requests its settings first. With these settings it sends all calls to this server only.
  tracking.get('/projects/:writeKey/settings', (context) => {
    const writeKey = context.req.param('writeKey')
    if (!equalSecrets(writeKey, options.writeKey)) {
      throw new HTTPException(404, { message: 'There is no source with this write key' })
    }
    const { host, protocol } = new URL(context.req.url)
    return context.json({
      integrations: { 'Segment.io': { apiKey: writeKey, apiHost: `${host}/v1`, protocol: protocol.replace(':', '') } },
      plan: { track: { __default: { enabled: true, integrations: {} } } },
      metrics: { sampleRate: 0 }
    })
  })

  // Metrics of the library are not events.
  tracking.post('/m', (context) => context.json({ success: true }))

  tracking.post('/:call', async (context) => {
    const call = context.req.param('call')
    const type = TYPES.get(call)
    if (type === undefined && !BATCHES.includes(call)) {
      throw new HTTPException(404, { message: `Segment has no call ${JSON.stringify(call.slice(0, 50))}` })
    }
    const body = await readCall(context.req.raw)
    const writeKey = keyIn(context.req.header('authorization')) ?? body.writeKey
    if (typeof writeKey !== 'string' || !equalSecrets(writeKey, options.writeKey)) {
      const message = 'The write key is not the one of this workbench: copy it from the page again'
      throw new HTTPException(401, { message })
    }
    const events = type === undefined ? messagesIn(body) : [{ ...body, type }]
    await options.accept(events.map((event) => asDelivered(event, options.now())))
    return context.json({ success: true })
  })
  tracking.onError((error, context) => {
    if (error instanceof HTTPException) {
      options.onRejected(context.req.path, error.message)
      if ([429, 503].includes(error.status)) {
        context.header('retry-after', '1')
      }
      return context.json({ success: false, message: error.message }, error.status)
    }
    throw error
  })
  return tracking
}

/** Messages of a batch, and characters of its context and integrations when they are copied to each message. */
const MAX_MESSAGES = 20_000
const MAX_COMMON = 64 * 1024 * 1024

/** The messages of a batch, each with what the batch says of all of them. */
function messagesIn(body: Record<string, unknown>): Record<string, unknown>[] {
  const { batch, context, integrations } = body
  if (!Array.isArray(batch)) {
    throw new HTTPException(400, { message: 'A batch needs an array "batch"' })
  }
  const common = JSON.stringify({ context, integrations }).length
  if (batch.length > MAX_MESSAGES || batch.length * common > MAX_COMMON) {
    throw new HTTPException(413, { message: 'The batch is too large. Send fewer messages at once.' })
  }
  return batch.map((message: unknown, index) => {
    if (!isRecord(message)) {
      throw new HTTPException(400, { message: `batch[${index}] is not an object` })
    }
    return withCommon(body, message)
  })
}

/**
 * A message as Segment passes it to a destination, with a message ID and the times that Segment sets. The timestamp is
 * corrected for the error of the sender's clock.
 */
function asDelivered({ writeKey: _, ...message }: Record<string, unknown>, now: number): object {
  const originalTimestamp = message.originalTimestamp ?? message.timestamp
  const receivedAt = new Date(now).toISOString()
  const event = {
    ...message,
    messageId: message.messageId ?? `api-${randomUUID()}`,
    originalTimestamp,
    receivedAt,
    timestamp: correctTimestamp({ ...message, originalTimestamp, receivedAt }) ?? originalTimestamp ?? receivedAt
  }
  return repairObjects(event)?.event ?? event
}

/** The write key of HTTP's basic authentication: the user's name. */
function keyIn(authorization = ''): string | undefined {
  const [scheme, encoded = ''] = authorization.split(' ')
  return scheme.toLowerCase() === 'basic' ? Buffer.from(encoded, 'base64').toString().split(':')[0] : undefined
}

/** The body of a call, of any content type: analytics.js sends JSON as text to avoid a CORS preflight. */
async function readCall(request: Request): Promise<Record<string, unknown>> {
  const bytes = await readBytes(request, MAX_BODY)
  const isZipped = request.headers.get('content-encoding') === 'gzip'
  const body = isZipped ? unzip(bytes) : bytes
  const value = parseBody(body, (text) => JSON.parse(quoteLargeNumbers(text)))
  if (!isRecord(value)) {
    throw new HTTPException(400, { message: 'The body is not a JSON object' })
  }
  return value
}

function unzip(bytes: Buffer): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_BODY })
  } catch {
    throw new HTTPException(400, { message: 'The body is not valid gzip, or too large' })
  }
}
