import { createHmac } from 'crypto'
import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { Sandbox } from '../../sandbox'
import { requireLocalHost, requireSameOrigin } from '../../sandbox/http/guards'
import { createApi } from './api'
import { Causes } from './causes'
import { Feed } from './feed'
import { Live } from './live'
import type { EventStream } from './live'
import type { MappingsStore } from './mappings-store'
import { createPage } from './page'
import { Pipeline } from './pipeline'
import type { TracedItem } from './trace'
import { Traces } from './traces'
import { createTracking } from './tracking'

export type { EventStream } from './live'
export { MappingsStore } from './mappings-store'
export { PageNotBuilt } from './page'

interface WorkbenchOptions {
  sandbox: Sandbox
  /** The URL of the sandbox */
  origin: string
  mappings: MappingsStore
  /** The folder of the built page. Without it, only the API is served. */
  pageFolder?: string
  /** Where the events of the tracking API are also published, such as a stream for workers. */
  stream?: EventStream
}

/**
 * Creates the workbench: a page for a local Ortto, the API of the page, and Segment's tracking API. The result is a
 * function from request to response.
 * @throws PageNotBuilt
 */
export function createWorkbench({ sandbox, origin, mappings, pageFolder, stream }: WorkbenchOptions) {
  const now = () => Date.now()
  const pipeline = new Pipeline({ origin, settings: () => ({ api_key: sandbox.apiKey }), now })
  const tried = new Traces()
  const traces = new Traces()
  const feed = new Feed(traces)
  const causes = new Causes(sandbox)
  sandbox.onItemProcessed((item) => {
    pipeline.exchanges.addProcessedItem(item)
    causes.add(item)
  })
  traces.onAdd(() => feed.notify('ortto'))
  sandbox.onChange(() => feed.notify('ortto'))

  const run = (items: readonly TracedItem[]) => pipeline.run(items, mappings.mappings)
  const live = new Live({ traces, run, stream, now })
  const onRejected = (path: string, reason: string) => {
    live.recordRejectedCall(path, reason)
    feed.notify('rejected')
  }

  const writeKey = deriveWriteKey(sandbox.apiKey)
  const app = new Hono()
  // Devices, containers and tunnels reach the tracking API by other names of this machine.
  app.route('/v1', createTracking({ writeKey, now, accept: (events) => live.accept(events), onRejected }))
  app.use(async (context, next) => {
    requireLocalHost(context.req.raw)
    await next()
  })
  app.use('/api/*', async (context, next) => {
    requireSameOrigin(context.req.raw)
    await next()
  })
  const api = {
    origin,
    apiKey: () => sandbox.apiKey,
    writeKey,
    mappings,
    pipeline,
    tried,
    live: traces,
    rejected: live.rejected,
    clearLive: () => live.clear(),
    feed,
    sandbox,
    causes
  }
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

/** A write key allows sending events, and nothing else. It only changes with the API key. */
function deriveWriteKey(apiKey: string): string {
  return createHmac('sha256', apiKey).update('write key').digest('hex').slice(0, 32)
}
