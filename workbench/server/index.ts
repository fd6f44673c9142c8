import { createHmac } from 'crypto'
import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { Line } from '../../delivery'
import type { Sandbox } from '../../sandbox'
import { refuseOtherHosts, refuseStrangers } from '../../sandbox/strangers'
import { createApi } from './api'
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
export function createWorkbench({ sandbox, origin, mappings, pageFolder }: WorkbenchOptions) {
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
  const accept = (events: readonly object[]) => {
    if (waiting.length + events.length > MAX_WAITING) {
      return false
    }
    waiting = [...waiting, ...events.map(lineOf)]
    if (!isSending) {
      void sendAll()
    }
    return true
  }

  const writeKey = writeKeyFor(sandbox.apiKey)
  const app = new Hono()
  app.use(async (context, next) => {
    refuseOtherHosts(context.req.raw)
    await next()
  })
  app.route('/v1', createTracking({ writeKey, now, accept }))
  app.use('/api/*', async (context, next) => {
    refuseStrangers(context.req.raw)
    await next()
  })
  const api = { origin, apiKey: () => sandbox.apiKey, writeKey, mappings, pipeline, tried, live, feed }
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
