import type { SegmentEvent } from '@segment/actions-core'
import { createHmac } from 'crypto'
import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { isNativeError } from 'util/types'
import type { Line } from '../../delivery'
import type { Sandbox } from '../../sandbox'
import { refuseOtherHosts, refuseStrangers } from '../../sandbox/strangers'
import { clip } from '../../src/values'
import { createApi } from './api'
import type { RefusedCalls } from './api'
import { Feed } from './feed'
import type { MappingsStore } from './mappings-store'
import { createPage } from './page'
import { Pipeline } from './pipeline'
import { Traces } from './traces'
import { createTracking } from './tracking'

export { MappingsStore } from './mappings-store'
export { PageNotBuilt } from './page'

export interface WorkbenchOptions {
  sandbox: Sandbox
  /** Where the sandbox listens */
  origin: string
  mappings: MappingsStore
  /** Where the page was built to; without it there is only the API. */
  pageFolder?: string
  /** Where the events of the tracking API go besides, such as the stream from which workers deliver. */
  stream?: EventStream
}

/** Takes events, each for good once it is published. A publisher of the stream room is one. */
export interface EventStream {
  publish: (event: SegmentEvent, line: { text: string }) => Promise<unknown>
  /** Why it takes nothing at the moment */
  readonly waitsFor?: string
}

/** Events that wait to be sent. More are refused until there is room. */
const MAX_WAITING = 20_000
/** Events of the tracking API that are sent in one go. */
const MAX_AT_ONCE = 2000

/**
 * The workbench: a page over a local Ortto, its API, and Segment's tracking API, as a function from request to
 * response.
 * @throws PageNotBuilt
 */
export function createWorkbench({ sandbox, origin, mappings, pageFolder, stream }: WorkbenchOptions) {
  const now = () => Date.now()
  const pipeline = new Pipeline({ origin, settings: () => ({ api_key: sandbox.apiKey }), now })
  const tried = new Traces()
  const live = new Traces()
  const feed = new Feed(live)
  sandbox.watch((taken) => pipeline.exchanges.note(taken))
  sandbox.onChange(() => feed.tell('ortto'))

  let waiting: Line[] = []
  let isSending = false
  const sendAll = async () => {
    isSending = true
    while (waiting.length > 0) {
      const lines = waiting.splice(0, MAX_AT_ONCE)
      live.add(await pipeline.run(lines, mappings.mappings))
    }
    isSending = false
  }
  const accept = async (events: readonly object[]) => {
    if (waiting.length + events.length > MAX_WAITING) {
      throw new HTTPException(429, { message: 'Too many events wait; send them again in a second' })
    }
    if (stream?.waitsFor !== undefined) {
      throw new HTTPException(503, { message: `Send them again in a second: ${stream.waitsFor}` })
    }
    const lines = events.map(lineOf)
    waiting = [...waiting, ...lines]
    if (!isSending) {
      void sendAll()
    }
    await (stream && publishAll(lines, stream))
  }

  const refused: RefusedCalls = { count: 0 }
  const onRefused = (path: string, reason: string) => {
    refused.count += 1
    refused.last = { time: new Date(now()).toISOString(), path: clip(path, 100), reason }
    feed.tell('refused')
  }

  const writeKey = writeKeyFor(sandbox.apiKey)
  const app = new Hono()
  app.use(async (context, next) => {
    refuseOtherHosts(context.req.raw)
    await next()
  })
  app.route('/v1', createTracking({ writeKey, now, accept, onRefused }))
  app.use('/api/*', async (context, next) => {
    refuseStrangers(context.req.raw)
    await next()
  })
  const api = { origin, apiKey: () => sandbox.apiKey, writeKey, mappings, pipeline, tried, live, refused, feed }
  app.route('/api', createApi(api))
  app.all('/sandbox/*', (context) => sandbox.app.fetch(context.req.raw, context.env))
  app.all('/api/*', (context) => context.json({ message: `There is nothing at ${context.req.path}` }, 404))
  if (pageFolder !== undefined) {
    app.route('/', createPage(pageFolder))
  }
  app.onError((error, context) => {
    if (error instanceof HTTPException) {
      return context.json({ message: error.message }, error.status)
    }
    throw error
  })
  return { app, writeKey }
}

/**
 * Puts events into a stream. Each is taken or not by itself.
 * @throws HTTPException 413 when the stream did not take some of them
 */
async function publishAll(lines: readonly Line[], stream: EventStream): Promise<void> {
  const events = lines.flatMap((line) => ('event' in line ? [line] : []))
  const problems = await Promise.all(
    events.map((line) =>
      stream.publish(line.event, line).then(
        () => undefined,
        (error: unknown) => (isNativeError(error) ? error.message : String(error))
      )
    )
  )
  const refused = problems.filter((problem) => problem !== undefined)
  if (refused.length > 0) {
    const first = problems.findIndex((problem) => problem !== undefined)
    const message = `${refused.length} of ${events.length} events are not in the stream, the others are.`
    throw new HTTPException(413, { message: `${message} Number ${first + 1}: ${refused[0]}` })
  }
}

/** Whoever knows a write key can send events, and nothing else. It stays the same as long as the API key does. */
function writeKeyFor(apiKey: string): string {
  return createHmac('sha256', apiKey).update('write key').digest('hex').slice(0, 32)
}

function lineOf(event: object): Line {
  const text = JSON.stringify(event)
  const place = { file: 'live', line: 0, size: text.length, text }
  return 'type' in event && typeof event.type === 'string'
    ? { ...place, event: event as Extract<Line, { event: unknown }>['event'] }
    : { ...place, problem: 'This message has no "type", such as "track", so it is no event.' }
}
