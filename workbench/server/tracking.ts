import { Hono } from 'hono'
import { cors } from 'hono/cors'
import { HTTPException } from 'hono/http-exception'
import { gunzipSync } from 'zlib'
import { equalSecrets } from '../../common/equal-secrets'
import { quoteLargeNumbers } from '../../common/quote-large-numbers'
import { isTrackingCall, readTrackingCall, TrackingCallError } from '../../delivery'
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
    if (!isTrackingCall(call)) {
      throw new HTTPException(404, { message: `Segment has no call ${JSON.stringify(call.slice(0, 50))}` })
    }
    const body = await readCall(context.req.raw)
    const writeKey = keyIn(context.req.header('authorization')) ?? body.writeKey
    if (typeof writeKey !== 'string' || !equalSecrets(writeKey, options.writeKey)) {
      const message = 'The write key is not the one of this workbench: copy it from the page again'
      throw new HTTPException(401, { message })
    }
    await options.accept(readEvents(call, body, options.now()))
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

function readEvents(call: string, body: Record<string, unknown>, now: number): object[] {
  try {
    return readTrackingCall(call, body, now)
  } catch (error) {
    if (error instanceof TrackingCallError) {
      throw new HTTPException(error.code === 'too_many_events' ? 413 : 400, { message: error.message })
    }
    throw error
  }
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
