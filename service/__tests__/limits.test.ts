import { once } from 'events'
import { connect } from 'net'
import { gzipSync } from 'zlib'
import type { Sink } from '..'
import { defer, endAll, identify, startService } from './harness'

afterEach(endAll)

const MIB = 1024 * 1024

describe('a request without the write key', () => {
  it.each(['', 'Basic', `Basic ${Buffer.from('another:').toString('base64')}`, 'Bearer write-key-of-the-test'])(
    'gets 401 before its body arrives: %j',
    async (authorization) => {
      const { port, requests } = await startService()
      const socket = connect(port, '127.0.0.1')
      socket.write(
        `POST /v1/batch HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\nauthorization: ${authorization}\r\n\r\n`
      )
      const [data] = (await once(socket, 'data')) as [Buffer]
      socket.destroy()

      expect(data.toString()).toMatch(/^HTTP\/1\.1 401 Unauthorized\r\n/)
      expect(data.toString()).toMatch(/www-authenticate: Basic/i)
      expect(requests).toEqual([])
    }
  )

  it('gets no response that web pages of other origins can read', async () => {
    const { origin, authorization } = await startService()
    for (const method of ['OPTIONS', 'POST']) {
      const { headers, status } = await fetch(`${origin}/v1/track`, {
        method,
        headers: { origin: 'https://example.com', authorization }
      })

      expect(status).toBeGreaterThanOrEqual(400)
      expect(headers.get('access-control-allow-origin')).toBeNull()
    }
  })
})

describe('a body', () => {
  const zeros = gzipSync(Buffer.alloc(11 * MIB, ' '))
  it.each([
    ['that is too large', 413, 'too_large', Buffer.alloc(11 * MIB, ' '), {}],
    ['that is too large after decompression', 413, 'too_large', zeros, { 'content-encoding': 'gzip' }],
    ['with too many events', 413, 'too_many_events', `[${'0,'.repeat(10_000)}0]`, {}],
    ['in another encoding', 415, 'unsupported_encoding', '{}', { 'content-encoding': 'br' }],
    ['that is not gzip', 400, 'not_gzip', '{}', { 'content-encoding': 'gzip' }],
    ['that is not JSON', 400, 'not_json', '{"type":', {}],
    ['that is empty', 400, 'not_json', '', {}],
    [
      'that is nested too deep',
      400,
      'too_deep',
      `[{"type":"track","properties":${'['.repeat(1e5)}${']'.repeat(1e5)}}]`,
      {}
    ]
  ])('%s gets %i', async (_, status, code, body, headers) => {
    const { post, requests, errors, service } = await startService()

    expect(await post('/v1/events', body, { headers })).toMatchObject({ status, body: { success: false, code } })
    expect((await post('/v1/events', identify('u1'))).status).toBe(200)
    expect(requests).toEqual([['u1']])
    expect(errors).toEqual([])
    expect(service.waiting.events).toBe(0)
  })

  it.each([
    ['batch', [], 400, 'not_an_object'],
    ['batch', {}, 400, 'not_a_batch'],
    ['batch', { batch: [1] }, 400, 'not_a_batch'],
    ['nothing', {}, 404, 'not_found']
  ])('of the call %s gets the reason: %j', async (call, body, status, code) => {
    const { post } = await startService()

    expect(await post(`/v1/${call}`, body)).toMatchObject({ status, body: { code } })
  })

  it('that does not arrive completely is not processed', async () => {
    const { port, authorization, requests, errors, service } = await startService()
    const socket = connect(port, '127.0.0.1')
    const head = `POST /v1/events HTTP/1.1\r\nhost: x\r\nauthorization: ${authorization}\r\ncontent-length: 1000\r\n\r\n`
    await new Promise<void>((resolve) => socket.write(`${head}[{"type":"identify","userId":"u1"`, () => resolve()))
    socket.end()
    await once(socket.resume(), 'close')
    await service.drain()

    expect(requests).toEqual([])
    expect(errors).toEqual([])
  })
})

describe('events that wait for their results', () => {
  /** A sink that holds all events. */
  function holdAll() {
    const held = defer()
    const sink: Sink = {
      pause: undefined,
      send: async (messages) => {
        await held.promise
        return messages.map((items) => items.map((item) => ({ ...item, results: [] })))
      },
      close: () => Promise.resolve()
    }
    return { sink, release: held.resolve }
  }

  it('are limited by their number, and new ones are accepted when there is room again', async () => {
    const { sink, release } = holdAll()
    const { post, service } = await startService({ sink })
    const events = Array.from({ length: 9000 }, (_, index) => identify(`u${index}`))
    const accepted = [post('/v1/events', events), post('/v1/events', events)]
    while (service.waiting.events < 18_000) {
      await new Promise(setImmediate)
    }

    expect(await post('/v1/events', events)).toMatchObject({
      status: 429,
      retryAfter: '1',
      body: { code: 'too_many_waiting' }
    })
    release()
    expect((await Promise.all(accepted)).map(({ status }) => status)).toEqual([200, 200])
    expect(service.waiting.events).toBe(0)
    expect((await post('/v1/events', events)).status).toBe(200)
  })

  it('are limited by the bytes of their requests', async () => {
    const { sink, release } = holdAll()
    const { post, service } = await startService({ sink })
    const large = JSON.stringify(identify('u1', { context: { text: 'x'.repeat(9.9 * MIB) } }))
    const accepted = Array.from({ length: 6 }, () => post('/v1/events', large))
    while (service.waiting.events < 6) {
      await new Promise(setImmediate)
    }

    expect(await post('/v1/events', large)).toMatchObject({ status: 429, body: { code: 'too_many_waiting' } })
    release()
    expect((await Promise.all(accepted)).map(({ status }) => status)).toEqual(accepted.map(() => 200))
    expect((await post('/v1/events', large)).status).toBe(200)
  })
})
