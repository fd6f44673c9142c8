import { Analytics } from '@segment/analytics-node'
import { gzipSync } from 'zlib'
import { serve } from '../../sandbox/http/serve'
import { TooLargeError } from '../../stream'
import type { EventStream } from '../server'
import type { TraceSummary } from '../server/trace'
import { endAll, startWorkbench } from './harness'

afterEach(endAll)

/** A workbench, and how to send a call to it as a library does. */
async function startTracking(stream?: EventStream) {
  const workbench = await startWorkbench({ stream })
  const { app, writeKey } = workbench
  return {
    ...workbench,
    call: (path: string, body: unknown, init: RequestInit = {}) =>
      app.request(`http://127.0.0.1:8020/v1/${path}`, {
        method: 'POST',
        body: JSON.stringify(body),
        ...init,
        headers: {
          authorization: `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}`,
          ...(init.headers as Record<string, string>)
        }
      }),
    /** The live events, as soon as there are so many. */
    live: async (count: number) => {
      const response = await app.request('http://127.0.0.1:8020/api/feed')
      return readTraces(response, count)
    }
  }
}

async function readTraces({ body }: Response, count: number): Promise<TraceSummary[]> {
  const traces: TraceSummary[] = []
  const reader = body?.getReader()
  let text = ''
  while (traces.length < count) {
    const part = await reader?.read()
    text += Buffer.from(part?.value ?? new Uint8Array()).toString()
    const messages = text.split('\n\n')
    text = messages.pop() ?? ''
    messages
      .filter((message) => message.startsWith('event: traces'))
      .forEach((message) =>
        traces.push(...(JSON.parse(message.slice(message.indexOf('data: ') + 6)) as TraceSummary[]))
      )
  }
  await reader?.cancel()
  return traces
}

it('sends the calls of @segment/analytics-node through the mappings to Ortto', async () => {
  const { listen, writeKey, live, sandbox } = await startTracking()
  const analytics = new Analytics({ writeKey, host: await listen(), flushAt: 3 })
  analytics.identify({ userId: 'lana', traits: { firstName: 'Lana' } })
  analytics.track({ userId: 'lana', event: 'Sign-in button clicked', properties: { count: 3 } })
  analytics.page({ userId: 'lana', name: 'Pricing' })
  const traces = await live(3)
  await analytics.closeAndFlush()
  expect(traces.map(({ type, results }) => [type, results[0]?.status])).toEqual([
    ['identify', 200],
    ['track', 200],
    ['page', undefined]
  ])
  expect(sandbox.account.contacts.all().map(({ activities }) => activities.length)).toEqual([1])
})

it('stores an event of @segment/analytics-node once, when the library sends it again because a response was lost', async () => {
  const { app, writeKey, live, send, sandbox } = await startTracking()
  let calls = 0
  const flaky = await serve({
    fetch: async (request: Request) => {
      const response = await app.fetch(request)
      calls += 1
      return calls === 1 ? new Response('', { status: 503 }) : response
    }
  })
  const analytics = new Analytics({ writeKey, host: flaky.origin, flushAt: 1, maxRetries: 3 })
  try {
    analytics.identify({ userId: 'lana', traits: { firstName: 'Lana' } })
    await analytics.closeAndFlush()
    expect(calls).toBe(2)
    expect(await live(1)).toHaveLength(1)
    expect(await send('GET', '/api/live/rejected')).toEqual({ count: 0, duplicates: 1 })
    expect(sandbox.account.contacts.count).toBe(1)
  } finally {
    await flaky.close()
  }
})

it.each([
  ['identify', 'identify'],
  ['i', 'identify'],
  ['track', 'track'],
  ['t', 'track'],
  ['page', 'page'],
  ['p', 'page'],
  ['screen', 'screen'],
  ['s', 'screen'],
  ['group', 'group'],
  ['g', 'group'],
  ['alias', 'alias'],
  ['a', 'alias']
])('accepts a call at /v1/%s as the event %s', async (path, type) => {
  const { call, live } = await startTracking()
  const response = await call(path, { userId: 'lana', event: 'Sign-in button clicked' })
  expect([response.status, await response.json()]).toEqual([200, { success: true }])
  expect((await live(1))[0].type).toBe(type)
})

it.each(['batch', 'b', 'import'])('accepts a batch at /v1/%s, and merges its context into each event', async (path) => {
  const { call, live, traceOf } = await startTracking()
  await call(path, {
    context: { ip: '203.0.113.7' },
    integrations: { All: false },
    batch: [
      { type: 'identify', userId: 'lana', context: { locale: 'nl' }, integrations: { 'Ortto (Actions)': true } },
      { type: 'track', userId: 'lana', event: 'Fax sent' }
    ]
  })
  const [first, second] = await live(2)
  expect(JSON.parse((await traceOf(first.id)).text)).toMatchObject({
    context: { ip: '203.0.113.7', locale: 'nl' },
    integrations: { All: false, 'Ortto (Actions)': true }
  })
  expect(second.note).toMatch('integrations')
})

it('adds what Segment adds: a message ID, the time of receipt, and a corrected timestamp', async () => {
  const { call, live, traceOf } = await startTracking()
  await call('track', {
    userId: 'lana',
    event: 'Sign-in button clicked',
    timestamp: '2020-01-01T00:00:00.000Z',
    sentAt: '2020-01-01T00:00:10.000Z'
  })
  const [{ id, messageId }] = await live(1)
  const event = JSON.parse((await traceOf(id)).text) as Record<string, string>
  expect(messageId).toMatch(/^api-/)
  expect(event.originalTimestamp).toBe('2020-01-01T00:00:00.000Z')
  expect(Date.parse(event.receivedAt) - Date.parse(event.timestamp)).toBe(10_000)
  expect(event.writeKey).toBeUndefined()
})

it('keeps a timestamp that is not valid, so that the destination can report it', async () => {
  const { call, live } = await startTracking()
  await call('track', { userId: 'lana', event: 'Sign-in button clicked', timestamp: 'yesterday' })
  expect((await live(1))[0].results).toEqual([expect.objectContaining({ status: 400 })])
})

it('accepts the write key in the body, plain text, and gzip', async () => {
  const { call, writeKey, live } = await startTracking()
  const event = { type: 'identify', userId: 'lana', writeKey }
  const plain = await call('i', event, { headers: { authorization: '', 'content-type': 'text/plain' } })
  const gzip = { headers: { 'content-encoding': 'gzip' }, body: gzipSync(JSON.stringify({ batch: [event] })) }
  const zipped = await call('batch', undefined, gzip)
  expect([plain.status, zipped.status]).toEqual([200, 200])
  expect(await live(2)).toHaveLength(2)
})

const deep = `{"a":${'['.repeat(9999)}${']'.repeat(9999)}}`

it.each([
  ['text that is not JSON', 'track', '{', 400, 'The body is not JSON'],
  ['JSON that is not an object', 'track', '[]', 400, 'The body is not a JSON object'],
  ['JSON that is nested too deep', 'track', deep, 400, 'The body is nested deeper than 2000 levels'],
  ['a batch without events', 'batch', '{}', 400, 'A batch needs an array "batch"'],
  ['a batch of texts', 'batch', '{"batch":["a"]}', 400, 'batch[0] is not an object'],
  ['an unknown call', 'fax', '{}', 404, 'Segment has no call "fax"']
])('rejects %s with a message', async (_, path, body, status, message) => {
  const { call } = await startTracking()
  const response = await call(path, undefined, { body })
  expect([response.status, await response.json()]).toEqual([status, { success: false, message }])
})

it('looks for the write key before it reads the body', async () => {
  const { call, app } = await startTracking()
  const wrongKey = await call('track', undefined, {
    headers: { authorization: `Basic ${btoa('other:')}`, 'content-encoding': 'gzip' },
    body: 'not gzip'
  })
  expect(wrongKey.status).toBe(401)
  // Without a key in the header, it is read from a body of at most 500 KB.
  const bomb = gzipSync(Buffer.alloc(11 * 1024 * 1024, 32))
  const init = { method: 'POST', headers: { 'content-encoding': 'gzip' }, body: new Uint8Array(bomb) }
  const response = await app.request('http://127.0.0.1:8020/v1/batch', init)
  expect([response.status, await response.json()]).toEqual([
    400,
    { success: false, message: 'Segment rejects a batch of more than 500 KB' }
  ])
})

it('responds while a large body is decompressed', async () => {
  const { call, live } = await startTracking()
  const batch = Array.from({ length: 2000 }, (_, index) => ({
    type: 'page',
    userId: `u${index}`,
    name: 'x'.repeat(150)
  }))
  const order: string[] = []
  const send = async (name: string, init: RequestInit) => {
    await call(name, undefined, init)
    order.push(name)
  }
  const body = gzipSync(JSON.stringify({ batch }))
  await Promise.all([send('batch', { headers: { 'content-encoding': 'gzip' }, body }), send('fax', { body: '{}' })])
  expect(order).toEqual(['fax', 'batch'])
  expect(await live(2000)).toHaveLength(2000)
})

it.each(['GZIP', 'Gzip', ' gzip'])('accepts the content-encoding %j', async (encoding) => {
  const { call, live } = await startTracking()
  const body = gzipSync(JSON.stringify({ userId: 'lana', event: 'Fax sent' }))
  expect((await call('track', undefined, { headers: { 'content-encoding': encoding }, body })).status).toBe(200)
  expect(await live(1)).toHaveLength(1)
})

it('rejects other content-encodings', async () => {
  const { call } = await startTracking()
  const response = await call('track', { userId: 'lana' }, { headers: { 'content-encoding': 'br' } })
  expect([response.status, await response.json()]).toEqual([
    415,
    { success: false, message: 'The content-encoding must be gzip, or none' }
  ])
})

describe("Segment's limits", () => {
  const textOf = (bytes: number) => ({ text: 'x'.repeat(bytes) })

  it.each([
    ['a call of more than 32 KB', 'track', { event: 'a', properties: textOf(33_000) }, 'a call of more than 32 KB'],
    [
      'a batch of more than 500 KB',
      'batch',
      { batch: Array(20).fill({ type: 'track', properties: textOf(26_000) }) },
      'a batch of more than 500 KB'
    ]
  ])('reject %s with 400', async (_, path, body, what) => {
    const { call } = await startTracking()
    const response = await call(path, body)
    expect([response.status, await response.json()]).toEqual([
      400,
      { success: false, message: `Segment rejects ${what}` }
    ])
  })

  it('drop an event of more than 32 KB in a batch, and accept the others', async () => {
    const { call, live } = await startTracking()
    const large = { type: 'track', userId: 'lana', event: 'Large', properties: textOf(33_000) }
    const response = await call('batch', {
      batch: [large, { type: 'identify', userId: 'lana', traits: { firstName: 'L' } }]
    })
    expect(response.status).toBe(200)
    const [dropped, accepted] = await live(2)
    expect([dropped.event, dropped.results]).toEqual(['Large', []])
    expect(dropped.note).toMatch(/^This event has 33,\d\d\d bytes\. Segment drops events of more than 32 KB\.$/)
    expect(accepted.results[0].status).toBe(200)
  })

  it('drop the events of a batch after the first 2,500, and say so', async () => {
    const { call, live, send } = await startTracking()
    const batch = Array.from({ length: 2503 }, (_, index) => ({ type: 'page', userId: `u${index}` }))
    expect((await call('batch', { batch })).status).toBe(200)
    expect(await live(2500)).toHaveLength(2500)
    expect(await send('GET', '/api/live/rejected')).toMatchObject({
      last: { reason: 'Segment accepts 2500 events in a batch: the last 3 were dropped' }
    })
  })
})

it('asks to send again later while too many events wait', async () => {
  const { call } = await startTracking()
  const batch = Array.from({ length: 2500 }, () => ({ type: 'track' }))
  const responses = await Promise.all(Array.from({ length: 12 }, async () => call('batch', { batch })))
  const rejected = responses.filter(({ status }) => status === 429)
  expect(rejected.length).toBeGreaterThan(0)
  expect(new Set(rejected.map(({ headers }) => headers.get('retry-after')))).toEqual(new Set(['1']))
})

it('rejects a batch with a context that would need gigabytes in all messages', async () => {
  const { call } = await startTracking()
  const batch = Array.from({ length: 2500 }, () => ({ type: 'track' }))
  const response = await call('batch', { batch, context: { text: 'x'.repeat(400_000) } })
  expect([response.status, response.headers.get('retry-after')]).toEqual([400, null])
})

describe('an event whose message ID was seen', () => {
  it('is dropped, so that the retry of a library is not stored twice', async () => {
    const { call, live, send, sandbox } = await startTracking()
    const event = { userId: 'lana', event: 'Sign-in button clicked', messageId: 'm1' }
    const responses = [await call('track', event), await call('track', event)]
    await call('batch', {
      batch: [
        { ...event, type: 'track' },
        { type: 'page', userId: 'lana', messageId: 'm2' }
      ]
    })
    expect(responses.map(({ status }) => status)).toEqual([200, 200])
    expect((await live(2)).map(({ messageId }) => messageId)).toEqual(['m1', 'm2'])
    expect(sandbox.account.activities.all()).toHaveLength(1)
    expect(await send('GET', '/api/live/rejected')).toEqual({ count: 0, duplicates: 2 })
  })

  it('is dropped within one batch too', async () => {
    const { call, live } = await startTracking()
    const event = { type: 'page', userId: 'lana', messageId: 'm1' }
    await call('batch', { batch: [event, event, { ...event, messageId: 'm2' }] })
    expect((await live(2)).map(({ messageId }) => messageId)).toEqual(['m1', 'm2'])
  })

  it('is accepted again when the list was cleared', async () => {
    const { call, live, send } = await startTracking()
    await call('track', { userId: 'lana', messageId: 'm1' })
    await live(1)
    await send('DELETE', '/api/live')
    await call('track', { userId: 'lana', messageId: 'm1' })
    expect(await live(1)).toHaveLength(1)
  })
})

describe('the pixel routes', () => {
  const dataOf = (body: object) => encodeURIComponent(Buffer.from(JSON.stringify(body)).toString('base64'))

  it.each(['track', 'page', 'identify'])('respond with an image, and take the event: %s', async (type) => {
    const { app, writeKey, live } = await startTracking()
    const data = dataOf({ writeKey, userId: 'lana', event: 'Email opened' })
    const response = await app.request(`http://127.0.0.1:8020/v1/pixel/${type}?data=${data}`)
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'image/gif'])
    expect(
      Buffer.from(await response.arrayBuffer())
        .toString('latin1')
        .slice(0, 6)
    ).toBe('GIF89a')
    expect((await live(1))[0]).toMatchObject({ type, user: 'lana' })
  })

  it('respond with the image for another write key and for broken data, and say why nothing was taken', async () => {
    const { app, send } = await startTracking()
    for (const data of [dataOf({ writeKey: 'other' }), '%7B', '']) {
      expect((await app.request(`http://127.0.0.1:8020/v1/pixel/track?data=${data}`)).status).toBe(200)
    }
    const headers = { authorization: `Basic ${btoa('other:')}` }
    await app.request(`http://127.0.0.1:8020/v1/pixel/track?data=${dataOf({ userId: 'lana' })}`, { headers })
    expect(await send('GET', '/api/live/rejected')).toMatchObject({ count: 4 })
    expect(await send('GET', '/sandbox/log')).toEqual([])
  })
})

it.each([
  ['GET', '/v1/track'],
  ['GET', '/v1/'],
  ['POST', '/v1/track/more'],
  ['PUT', '/v1/track']
])('responds with 404 to %s %s', async (method, path) => {
  const { app } = await startTracking()
  const response = await app.request(`http://127.0.0.1:8020${path}`, { method })
  expect(response.status).toBe(404)
  expect(await response.json()).toMatchObject({ success: false })
})

it('shows which members Segment added', async () => {
  const { call, live, traceOf } = await startTracking()
  await call('track', { userId: 'lana', event: 'a', messageId: 'm1', timestamp: '2026-11-26T10:00:00Z' })
  await call('track', { userId: 'lana', event: 'b' })
  const [given, bare] = await live(2)
  expect((await traceOf(given.id)).added).toEqual(['originalTimestamp', 'receivedAt'])
  expect((await traceOf(bare.id)).added).toEqual(expect.arrayContaining(['messageId', 'timestamp', 'receivedAt']))
})

it('reports that a message without a type is not an event', async () => {
  const { call, live } = await startTracking()
  await call('batch', { batch: [{ userId: 'lana' }] })
  expect((await live(1))[0].note).toMatch('no "type"')
})

it('returns settings for analytics.js that send all calls to the workbench', async () => {
  const { app, writeKey } = await startTracking()
  const settings = await app.request(`http://127.0.0.1:8020/v1/projects/${writeKey}/settings`)
  expect(await settings.json()).toMatchObject({
    integrations: { 'Segment.io': { apiKey: writeKey, apiHost: '127.0.0.1:8020/v1', protocol: 'http' } }
  })
  expect((await app.request('http://127.0.0.1:8020/v1/projects/other/settings')).status).toBe(404)
})

it('allows pages of other origins to send events', async () => {
  const { call, app } = await startTracking()
  const headers = { origin: 'https://shop.example', 'sec-fetch-site': 'cross-site' }
  const response = await call('track', { userId: 'lana' }, { headers })
  expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([200, '*'])
  const preflight = await app.request('http://127.0.0.1:8020/v1/t', {
    method: 'OPTIONS',
    headers: { ...headers, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' }
  })
  expect(preflight.headers.get('access-control-allow-private-network')).toBe('true')
  expect(preflight.headers.get('access-control-allow-headers')).toBe('content-type')
})

it('clears the list of live events', async () => {
  const { call, live, send, traceOf } = await startTracking()
  await call('track', { userId: 'lana' })
  const [{ id }] = await live(1)
  await send('DELETE', '/api/live')
  expect(await traceOf(id)).toEqual({ message: expect.stringMatching('no longer stored') as string })
})

it('counts rejected calls, with the reason of the last one', async () => {
  const { call, send } = await startTracking()
  expect(await send('GET', '/api/live/rejected')).toEqual({ count: 0, duplicates: 0 })
  await call('fax', {})
  await call('track', {}, { headers: { authorization: '' } })
  expect(await send('GET', '/api/live/rejected')).toEqual({
    count: 2,
    duplicates: 0,
    last: {
      time: expect.any(String) as string,
      path: '/v1/track',
      reason: expect.stringMatching('The write key is not the one of this workbench') as string
    }
  })
})

describe('with a stream', () => {
  it('publishes each event before it responds, and shows it', async () => {
    const published: string[] = []
    const { call, live } = await startTracking({
      publish: async ({ type }) => {
        await Promise.resolve()
        published.push(type)
      }
    })
    const response = await call('batch', { batch: [{ type: 'track' }, { type: 'page' }, { userId: 'no event' }] })
    expect([response.status, published]).toEqual([200, ['track', 'page']])
    expect(await live(3)).toHaveLength(3)
  })

  it('rejects events while the stream is full, and does not show them twice', async () => {
    const stream = { publish: () => Promise.resolve(), waitReason: 'The stream is full' as string | undefined }
    const { call, live } = await startTracking(stream)
    const rejected = await call('track', { userId: 'lana' })
    expect([rejected.status, rejected.headers.get('retry-after')]).toEqual([503, '1'])
    expect(await rejected.json()).toMatchObject({ success: false, message: expect.stringMatching('is full') as string })
    stream.waitReason = undefined
    expect((await call('track', { userId: 'lana' })).status).toBe(200)
    expect(await live(1)).toHaveLength(1)
  })

  it.each([
    ['too large', new TooLargeError('It is too large'), 413],
    ['temporarily unavailable', new Error('It is too large'), 503]
  ])('reports the events that were not published, and does not show them: %s', async (_why, error, status) => {
    const { call, live } = await startTracking({
      publish: ({ type }) => (type === 'page' ? Promise.reject(error) : Promise.resolve())
    })
    const response = await call('batch', { batch: [{ type: 'track' }, { type: 'page' }] })
    expect([response.status, await response.json()]).toEqual([
      status,
      { success: false, message: '1 of 2 events could not be published to the stream. Event 2: It is too large' }
    ])
    await call('track', { userId: 'lana' })
    expect((await live(2)).map(({ type }) => type)).toEqual(['track', 'track'])
  })
})

it('is as lenient as Segment: empty objects of PHP count as absent, and large numbers keep their digits', async () => {
  const { call, live, traceOf } = await startTracking()
  const body = '{"type":"identify","userId":7234567890123456781,"traits":[],"context":{"traits":{"firstName":"Ann"}}}'
  await call('identify', undefined, { body })
  const [{ id, user }] = await live(1)
  const event = JSON.parse((await traceOf(id)).text) as object

  expect(user).toBe('7234567890123456781')
  expect(event).toMatchObject({ userId: '7234567890123456781', context: { traits: { firstName: 'Ann' } } })
  expect(event).not.toHaveProperty('traits')
})
