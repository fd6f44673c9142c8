import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { HTTPException } from 'hono/http-exception'
import { validator } from 'hono/validator'
import { z } from 'zod'
import { AudienceError, connectAudience, definitionFor, readEvents } from '../../delivery'
import type { ReadItem } from '../../delivery'
import type { Sandbox } from '../../sandbox'
import { ACTIONS } from '../../delivery/mapping/mapping-fields'
import { inShape } from '../../delivery'
import { MAX_MAPPINGS } from '../../delivery/mapping/mappings'
import type { Causes } from './causes'
import { DESTINATION, showActions } from './definition'
import { listExamples } from './examples'
import type { Feed } from './feed'
import type { RejectedCalls } from './live'
import { listLog, listUpdates } from './log'
import { presets, readImported } from './mappings-store'
import type { MappingsStore } from './mappings-store'
import type { Pipeline } from './pipeline'
import { EditedMapping, previewOf } from './preview'
import { showTrace } from './trace'
import type { Traces } from './traces'

/** The parts of the workbench that the page's API uses. */
interface ApiOptions {
  /** The URL of the local Ortto */
  origin: string
  apiKey: () => string
  writeKey: string
  mappings: MappingsStore
  pipeline: Pipeline
  tried: Traces
  live: Traces
  rejected: RejectedCalls
  /** Clears the live events, and forgets their message IDs. */
  clearLive: () => void
  feed: Feed
  sandbox: Sandbox
  causes: Causes
}

/** Bytes of a request, such as a pasted batch */
const MAX_BODY = 32 * 1024 * 1024
/** Events in one request */
const MAX_LINES = 10_000

/** The page's own API: JSON, and server-sent events. */
export function createApi(options: ApiOptions) {
  const { mappings, tried, live, feed } = options
  const api = new Hono().use(
    bodyLimit({
      maxSize: MAX_BODY,
      onError: () => {
        throw new HTTPException(413, { message: 'The text is larger than 32 MiB. Use ortto deliver for large files.' })
      }
    })
  )
  return api
    .get('/setup', (context) =>
      context.json({
        destination: DESTINATION,
        actions: showActions(),
        examples: listExamples(Date.now()),
        writeKey: options.writeKey,
        apiKey: options.apiKey(),
        ortto: options.origin,
        mappingsFile: mappings.path ?? null,
        maxMappings: MAX_MAPPINGS
      })
    )
    .get('/mappings', (context) => context.json({ mappings: mappings.mappings, presets: presets() }))
    .put('/mappings', json(z.object({ mappings: z.unknown(), base: z.unknown().optional() })), async (context) => {
      const { mappings: changed, base } = context.req.valid('json')
      const problems = await mappings.save(changed, base)
      if (problems.length === 0) {
        feed.notify('mappings')
      }
      return context.json({ problems, mappings: mappings.mappings })
    })
    .post('/mappings/check', json(z.object({ mappings: z.unknown() })), (context) =>
      context.json(readImported(context.req.valid('json').mappings))
    )
    .post('/mappings/preview', json(z.object({ mapping: EditedMapping, events: z.array(z.unknown()) })), (context) => {
      const { mapping, events } = context.req.valid('json')
      return context.json(previewOf(mapping, events))
    })
    .get('/mappings/file', (context) => {
      const shape = context.req.query('shape') === 'segment' ? 'segment' : 'framework'
      return context.body(`${JSON.stringify(inShape(mappings.mappings, shape), null, 2)}\n`, 200, {
        'content-type': 'application/json',
        'content-disposition': 'attachment; filename="mappings.json"'
      })
    })
    .post('/audience', json(z.object({ name: z.string() })), async (context) => {
      return context.json(await connectByName(options, context.req.valid('json').name))
    })
    .post('/try', json(z.object({ text: z.string() })), async (context) => {
      const lines = await readText(context.req.valid('json').text)
      const traces = tried.add(await options.pipeline.run(lines, mappings.mappings))
      feed.notify('ortto')
      return context.json({ traces })
    })
    .get('/traces/:id', (context) => {
      const id = context.req.param('id')
      const trace = tried.get(id) ?? live.get(id)
      if (!trace) {
        throw new HTTPException(404, { message: 'This event is no longer stored. Send it again to inspect it.' })
      }
      return context.json(showTrace(trace))
    })
    .get('/log', (context) => context.json(listLog(options.sandbox, options.causes, { tried, live })))
    .get('/contacts/:number/updates', (context) =>
      context.json(listUpdates(options.causes, { tried, live }, Number(context.req.param('number'))))
    )
    .get('/live/rejected', (context) => context.json(options.rejected))
    .delete('/live', (context) => {
      options.clearLive()
      feed.notify('cleared')
      return context.json({ traces: 0 })
    })
    .get('/feed', (context) => feed.stream(context))
}

/** For Hono's typed client */
export type Api = ReturnType<typeof createApi>

/** Validates a JSON body. The error response says what is wrong with it. */
function json<Body>(schema: z.ZodType<Body>) {
  return validator('json', (value): Body => {
    const { data, error } = schema.safeParse(value)
    if (error) {
      throw new HTTPException(400, { message: z.prettifyError(error) })
    }
    return data
  })
}

/** Reads events as they stand in files: JSON values on any number of lines. */
async function readText(text: string): Promise<ReadItem[]> {
  const items: ReadItem[] = []
  const bytes = Buffer.from(text)
  // `readEvents` reads streams, such as files.
  const open = async function* () {
    yield await Promise.resolve(bytes)
  }
  for await (const list of readEvents({ name: 'pasted', path: 'pasted' }, { open })) {
    items.push(...list)
    if (items.length > MAX_LINES) {
      throw new HTTPException(413, {
        message: `The text has more than ${MAX_LINES} events. Use ortto deliver for large files.`
      })
    }
  }
  return items
}

/** Connects a mapping to an audience, as Segment does when a customer saves the mapping. */
async function connectByName({ origin, apiKey }: ApiOptions, name: string) {
  // Every action has the same hook.
  const [action] = Object.keys(ACTIONS)
  const hook = { action, hook: 'onMappingSave' } as const
  try {
    const { outputs, message } = await connectAudience(definitionFor(origin), { api_key: apiKey() }, name, hook)
    return { error: null, outputs: outputs ?? null, message: message ?? null }
  } catch (error) {
    if (error instanceof AudienceError) {
      return { error: error.message, outputs: null, message: null }
    }
    throw error
  }
}
