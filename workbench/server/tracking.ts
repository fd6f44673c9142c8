import { Hono } from 'hono'
import type { Context } from 'hono'
import { cors } from 'hono/cors'
import { HTTPException } from 'hono/http-exception'
import { equalSecrets } from '../../common/equal-secrets'
import { GunzipError, gunzipLimited } from '../../common/gunzip'
import { quoteLargeNumbers } from '../../common/quote-large-numbers'
import { isTrackingCall, readTrackingCall, TrackingCallError } from '../../delivery'
import { parseBody, readBytes } from '../../sandbox/http/body'
import { isRecord } from '../../src/values'
import type { ReceivedEvent } from './live'

/** The parts of the workbench that the tracking API uses. */
interface TrackingOptions {
  writeKey: string
  now: () => number
  /** Queues events, as Segment would deliver them. Throws an HTTPException when the call is rejected. */
  accept: (events: readonly ReceivedEvent[]) => Promise<void>
  /** Called for each rejected call, with the reason. */
  onRejected: (path: string, reason: string) => void
}

/** Segment's limits, of the decompressed body. Segment responds with 400 to larger bodies. */
const MAX_CALL_BYTES = 32 * 1024
const MAX_BATCH_BYTES = 500 * 1024
/** Events of a batch that Segment accepts. It drops the others, and responds with 200. */
const MAX_BATCH_EVENTS = 2500

/** A transparent image of one pixel */
const GIF = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64')

/**
 * Segment's tracking API, for any Segment library, by any host name. Web pages of other origins may use it, because
 * analytics.js does. The write key authenticates the sender. Source of the limits and responses: Segment's
 * documentation of the HTTP API source.
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

  // A browser shows whatever the response is, so problems are only reported on the page.
  tracking.get('/pixel/:call', async (context) => {
    try {
      const bytes = Buffer.from(context.req.query('data') ?? '', 'base64')
      await acceptCall(context, options, parseCall(bytes, MAX_CALL_BYTES))
    } catch (error) {
      if (!(error instanceof HTTPException)) {
        throw error
      }
      options.onRejected(context.req.path, error.message)
    }
    return context.body(new Uint8Array(GIF), 200, { 'content-type': 'image/gif', 'cache-control': 'no-store' })
  })

  tracking.post('/:call', async (context) => {
    await acceptCall(context, options, await readCall(context, options.writeKey))
    return context.json({ success: true })
  })
  tracking.all('*', (context) => {
    throw new HTTPException(404, { message: `Segment has no ${context.req.method} ${context.req.path}` })
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

/** Queues the events of a call. The write key is in a header or in the body. */
async function acceptCall(context: Context, options: TrackingOptions, body: Record<string, unknown>): Promise<void> {
  const call = callOf(context)
  checkKey(keyIn(context) ?? body.writeKey, options.writeKey)
  const { batch } = body
  if (Array.isArray(batch) && batch.length > MAX_BATCH_EVENTS) {
    const count = batch.length - MAX_BATCH_EVENTS
    const reason = `Segment accepts ${MAX_BATCH_EVENTS} events in a batch: the last ${count} were dropped`
    options.onRejected(context.req.path, reason)
  }
  await options.accept(readEvents(call, body, options.now()))
}

function readEvents(call: string, body: Record<string, unknown>, now: number): ReceivedEvent[] {
  const batch: unknown[] | undefined = Array.isArray(body.batch) ? body.batch.slice(0, MAX_BATCH_EVENTS) : undefined
  try {
    const events = readTrackingCall(call, batch ? { ...body, batch } : body, now)
    return events.map((event, index) => {
      const sent = batch ? batch[index] : body
      const bytes = Buffer.byteLength(JSON.stringify(sent))
      const message = `This event has ${bytes.toLocaleString('en')} bytes. Segment drops events of more than 32 KB.`
      return {
        event,
        added: Object.keys(event).filter((key) => isRecord(sent) && sent[key] === undefined && key !== 'type'),
        problem: bytes > MAX_CALL_BYTES ? { code: 'too_long', message } : undefined
      }
    })
  } catch (error) {
    if (error instanceof TrackingCallError) {
      throw new HTTPException(400, { message: error.message })
    }
    throw error
  }
}

/** The call of a path, such as `track`. @throws HTTPException 404 */
function callOf({ req }: Context): string {
  const call = req.param('call') ?? ''
  if (!isTrackingCall(call)) {
    throw new HTTPException(404, { message: `Segment has no call ${JSON.stringify(call.slice(0, 50))}` })
  }
  return call
}

/** The write key of HTTP's basic authentication: the user's name. */
function keyIn({ req }: Context): string | undefined {
  const [scheme, encoded = ''] = (req.header('authorization') ?? '').split(' ')
  return scheme.toLowerCase() === 'basic' ? Buffer.from(encoded, 'base64').toString().split(':')[0] : undefined
}

/** @throws HTTPException 401 */
function checkKey(key: unknown, writeKey: string): void {
  if (typeof key !== 'string' || !equalSecrets(key, writeKey)) {
    const message = 'The write key is not the one of this workbench: copy it from the page again'
    throw new HTTPException(401, { message })
  }
}

/**
 * The body of a call, of any content type: analytics.js sends JSON as text to avoid a CORS preflight. A key in the
 * header is checked before the body is read. For a key in the body, at most 500 KB are decompressed and parsed.
 */
async function readCall(context: Context, writeKey: string): Promise<Record<string, unknown>> {
  const { req } = context
  const isBatch = ['batch', 'b', 'import'].includes(callOf(context))
  const key = keyIn(context)
  if (key !== undefined) {
    checkKey(key, writeKey)
  }
  const encoding = (req.header('content-encoding') ?? 'identity').trim().toLowerCase()
  if (encoding !== 'identity' && encoding !== 'gzip') {
    throw new HTTPException(415, { message: 'The content-encoding must be gzip, or none' })
  }
  const maxBytes = isBatch ? MAX_BATCH_BYTES : MAX_CALL_BYTES
  const bytes = await readBytes(req.raw, maxBytes).catch((error: unknown) => {
    throw error instanceof HTTPException && error.status === 413 ? tooLarge(maxBytes) : error
  })
  return parseCall(encoding === 'gzip' ? await unzip(bytes, maxBytes) : bytes, maxBytes)
}

function parseCall(bytes: Buffer, maxBytes: number): Record<string, unknown> {
  if (bytes.length > maxBytes) {
    throw tooLarge(maxBytes)
  }
  const value = parseBody(bytes, (text) => JSON.parse(quoteLargeNumbers(text)))
  if (!isRecord(value)) {
    throw new HTTPException(400, { message: 'The body is not a JSON object' })
  }
  return value
}

async function unzip(bytes: Buffer, maxBytes: number): Promise<Buffer> {
  try {
    return await gunzipLimited(bytes, maxBytes)
  } catch (error) {
    if (!(error instanceof GunzipError)) {
      throw error
    }
    throw error.code === 'too_large'
      ? tooLarge(maxBytes)
      : new HTTPException(400, { message: 'The body is not valid gzip' })
  }
}

/** Segment responds with 400, not 413. */
function tooLarge(maxBytes: number): HTTPException {
  const what = maxBytes === MAX_BATCH_BYTES ? 'a batch' : 'a call'
  return new HTTPException(400, { message: `Segment rejects ${what} of more than ${maxBytes / 1024} KB` })
}
