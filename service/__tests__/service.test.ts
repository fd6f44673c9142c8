import { Analytics } from '@segment/analytics-node'
import { gzipSync } from 'zlib'
import { fastTime } from '../../delivery/__tests__/harness'
import { defer, endAll, identify, startService, WRITE_KEY } from './harness'

afterEach(endAll)

describe('a request with events', () => {
  it('gets 200 when Ortto has all of them', async () => {
    const { post, sandbox } = await startService()
    const { status, body } = await post('/v1/events', [identify('u1'), identify('u2'), { type: 'page', userId: 'u3' }])

    expect(status).toBe(200)
    expect(body.success).toBe(true)
    expect(body.results).toMatchObject([
      { messageId: 'm-u1', status: 200, outcome: 'delivered', code: 'processed' },
      { messageId: 'm-u2', status: 200, outcome: 'delivered', code: 'processed' },
      { status: 200, outcome: 'skipped', code: 'no_matching_mapping' }
    ])
    expect(sandbox.account.contacts.count).toBe(2)
  })

  it('gets 207 with a result for each event when some are rejected for good', async () => {
    const { post, sandbox } = await startService()
    const wrapped = { payload: { ...identify('u2'), timestamp: '2026-03-01T00:00:00Z' } }
    const { status, retryAfter, body } = await post('/v1/events', [
      { type: 'identify', traits: { name: 'nobody' } },
      wrapped,
      'no event',
      { ...identify('u3'), traits: { shoeSize: 38 } }
    ])

    expect([status, retryAfter, body.success]).toEqual([207, null, false])
    expect(body.results).toMatchObject([
      { status: 400, outcome: 'rejected', code: 'missing_id' },
      { status: 200, outcome: 'delivered' },
      { status: 400, outcome: 'rejected', code: 'not_an_event' },
      { messageId: 'm-u3', status: 422, outcome: 'rejected', code: 'nothing_valid' }
    ])
    expect(sandbox.account.contacts.count).toBe(1)
  })

  it('gets 503 when one of them is not confirmed, and succeeds when it is sent again', async () => {
    let isBroken = true
    const { post } = await startService({
      respond: (items) =>
        isBroken
          ? Response.json({ errors: [{ index: items.length - 1, status: 500, message: 'Busy' }] }, { status: 207 })
          : undefined
    })
    const events = [identify('u1'), identify('u2')]
    const first = await post('/v1/events', events)
    isBroken = false

    expect([first.status, first.retryAfter, first.body.success, first.body.code]).toEqual([
      503,
      '1',
      false,
      'not_confirmed'
    ])
    expect(first.body.results).toMatchObject([{ outcome: 'delivered' }, { status: 500, outcome: 'retryable' }])
    expect((await post('/v1/events', events)).status).toBe(200)
  })

  it('accepts an event that Ortto has already', async () => {
    const { post } = await startService()
    await post('/v1/events', identify('u1'))

    expect(await post('/v1/events', identify('u1'))).toMatchObject({
      status: 200,
      body: { results: [{ status: 200, outcome: 'unchanged', code: 'nothing_new' }] }
    })
  })

  it('shares batches with other requests', async () => {
    const { post, requests } = await startService()
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => post('/v1/identify', identify(`u${index}`)))
    )

    expect(answers.map(({ status, body }) => [status, body.results?.[0].messageId])).toEqual(
      answers.map((_, index) => [200, `m-u${index}`])
    )
    expect(requests.flat()).toHaveLength(20)
    expect(requests.length).toBeLessThan(5)
  })

  it('keeps the digits of large numbers, and reads gzip', async () => {
    const { post, sandbox } = await startService()
    const body = gzipSync('[{"type":"identify","userId":9007199254740993,"traits":{"name":"Lana"}}]')
    const { status } = await post('/v1/events', body, { headers: { 'content-encoding': 'GZIP' } })

    expect(status).toBe(200)
    expect(sandbox.account.contacts.all()[0].ids[0].value).toBe('9007199254740993')
  })
})

describe("Segment's tracking API", () => {
  it('accepts the calls of @segment/analytics-node', async () => {
    const { origin, sandbox } = await startService()
    const analytics = new Analytics({ writeKey: WRITE_KEY, host: origin, flushAt: 2 })
    analytics.identify({ userId: 'lana', traits: { name: 'Lana' } })
    analytics.track({ userId: 'lana', event: 'Signed up' })
    await analytics.closeAndFlush()

    expect(sandbox.account.contacts.count).toBe(1)
    expect(sandbox.account.activities.all()).toMatchObject([{ event: 'Signed up' }])
  })

  it.each(['identify', 'i', 'batch', 'b', 'import'])('has the call %s', async (call) => {
    const { post, sandbox } = await startService()
    const event = { userId: 'lana', traits: { name: 'Lana' } }
    const body = ['identify', 'i'].includes(call) ? event : { batch: [{ type: 'identify', ...event }] }

    expect(await post(`/v1/${call}`, body)).toMatchObject({ status: 200, body: { success: true } })
    expect(sandbox.account.contacts.count).toBe(1)
  })
})

describe('while Ortto does not accept events, requests', () => {
  it('are refused with the time that Ortto asks to wait, and Ortto is not asked', async () => {
    const { post, requests } = await startService({
      respond: () => Response.json({ message: 'Limit' }, { status: 429, headers: { 'retry-after': '40' } })
    })
    const answers = [await post('/v1/events', identify('u1')), await post('/v1/events', identify('u2'))]

    expect(answers).toMatchObject([
      { status: 429, retryAfter: '40', body: { code: 'not_confirmed' } },
      { status: 429, retryAfter: '40', body: { code: 'rate_limited' } }
    ])
    expect(requests).toEqual([['u1']])
  })

  it('are refused after some failures in a row, until it works again', async () => {
    let isBroken = true
    const time = fastTime()
    const { post, requests } = await startService({
      respond: () => (isBroken ? new Response('', { status: 502 }) : undefined),
      delivery: { time }
    })
    const codes: (string | undefined)[] = []
    for (let index = 0; index < 4; index += 1) {
      codes.push((await post('/v1/events', identify('u1'))).body.code)
    }
    expect(codes).toEqual(['not_confirmed', 'not_confirmed', 'not_confirmed', 'ortto_unavailable'])
    expect(requests).toHaveLength(3)

    isBroken = false
    await new Promise<void>((resolve) => time.at(time.now() + 1000, resolve))
    expect((await post('/v1/events', identify('u1'))).status).toBe(200)
  })

  it('are not rejected because Ortto refuses the API key of the service', async () => {
    const { post } = await startService({ respond: () => Response.json({ message: 'No' }, { status: 401 }) })
    const events = [identify('u1'), { type: 'identify', traits: {} }]

    expect(await post('/v1/events', events)).toMatchObject({
      status: 503,
      body: { results: [{ outcome: 'retryable', status: 401 }, { outcome: 'rejected' }] }
    })
    expect(await post('/v1/events', events)).toMatchObject({ status: 503, body: { code: 'api_key_refused' } })
  })

  it('end with a rejection of an event that fails each time, although others are accepted', async () => {
    const { post } = await startService({
      respond: (items) => {
        const index = items.findIndex(({ user_id }) => user_id === 'bad')
        return Response.json({ errors: [{ index, status: 500, message: 'Always' }] }, { status: 207 })
      }
    })
    const statuses: number[] = []
    for (let index = 0; index < 9; index += 1) {
      statuses.push((await post('/v1/events', [identify('u1'), identify('bad')])).status)
    }

    // Later it may be sent again, and fails as often.
    expect(statuses).toEqual([503, 503, 503, 503, 503, 503, 503, 207, 503])
  })
})

describe('when more events arrive than Ortto processes, requests', () => {
  it('are refused, but not because a single response of Ortto is late', async () => {
    const held = defer()
    let passedMs = 0
    const now = () => performance.now() + passedMs
    const at = (moment: number, call: () => void) => {
      const timer = setInterval(() => moment <= now() && call(), 20)
      return () => clearInterval(timer)
    }
    const { post, requests, service } = await startService({
      delivery: { rate: 1, time: { now, at, random: () => 0.5 } },
      respond: () => held.promise.then(() => undefined)
    })
    // At one event per second, nothing is sent for 100 seconds after these.
    const late = post(
      '/v1/events',
      Array.from({ length: 100 }, (_, index) => identify(`u${index}`))
    )
    while (requests.length === 0) {
      await new Promise(setImmediate)
    }
    passedMs = 11_000
    const waiting = post('/v1/events', identify('waiting'))
    while (service.waiting.events < 101) {
      await new Promise(setImmediate)
    }
    passedMs = 22_000
    const refused = await post('/v1/events', identify('refused'))
    passedMs = 200_000
    held.resolve()

    expect(refused).toMatchObject({ status: 429, retryAfter: '1', body: { code: 'overloaded' } })
    expect([(await late).status, (await waiting).status]).toEqual([200, 200])
  })
})

describe('a request that takes too long', () => {
  it('gets 503, and its events are not sent any more', async () => {
    const held = defer()
    const { post, requests, service } = await startService({
      answerTimeoutMs: 300,
      delivery: { rate: 1 },
      respond: () => held.promise.then(() => undefined)
    })
    const first = post('/v1/events', identify('u1'))
    while (requests.length === 0) {
      await new Promise(setImmediate)
    }
    // At one event per second, it has to wait for longer than the timeout.
    const second = await post('/v1/events', identify('u2'))
    held.resolve()

    expect(second).toMatchObject({ status: 503, retryAfter: '1', body: { code: 'not_confirmed' } })
    expect((await first).status).toBe(503)
    while (service.waiting.events > 0) {
      await new Promise(setImmediate)
    }
    expect(requests).toEqual([['u1']])
  })

  it('is not sent any more when the client is gone', async () => {
    const { post, requests, service } = await startService({ delivery: { rate: 1 } })
    await post('/v1/events', identify('u1'))
    const client = new AbortController()
    const second = post('/v1/events', identify('u2'), { signal: client.signal })
    while (service.waiting.events === 0) {
      await new Promise(setImmediate)
    }
    client.abort()
    await expect(second).rejects.toThrow()
    while (service.waiting.events > 0) {
      await new Promise(setImmediate)
    }

    expect(requests).toEqual([['u1']])
  })
})

describe('a service that drains', () => {
  it('refuses new requests, and responds to those that it has', async () => {
    const held = defer()
    const { post, requests, service } = await startService({ respond: () => held.promise.then(() => undefined) })
    const accepted = post('/v1/events', identify('u1'))
    while (requests.length === 0) {
      await new Promise(setImmediate)
    }
    expect(service.notReady).toBeUndefined()
    const drained = service.drain()
    const refused = await post('/v1/events', identify('u2'))
    held.resolve()

    expect(service.notReady).toBe('draining')
    expect(refused).toMatchObject({ status: 503, retryAfter: '1', body: { code: 'draining' } })
    expect((await accepted).status).toBe(200)
    await drained
    expect(requests).toEqual([['u1']])
  })
})
