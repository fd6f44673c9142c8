import { createSandbox } from '../../sandbox'
import { serve } from '../../sandbox/serve'
import { Delivery, presetMappings } from '..'
import type { DeliveryOptions, Line, Verdict } from '..'
import type { Time } from '../time'

export const ACCOUNT = {
  plan: { contacts: 100_000 },
  fields: [{ name: 'Name', type: 'text' }],
  traits: { name: 'Name' },
  activities: [{ name: 'Signed up' }]
}

export const identify = (userId: string, members: object = {}) => ({
  type: 'identify',
  userId,
  traits: { name: userId },
  ...members
})
export const track = (userId: string, members: object = {}) => ({
  type: 'track',
  event: 'Signed up',
  userId,
  ...members
})
export const users = (count: number) => Array.from({ length: count }, (_, index) => identify(`u${index}`))

/** Time in which nothing takes long: whoever waits for a moment is there at once. */
export function fastTime(): Time {
  let time = 0
  return {
    now: () => time,
    at: (moment, call) => {
      const handle = setImmediate(() => {
        time = Math.max(time, moment)
        call()
      })
      return () => clearImmediate(handle)
    },
    random: () => 0.5
  }
}

/** An event as it stands in a file. */
export const lineOf = (event: object) => ({ event: event as never, text: JSON.stringify(event) })

/** Events as lines of a file, in one go. */
export async function* linesOf(events: readonly object[]): AsyncGenerator<Line[]> {
  yield await Promise.resolve(
    events.map((event, index) => ({ file: 'events.ndjson', line: index + 1, size: 100, ...lineOf(event) }))
  )
}

type Item = Record<string, unknown> & { user_id?: string; traits?: { name?: string } }

/** What an Ortto that a test plays says to the items of a request. */
type Answering = (path: string, items: Item[], key: string | null) => Response | Promise<Response>

/** Delivers events to an Ortto that the test plays, over real HTTP. */
export async function deliverTo(
  answering: Answering,
  events: readonly object[] | AsyncIterable<Line[]>,
  options: Partial<DeliveryOptions> = {}
) {
  const { origin, close } = await serve({
    fetch: async (request: Request) =>
      answering(new URL(request.url).pathname, (await request.json()) as Item[], request.headers.get('authorization'))
  })
  const time = options.time ?? fastTime()
  const delivery = new Delivery({
    to: origin,
    settings: { api_key: 'pau-key' },
    mappings: presetMappings(),
    time,
    ...options
  })
  const verdicts: Verdict[] = []
  let stopped: string | undefined
  try {
    for await (const some of delivery.run(Symbol.asyncIterator in events ? events : linesOf(events))) {
      verdicts.push(...some)
    }
  } catch (error) {
    stopped = (error as Error).message
  } finally {
    await close()
  }
  return { verdicts, stopped, delivery, time, statuses: verdicts.map(({ status }) => status) }
}

/** Delivers events to a sandbox, over real HTTP. */
export async function deliverToSandbox(events: readonly object[], options: Partial<DeliveryOptions> = {}) {
  const { app, account, apiKey } = createSandbox({ account: ACCOUNT })
  const bodies: Item[][] = []
  const result = await deliverTo(
    (path, items) => {
      bodies.push(items)
      const headers = { authorization: `Bearer ${apiKey}` }
      return app.request(path, { method: 'POST', headers, body: JSON.stringify(items) })
    },
    events,
    options
  )
  return { ...result, account, bodies }
}

export const took = () => Response.json({})
export const refusing = (status: number, message = 'Busy', headers: Record<string, string> = {}) =>
  Response.json({ message }, { status, headers })
/** Some items end otherwise than with 200. */
export const except = (errors: { index: number; status: number; message: string }[]) =>
  errors.length > 0 ? Response.json({ errors }, { status: 207 }) : took()
