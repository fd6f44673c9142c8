import { createServer } from 'http'
import type { AddressInfo } from 'net'
import { presetMappings } from '../../delivery'
import type { DeliveryOptions } from '../../delivery'
import { createSandbox } from '../../sandbox'
import { serve } from '../../sandbox/http/serve'
import { OrttoSink, Service } from '..'
import type { Sink } from '..'

export const WRITE_KEY = 'write-key-of-the-test'

const ACCOUNT = {
  plan: { contacts: 100_000 },
  dataSource: { apiKey: 'pau-key' },
  fields: [{ name: 'Name', type: 'text' }],
  traits: { name: 'Name' },
  activities: [{ name: 'Signed up' }]
}

export const identify = (userId: string, members: object = {}) => ({
  type: 'identify',
  userId,
  messageId: `m-${userId}`,
  traits: { name: userId },
  ...members
})

/** The body of a response */
interface Body {
  success: boolean
  code?: string
  results?: { messageId?: string; status: number; outcome: string; code: string; message: string }[]
}

type ServiceOptions = Partial<ConstructorParameters<typeof Service>[0]>

interface TestOptions extends ServiceOptions {
  delivery?: Partial<DeliveryOptions>
  /** Responds in the place of the local Ortto. Undefined lets the local Ortto respond. */
  respond?: (items: { user_id?: string }[]) => Response | undefined | Promise<Response | undefined>
}

const running: (() => Promise<void>)[] = []

/** Ends everything that `startService` started. */
export async function endAll(): Promise<void> {
  await Promise.all(running.splice(0).map((end) => end()))
}

/** Starts a service in front of a local Ortto. */
export async function startService({ delivery, respond, ...options }: TestOptions = {}) {
  const sandbox = createSandbox({ account: ACCOUNT })
  /** The user IDs in each request to Ortto */
  const requests: (string | undefined)[][] = []
  const ortto = await serve({
    fetch: async (request: Request, env) => {
      const items = (await request.clone().json()) as { user_id?: string }[]
      requests.push(items.map(({ user_id }) => user_id))
      return (await respond?.(items)) ?? sandbox.app.fetch(request, env)
    }
  })
  const sink: Sink =
    options.sink ??
    new OrttoSink({
      delivery: { to: ortto.origin, settings: { api_key: 'pau-key' }, mappings: presetMappings(), ...delivery }
    })
  const errors: unknown[] = []
  const service = new Service({ sink, writeKey: WRITE_KEY, onError: (error) => errors.push(error), ...options })
  const server = createServer((request, response) => void service.handle(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  running.push(async () => {
    server.close()
    server.closeAllConnections()
    await ortto.close()
    await service.drain()
    await sink.close()
  })
  const authorization = `Basic ${Buffer.from(`${WRITE_KEY}:`).toString('base64')}`
  const origin = `http://127.0.0.1:${port}`
  /** Sends a body, as JSON unless it is a text or bytes. */
  const post = async (path: string, body: unknown, init: RequestInit = {}) => {
    const isRaw = typeof body === 'string' || Buffer.isBuffer(body)
    const response = await fetch(`${origin}${path}`, {
      method: 'POST',
      body: isRaw ? (body as string) : JSON.stringify(body),
      ...init,
      headers: { authorization, ...(init.headers as Record<string, string>) }
    })
    const retryAfter = response.headers.get('retry-after')
    return { status: response.status, retryAfter, body: (await response.json()) as Body }
  }
  return { service, sandbox, requests, errors, origin, port, authorization, post }
}

/** A promise, and the function that resolves it. */
export function defer() {
  let resolve: () => void = () => undefined
  const promise = new Promise<void>((done) => (resolve = done))
  return { promise, resolve }
}
