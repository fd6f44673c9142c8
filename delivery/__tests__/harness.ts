import { Readable } from 'stream'
import { createSandbox } from '../../sandbox'
import { serve } from '../../sandbox/http/serve'
import { Delivery, presetMappings, readEvents } from '..'
import type { DeliveryOptions, EventReport, MappingResult, ReadItem } from '..'
import type { Time } from '../engine/time'

export const ACCOUNT = {
  plan: { contacts: 100_000 },
  fields: [{ name: 'Name', type: 'text' }],
  traits: { name: 'Name' },
  activities: [{ name: 'Signed up', retentionDays: 'for ever' }]
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

/** A clock that jumps: whoever waits for a time gets there at once. */
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

/** Random numbers from 0 to 1, the same for the same seed. */
export function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    // A linear congruential generator, with the constants of "Numerical Recipes"
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32
    return state / 2 ** 32
  }
}

/** An event as it was read from a line of a file. */
export const itemOf = (line: number, event: object, size = 100, file = 'events.ndjson'): ReadItem => ({
  source: { kind: 'file', file, line, place: line },
  size,
  event: event as never,
  raw: JSON.stringify(event)
})

/** Events as lines of a file, in one list. */
export async function* itemsOf(events: readonly object[]): AsyncGenerator<ReadItem[]> {
  yield await Promise.resolve(events.map((event, index) => itemOf(index + 1, event)))
}

/** What is read of a file with these lines. */
export async function readLines(...lines: string[]): Promise<ReadItem[]> {
  const items: ReadItem[] = []
  const open = () => Readable.from([Buffer.from(lines.join('\n'))])
  for await (const list of readEvents({ name: 'events.ndjson', path: '/unused' }, { open })) {
    items.push(...list)
  }
  return items
}

/** The report of an event on a line of a file: delivered, unless the results say something else. */
export function reportOf(
  line: number,
  results: Partial<MappingResult>[] = [{}],
  members: Partial<EventReport> = {},
  file = 'a'
): EventReport {
  const [contacts] = presetMappings()
  const event = identify(`u${line}`, { messageId: `m${line}` })
  return {
    source: { kind: 'file', file, line, place: line },
    size: 100,
    raw: JSON.stringify(event),
    event: event as never,
    messageId: `m${line}`,
    results: results.map((result) => ({
      mapping: contacts,
      outcome: 'delivered',
      code: 'processed',
      status: 200,
      isRetryable: false,
      message: 'Processed by Ortto.',
      item: {},
      isRecognizable: true,
      ...result
    })),
    ...members
  }
}

/** A report as rows: one for each result, or for the reason that there is none. */
function rowsOf({ source, raw, problem, skipped, results }: EventReport) {
  const place = source.kind === 'file' ? { file: source.file, line: source.line } : {}
  const reasons = [problem, skipped].flatMap((reason) => reason ?? [])
  const rows: (Partial<MappingResult> & { file?: string; line?: number; raw?: string; reason?: string })[] = [
    ...reasons.map(({ code, message }) => ({ ...place, raw, reason: code, message })),
    ...results.map((result) => ({ ...place, raw, ...result }))
  ]
  return rows
}

type Item = Record<string, unknown> & { user_id?: string; traits?: { name?: string } }

/** What an Ortto that a test plays says to the items of a request. */
type Answering = (path: string, items: Item[], key: string | null) => Response | Promise<Response>

/** Delivers events to an Ortto that the test plays, over real HTTP. */
export async function deliverTo(
  answering: Answering,
  events: readonly object[] | AsyncIterable<ReadItem[]>,
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
  const reports: EventReport[] = []
  let stopped: string | undefined
  try {
    for await (const list of delivery.run(Symbol.asyncIterator in events ? events : itemsOf(events))) {
      reports.push(...list)
    }
  } catch (error) {
    stopped = (error as Error).message
  } finally {
    await close()
  }
  const rows = reports.flatMap(rowsOf)
  return { reports, rows, stopped, delivery, time, statuses: rows.map(({ status }) => status) }
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
