import exampleAccount from '../../examples/account.json'
import { createSandbox } from '../../sandbox'
import { serve } from '../../sandbox/http/serve'
import { createWorkbench, MappingsStore } from '../server'
import type { EventStream } from '../server'
import type { ShownTrace, TraceSummary } from '../server/trace'

const open: (() => Promise<void>)[] = []

/** Ends every workbench that a test has started. */
export async function endAll(): Promise<void> {
  await Promise.all(open.splice(0).map((end) => end()))
}

/** A workbench over a local Ortto that listens. */
export async function startWorkbench({ account = exampleAccount, mappingsFile, stream }: Options = {}) {
  const sandbox = createSandbox({ account, apiKey: 'pau-secret-of-the-test' })
  const { origin, close } = await serve(sandbox.app)
  open.push(close)
  const mappings = await MappingsStore.open(mappingsFile)
  const { app, writeKey } = createWorkbench({ sandbox, origin, mappings, stream })

  const request = (path: string, init: RequestInit = {}) =>
    app.request(`http://127.0.0.1:8020${path}`, {
      ...init,
      headers: { 'content-type': 'application/json', ...(init.headers as Record<string, string>) }
    })
  const send = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await request(path, { method, body: body === undefined ? undefined : JSON.stringify(body) })
    return response.json()
  }

  return {
    app,
    sandbox,
    writeKey,
    request,
    send,
    /** Sends a text, or events, one a line, through the mappings: a summary for each. */
    tryOut: async (...events: (object | string)[]) => {
      const text = events.map((event) => (typeof event === 'string' ? event : JSON.stringify(event))).join('\n')
      const { traces } = (await send('POST', '/api/try', { text })) as { traces: TraceSummary[] }
      return traces
    },
    traceOf: async (id: string) => (await send('GET', `/api/traces/${id}`)) as ShownTrace,
    /** Lets the page's API, and what any Segment library sends to, listen. */
    listen: async () => {
      const served = await serve(app)
      open.push(served.close)
      return served.origin
    }
  }
}

interface Options {
  account?: object
  mappingsFile?: string
  stream?: EventStream
}

/** Ortto rejects activities older than 90 days. */
const RECENT = `${new Date(Date.now() - 24 * 60 * 60_000).toISOString().slice(0, 19)}Z`

export const identify = (members: object = {}) => ({
  type: 'identify',
  userId: 'lana',
  traits: { firstName: 'Lana' },
  ...members
})

export const track = (members: object = {}) => ({
  type: 'track',
  userId: 'lana',
  event: 'Sign-in button clicked',
  timestamp: RECENT,
  properties: { count: 3 },
  ...members
})
