import { createTestIntegration } from '@segment/actions-core'
import type { JSONObject, SegmentEvent } from '@segment/actions-core'
import fc from 'fast-check'
import { createServer } from 'http'
import type { IncomingMessage, Server } from 'http'
import type { AddressInfo } from 'net'
import { withRequests } from '../delivery/target/with-requests'
import destination from '../src'
import type { ActionName, Node } from './__helpers__/harness'

/**
 * Any events, any answers of Ortto, over real connections: what an event's result may be is derived here from the bytes
 * that were sent back. It takes RUNS=100000 as `npm run test:nightly`, and repeats a failure with SEED.
 */
const RUNS = Number(process.env.RUNS ?? 2000)
const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))
const MINUTES = 60_000

const SECRET = 'q7Zk2"w\\x9-LmN4'
const SETTINGS = { api_key: `pau-${SECRET}` }
const PROTOTYPE = Reflect.ownKeys(Object.prototype)

/** What comes back for one request, and how the connection goes on. */
type Answer =
  | Complete
  | { kind: 'cut short'; status: number; body: string }
  | { kind: 'junk'; bytes: Uint8Array }
  | Silent

interface Complete {
  kind: 'complete'
  framing: 'length' | 'chunks' | 'end of connection'
  status: number
  headers: readonly (readonly [string, string])[]
  body: string
}

interface CutShort {
  kind: 'cut short'
  status: number
  body: string
}

interface Silent {
  kind: 'reset' | 'silence' | 'standstill'
}

// What events and answers are made of

const text = fc.oneof(
  { weight: 8, arbitrary: fc.string({ unit: 'binary' }) },
  { weight: 4, arbitrary: fc.constantFrom('', ' ', 'u1', '__proto__', 'constructor', '2026-01-05', '::ffff:1.2.3.4') },
  // Half of a character that takes two code units
  { weight: 2, arbitrary: fc.constantFrom('\ud83d', 'a\ude00b') },
  { weight: 1, arbitrary: fc.nat(100_000).map((length) => 'x'.repeat(length)) }
)

const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.constantFrom(null, true, false),
    fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer()),
    text,
    fc.array(tie('json'), { maxLength: 4 }),
    fc
      .array(fc.tuple(fc.oneof(text, fc.constant('__proto__')), tie('json')), { maxLength: 4 })
      .map((members): unknown => Object.fromEntries(members)),
    fc.tuple(fc.nat(500), fc.boolean()).map(([depth, isArray]) => nested(depth, isArray))
  )
}))

function nested(depth: number, isArray: boolean): unknown {
  let value: unknown = 'deep'
  for (let level = 0; level < depth; level += 1) {
    value = isArray ? [value] : { deeper: value }
  }
  return value
}

/** Mostly what belongs there, else anything. */
const mostly = (...usual: unknown[]) =>
  fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...usual) }, { weight: 1, arbitrary: json })

const segmentEvent = fc.record(
  {
    type: fc.constantFrom('identify', 'track'),
    event: mostly('Order Completed'),
    userId: mostly('u1', 'u2', ''),
    anonymousId: mostly('a1', undefined),
    messageId: mostly('m1', 'm2'),
    timestamp: mostly('2026-01-05T01:02:03.456Z', 1_760_000_000),
    context: fc.record(
      {
        ip: mostly('203.0.113.7', '2001:db8::1'),
        traits: mostly({ email: 'lana@example.org' }),
        app: mostly({ namespace: 'ortto.com' }, {}),
        // On a null here the framework fails a whole batch, before it asks the destination.
        personas: fc.record({ computation_class: mostly('audience'), computation_key: mostly('vip') })
      },
      { requiredKeys: [] }
    ),
    traits: mostly({ firstName: 'Lana', address: { city: 'Sydney' }, vip: true }, undefined),
    properties: mostly({ total: 3, vip: false })
  },
  { requiredKeys: ['type', 'context'] }
)

const mapping = fc.constantFrom<JSONObject>(
  {},
  {
    audience_update_mode: 'add',
    onMappingSave: { inputs: {}, outputs: { audience_id: 'aud-1', audience_name: 'VIP' } }
  }
)

const failure = fc.record(
  {
    index: fc.oneof({ weight: 6, arbitrary: fc.nat(5) }, { weight: 1, arbitrary: json }),
    status: fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(200, 206, 400, 401, 413, 422, 429, 500, 503) },
      { weight: 1, arbitrary: json }
    ),
    message: fc.oneof(text, json, fc.constant(`The key ${SETTINGS.api_key} is not mine`))
  },
  { requiredKeys: [] }
)

const readable = fc
  .record({ errors: fc.oneof(fc.array(fc.oneof({ weight: 9, arbitrary: failure }, json), { maxLength: 6 }), json) })
  .map((answer) => JSON.stringify(answer))

const body = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('', ' \r\n', '{}', 'null', '[]', '{"errors":null}', '\ufeff{}') },
  { weight: 6, arbitrary: readable },
  // Cut off where a proxy would, with a length that says nothing of it
  { weight: 1, arbitrary: fc.tuple(readable, fc.nat(200)).map(([whole, length]) => whole.slice(0, length)) },
  { weight: 1, arbitrary: json.map((value) => JSON.stringify(value)) },
  { weight: 1, arbitrary: fc.constantFrom('<html><h1>Busy</h1></html>', SETTINGS.api_key, JSON.stringify(SETTINGS)) },
  { weight: 1, arbitrary: fc.string() }
)

const status = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(200, 207) },
  { weight: 2, arbitrary: fc.constantFrom(201, 204, 301, 302, 400, 401, 403, 413, 422, 429, 500, 503) },
  { weight: 1, arbitrary: fc.integer({ min: 200, max: 999 }) }
)

const header = fc.constantFrom<readonly [string, string]>(
  ['content-type', 'application/json'],
  ['content-type', 'Application/JSON; charset=utf-16'],
  ['content-type', 'text/html'],
  ['content-type', ''],
  ['content-encoding', 'gzip'],
  ['location', 'https://elsewhere.example/'],
  ['retry-after', 'soon'],
  ['set-cookie', '__proto__=1'],
  ['x-note', '\u00e9\u00ff']
)

const answer: fc.Arbitrary<Answer> = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.record({
      kind: fc.constant('complete' as const),
      framing: fc.constantFrom('length' as const, 'chunks' as const, 'end of connection' as const),
      status,
      headers: fc.array(header, { maxLength: 3 }),
      body
    })
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('cut short' as const),
      status: status.filter((code) => !hasNoBody(code)),
      body
    })
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 50 }).map((bytes) => ({ kind: 'junk' as const, bytes })) },
  { weight: 1, arbitrary: fc.constant({ kind: 'reset' as const }) }
)

// What a result may be

/** The statuses that an item of a request may get, of which the answer is this. */
function possible(given: Answer, index: number, count: number): number[] {
  if (given.kind !== 'complete') {
    return [408, 502, 503]
  }
  if (given.status < 200 || given.status > 299) {
    return given.status >= 400 && given.status <= 599 ? [given.status] : [502]
  }
  const content = hasNoBody(given.status) ? '' : Buffer.from(given.body).toString().trim()
  if (content === '') {
    const isEndMarked = hasNoBody(given.status) || given.framing !== 'end of connection'
    return [isEndMarked && given.status !== 207 ? 200 : 502]
  }
  const failures = failuresOf(content, given.status === 207)
  if (failures === undefined) {
    return [502]
  }
  const places = failures.map((one) => Object(one) as { index?: unknown; status?: unknown })
  const named = places.filter((one) => one.index === index).map((one) => usable(one.status))
  const isNobody = (one: { index?: unknown }) =>
    !Array.from({ length: count }, (_, each) => each).some((each) => each === one.index)
  return named.length > 0 ? [Math.max(...named)] : [places.some(isNobody) ? 502 : 200]
}

function hasNoBody(given: number): boolean {
  return given === 204 || given === 304
}

/** Undefined when the answer makes no sense, or has no report although it must. */
function failuresOf(content: string, mustReport: boolean): unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(content)
    if (mustReport && !Object.keys(Object(value) as object).includes('errors')) {
      return undefined
    }
    const failures: unknown = (value as { errors?: unknown } | null)?.errors ?? []
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject && Array.isArray(failures) ? failures : undefined
  } catch {
    return undefined
  }
}

function usable(given: unknown): number {
  const isStatus = typeof given === 'number' && Number.isInteger(given)
  return isStatus && (given === 200 || given === 206 || (given >= 400 && given < 600)) ? given : 500
}

/** What went out in one request, and what came back. */
interface Exchange {
  items: unknown[]
  answer: Answer
}

/** The items that had an answer of their own, in their order: a request that was too large went out again in halves. */
function settledItems(exchanges: readonly Exchange[]): { item: unknown; statuses: number[] }[] {
  return exchanges.flatMap(({ items, answer: given }) => {
    const statuses = items.map((_, index) => possible(given, index, items.length))
    const isHalved = items.length > 1 && given.kind !== 'junk' && 'status' in given && given.status === 413
    return isHalved && statuses[0][0] === 413 ? [] : items.map((item, index) => ({ item, statuses: statuses[index] }))
  })
}

// An Ortto that answers so

let server: Server
let origin: string
let answers: readonly Answer[] = []
let exchanges: Exchange[] = []
/** The number of the delivery that is under way: what comes of an earlier one comes too late. */
let delivery = 0

function raw(given: Complete): Buffer {
  const content = Buffer.from(hasNoBody(given.status) ? '' : given.body)
  const half = content.length >> 1
  const chunk = (part: Buffer) =>
    part.length === 0 ? [] : [Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')]
  const [framing, framed] = {
    length: () => [`content-length: ${content.length}\r\n`, [content]] as const,
    chunks: () =>
      [
        'transfer-encoding: chunked\r\n',
        [...chunk(content.subarray(0, half)), ...chunk(content.subarray(half)), Buffer.from('0\r\n\r\n')]
      ] as const,
    'end of connection': () => ['', [content]] as const
  }[hasNoBody(given.status) ? 'end of connection' : given.framing]()
  const headers = given.headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  return Buffer.concat([
    Buffer.from(`HTTP/1.1 ${given.status} So\r\nconnection: close\r\n${framing}${headers}\r\n`, 'latin1'),
    ...framed
  ])
}

/** Without the last chunk, after which the connection ends */
function cutShort({ status: code, body: content }: CutShort): Buffer {
  return raw({ kind: 'complete', framing: 'chunks', status: code, headers: [], body: content }).subarray(0, -5)
}

async function take(request: IncomingMessage): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of request) {
    chunks.push(chunk as Buffer)
  }
  if (request.url?.startsWith(`/${delivery}/`) !== true) {
    throw new Error('Too late')
  }
  const given = answers[exchanges.length % answers.length]
  exchanges.push({ items: JSON.parse(Buffer.concat(chunks).toString()) as unknown[], answer: given })
  const { socket } = request
  switch (given.kind) {
    case 'complete':
      socket.end(raw(given))
      break
    case 'cut short':
      socket.end(cutShort(given))
      break
    case 'junk':
      socket.end(given.bytes)
      break
    case 'reset':
      socket.destroy()
      break
    case 'standstill':
      socket.write('HTTP/1.1 200 So\r\ncontent-length: 100\r\n\r\n{}')
      break
    case 'silence':
  }
}

beforeAll(async () => {
  console.log(`Seed ${SEED}: SEED=${SEED} npx jest every-response`)
  server = createServer((request) => void take(request).catch(() => request.socket.destroy()))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterAll(() => {
  server.closeAllConnections()
  server.close()
})

/** The destination, whose requests go to that Ortto, which answers them so, one after the other. */
function integration(by: readonly Answer[], timeout?: number) {
  answers = by
  exchanges = []
  delivery += 1
  const path = `${origin}/${delivery}`
  return createTestIntegration(
    withRequests(
      destination,
      (request) => (url, options) =>
        request(`${path}${new URL(url).pathname}`, { ...options, ...(timeout === undefined ? {} : { timeout }) })
    )
  )
}

interface Given {
  action: ActionName
  events: SegmentEvent[]
  mapping: JSONObject
}

const action = fc.constantFrom<ActionName>('upsertContact', 'trackActivity')
const given = fc.record({
  action,
  events: fc.array(segmentEvent, { minLength: 1, maxLength: 6 }) as fc.Arbitrary<SegmentEvent[]>,
  mapping
})
const answering = fc.array(answer, { minLength: 1, maxLength: 4 })

async function deliverTogether({ action: name, ...what }: Given, by: readonly Answer[], timeout?: number) {
  const one = integration(by, timeout)
  await one.testBatchAction(name, { ...what, settings: SETTINGS, useDefaultMappings: true })
  return (one.results[0].multistatus ?? []) as Node[]
}

/** Rejects with what the action throws. */
async function deliverAlone({ action: name, events: [event], mapping: how }: Given, by: readonly Answer[]) {
  await integration(by).testAction(name, { event, mapping: how, settings: SETTINGS, useDefaultMappings: true })
}

const message = ({ body: ours, errormessage }: Node) => String(errormessage ?? ours)
const isIgnored = (node: Node) => node.status === 200 && message(node).startsWith('Ignored: ')
/** What stands in a result of an event that went out. */
const sentOf = ({ sent }: Node) => (Object.keys(sent ?? {}).length === 0 ? undefined : sent)
const isSent = (node: Node) => !isIgnored(node) && sentOf(node) !== undefined

/** Undefined when there is none. */
async function failureOf(delivery: Promise<void>): Promise<(Error & { status?: unknown }) | undefined> {
  return delivery.then(
    () => undefined,
    (thrown: Error) => thrown
  )
}

function expectNoSecret(told: string): void {
  expect(told).not.toContain(SECRET)
  expect(told).not.toContain(JSON.stringify(SECRET).slice(1, -1))
}

function expectNothingTouched(what: Given, before: string): void {
  expect(JSON.stringify(what)).toBe(before)
  expect(Reflect.ownKeys(Object.prototype)).toEqual(PROTOTYPE)
}

const PERFECT: Answer = { kind: 'complete', framing: 'length', status: 200, headers: [], body: '{}' }

describe('whatever the events and whatever Ortto answers', () => {
  it(
    'each event of a batch gets one result, and a success only when the answer confirms it',
    async () => {
      await fc.assert(
        fc.asyncProperty(given, answering, async (what, by) => {
          const before = JSON.stringify(what)
          const nodes = await deliverTogether(what, by)

          expect(nodes).toHaveLength(what.events.length)
          const settled = settledItems(exchanges)
          const sent = nodes.filter(isSent)
          expect(JSON.stringify(sent.map(sentOf))).toBe(JSON.stringify(settled.map(({ item }) => item)))
          sent.forEach(({ status: told }, index) => expect(settled[index].statuses).toContain(told))
          nodes.forEach((node) => {
            expect(message(node).trim()).not.toBe('')
            expect(isSent(node) || isIgnored(node) || node.status === 400).toBe(true)
          })
          expectNoSecret(JSON.stringify(nodes))
          expectNothingTouched(what, before)

          // What was refused before it was sent is refused in the same words, whatever Ortto answers.
          const local = (node: Node) => (isSent(node) ? 'sent' : node)
          expect((await deliverTogether(what, [PERFECT])).map(local)).toEqual(nodes.map(local))
        }),
        { numRuns: RUNS, seed: SEED }
      )
    },
    90 * MINUTES
  )

  it(
    'a single event succeeds only when the answer confirms it, and else fails with the status',
    async () => {
      await fc.assert(
        fc.asyncProperty(given, answering, async (what, by) => {
          const before = JSON.stringify(what)
          const error = await failureOf(deliverAlone(what, by))

          const settled = settledItems(exchanges)
          expect(settled.length).toBeLessThan(2)
          if (settled.length === 0) {
            // It was ignored, or refused.
            expect([undefined, 400]).toContain(error && (error.status ?? 400))
          } else {
            expect(settled[0].statuses.map((one) => (one < 400 ? undefined : one))).toContain(error?.status)
          }
          expectNoSecret(`${String(error?.message)} ${String(error?.stack)} ${JSON.stringify(error)}`)
          expectNothingTouched(what, before)
        }),
        { numRuns: RUNS, seed: SEED }
      )
    },
    90 * MINUTES
  )

  it.each(['silence', 'standstill'] as const)(
    'an answer that does not end, with %s, gives each event 408',
    async (kind) => {
      const events = [
        { type: 'identify', userId: 'u1' },
        { type: 'identify', userId: 'u2' }
      ] as SegmentEvent[]
      const nodes = await deliverTogether({ action: 'upsertContact', events, mapping: {} }, [{ kind }], 150)

      expect(nodes.map(({ status: told }) => told)).toEqual([408, 408])
    }
  )
})
