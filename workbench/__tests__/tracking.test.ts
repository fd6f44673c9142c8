import { Analytics } from '@segment/analytics-node'
import { gzipSync } from 'zlib'
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

it('takes the calls of @segment/analytics-node through the mappings to Ortto', async () => {
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
])('takes a call at /v1/%s as the event %s', async (path, type) => {
  const { call, live } = await startTracking()
  const response = await call(path, { userId: 'lana', event: 'Sign-in button clicked' })
  expect([response.status, await response.json()]).toEqual([200, { success: true }])
  expect((await live(1))[0].type).toBe(type)
})

it.each(['batch', 'b', 'import'])('takes a batch at /v1/%s, and merges its context into each event', async (path) => {
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

it('gives an event what Segment gives it: an id, the time of receipt, and a timestamp by its own clock', async () => {
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

it('keeps a timestamp that it can not read as it is, so that the destination can tell of it', async () => {
  const { call, live } = await startTracking()
  await call('track', { userId: 'lana', event: 'Sign-in button clicked', timestamp: 'yesterday' })
  expect((await live(1))[0].results).toEqual([expect.objectContaining({ status: 400 })])
})

it('takes the write key from the body too, plain text, and gzip', async () => {
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
  ['no JSON', 'track', '{', 400, 'The body is not JSON'],
  ['no object', 'track', '[]', 400, 'The body is not a JSON object'],
  ['what is nested too deep', 'track', deep, 400, 'The body is nested deeper than 2000 levels'],
  ['a batch without events', 'batch', '{}', 400, 'A batch needs an array "batch"'],
  ['a batch of texts', 'batch', '{"batch":["a"]}', 400, 'batch[0] is not an object'],
  ['an unknown call', 'fax', '{}', 404, 'Segment has no call "fax"']
])('refuses %s in words', async (_, path, body, status, message) => {
  const { call } = await startTracking()
  const response = await call(path, undefined, { body })
  expect([response.status, await response.json()]).toEqual([status, { success: false, message }])
})

it('refuses another write key, and what is too large', async () => {
  const { call } = await startTracking()
  const stranger = await call('track', {}, { headers: { authorization: `Basic ${btoa('other:')}` } })
  expect(stranger.status).toBe(401)
  const large = await call('track', { properties: { text: 'x'.repeat(10 * 1024 * 1024) } })
  expect(large.status).toBe(413)
  const bomb = gzipSync(Buffer.alloc(11 * 1024 * 1024, 32))
  expect((await call('track', {}, { headers: { 'content-encoding': 'gzip' }, body: bomb })).status).toBe(400)
})

it('takes no more than it can hold', async () => {
  const { call } = await startTracking()
  const batch = Array.from({ length: 12_000 }, () => ({ type: 'track' }))
  const answers = await Promise.all([call('batch', { batch }), call('batch', { batch })])
  const refused = answers.filter(({ status }) => status === 429)
  expect(refused.map(({ headers }) => headers.get('retry-after'))).toEqual(['1'])
})

it.each([
  ['has too many messages', 20_001, {}],
  ['has a context that would take gigabytes in all of its messages', 20_000, { text: 'x'.repeat(100_000) }]
])('refuses a batch that %s', async (_, length, context) => {
  const { call } = await startTracking()
  const response = await call('batch', { batch: Array.from({ length }, () => ({ type: 'track' })), context })
  expect([response.status, response.headers.get('retry-after')]).toEqual([413, null])
})

it('says of a message without a type that it is no event', async () => {
  const { call, live } = await startTracking()
  await call('batch', { batch: [{ userId: 'lana' }] })
  expect((await live(1))[0].note).toMatch('no "type"')
})

it('gives analytics.js its settings, which send everything here', async () => {
  const { app, writeKey } = await startTracking()
  const settings = await app.request(`http://127.0.0.1:8020/v1/projects/${writeKey}/settings`)
  expect(await settings.json()).toMatchObject({
    integrations: { 'Segment.io': { apiKey: writeKey, apiHost: '127.0.0.1:8020/v1', protocol: 'http' } }
  })
  expect((await app.request('http://127.0.0.1:8020/v1/projects/other/settings')).status).toBe(404)
})

it('lets pages of other origins send events', async () => {
  const { call, app } = await startTracking()
  const headers = { origin: 'https://shop.example', 'sec-fetch-site': 'cross-site' }
  const answer = await call('track', { userId: 'lana' }, { headers })
  expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, '*'])
  const asking = await app.request('http://127.0.0.1:8020/v1/t', {
    method: 'OPTIONS',
    headers: { ...headers, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' }
  })
  expect(asking.headers.get('access-control-allow-private-network')).toBe('true')
  expect(asking.headers.get('access-control-allow-headers')).toBe('content-type')
})

it('clears the list of live events', async () => {
  const { call, live, send, traceOf } = await startTracking()
  await call('track', { userId: 'lana' })
  const [{ id }] = await live(1)
  await send('DELETE', '/api/live')
  expect(await traceOf(id)).toEqual({ message: expect.stringMatching('no longer stored') as string })
})

it('remembers that calls were refused, and why the last one was', async () => {
  const { call, send } = await startTracking()
  expect(await send('GET', '/api/live/refused')).toEqual({ count: 0 })
  await call('fax', {})
  await call('track', {}, { headers: { authorization: '' } })
  expect(await send('GET', '/api/live/refused')).toEqual({
    count: 2,
    last: {
      time: expect.any(String) as string,
      path: '/v1/track',
      reason: expect.stringMatching('The write key is not the one of this workbench') as string
    }
  })
})

describe('with a stream', () => {
  it('puts each event there before it answers, and shows it as well', async () => {
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

  it('turns events away while the stream takes nothing, and does not show them twice', async () => {
    const stream = { publish: () => Promise.resolve(), waitsFor: 'The stream is full' as string | undefined }
    const { call, live } = await startTracking(stream)
    const refused = await call('track', { userId: 'lana' })
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1'])
    expect(await refused.json()).toMatchObject({ success: false, message: expect.stringMatching('is full') as string })
    stream.waitsFor = undefined
    expect((await call('track', { userId: 'lana' })).status).toBe(200)
    expect(await live(1)).toHaveLength(1)
  })

  it.each([
    ['too large for ever', new TooLargeError('It is too large'), 413],
    ['away for now', new Error('It is too large'), 503]
  ])('says which events the stream did not take, and shows them nowhere: %s', async (_why, error, status) => {
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
