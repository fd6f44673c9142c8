import { jetstream, jetstreamManager } from '@nats-io/jetstream'
import { headers } from '@nats-io/transport-node'
import type { NatsConnection } from '@nats-io/transport-node'
import { createHash } from 'crypto'
import { readStatus } from '..'
import type { Layout } from '..'
import { PoisonMessages } from '../poison-messages'
import { accept, connectAndOpen, identify, listRejected, publishAll, startOrtto, startServer, until } from './harness'
import type { Server } from './harness'

/** The default of NATS for `max_payload` */
const MAX_PAYLOAD = 1024 * 1024
const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
const withPadding = (event: object, size: number) => {
  const length = size - JSON.stringify({ ...event, pad: '' }).length
  return JSON.stringify({ ...event, pad: 'x'.repeat(length) })
}

describe('a message that is rejected', () => {
  let server: Server
  let nc: NatsConnection
  let layout: Layout
  let ortto: Awaited<ReturnType<typeof startOrtto>>
  const seen: unknown[] = []
  beforeEach(async () => {
    seen.length = 0
    server = await startServer()
    ;({ nc, layout } = await connectAndOpen(server, { partitions: 32 }))
    ortto = await startOrtto((items) => {
      seen.push(...items.map(({ user_id }) => user_id))
      return accept()
    })
  })
  afterEach(async () => {
    await ortto.close()
    await nc.close()
    await server.close()
  })
  const tags = headers()
  tags.set('Nats-Expected-Stream', 'ortto')
  tags.append('X-Odd~Name', ' a\u00fc: b ')

  it.each<[string, string | Buffer, object]>([
    ['no JSON, and larger when it is escaped', '"'.repeat(540 * 1024), { truncated: true, bytes: 540 * 1024 }],
    ['control characters', '\u0001'.repeat(1_000_000), { truncated: true, bytes: 1_000_000 }],
    ['not UTF-8', Buffer.from([0xff, 0xfe, 0x00]), { _line: '//4A', encoding: 'base64' }],
    [
      'not UTF-8, and too large',
      Buffer.alloc(MAX_PAYLOAD - 300, 0xff),
      {
        encoding: 'base64',
        truncated: true,
        bytes: MAX_PAYLOAD - 300,
        sha256: digest(Buffer.alloc(MAX_PAYLOAD - 300, 0xff))
      }
    ],
    ['no JSON', '{"type":', { _line: '{"type":' }],
    ['empty', '', { _line: '' }],
    ['another schema', '{"specversion":"1.0"}', { _line: '{"specversion":"1.0"}' }],
    ['nested deep', `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, {}],
    ['an event without IDs, at the limit', withPadding({ type: 'identify' }, MAX_PAYLOAD - 300), { truncated: true }]
  ])(
    'ends, and its partition goes on: %s',
    async (_, text, record) => {
      for (let count = 0; count < 3; count += 1) {
        nc.publish('ortto.events.7', text, { headers: tags })
      }
      await nc.flush()
      ortto.startWorker(nc, layout)
      await until(async () => (await readStatus(nc, 'ortto')).rejected === 3)
      // The messages that were pulled together have ended: only what was kept could stop this one.
      nc.publish('ortto.events.7', JSON.stringify(identify('behind')))
      await until(() => seen.includes('behind'))

      const [found] = await listRejected(nc, layout)
      expect(found).toMatchObject({
        ...record,
        _rejected: [{ subject: 'ortto.events.7', sequence: 1, message: expect.any(String) as string }]
      })
      await until(async () => (await readStatus(nc, 'ortto')).inProgress === 0)
    },
    10_000
  )

  it('is truncated until the stream of rejected events takes it', async () => {
    const jsm = await jetstreamManager(nc)
    await jsm.streams.update('ortto-rejected', { max_msg_size: 1000 })
    const text = withPadding({ type: 'identify' }, 50_000)
    nc.publish('ortto.events.7', text)
    ortto.startWorker(nc, layout)
    await until(async () => (await readStatus(nc, 'ortto')).rejected === 1)

    const [{ _line: line, sha256, bytes }] = await listRejected(nc, layout)
    expect(text.startsWith(String(line))).toBe(true)
    expect(String(line).length).toBeGreaterThan(100)
    expect({ bytes, sha256 }).toEqual({ bytes: 50_000, sha256: digest(Buffer.from(text)) })
  }, 10_000)

  it('is shown as stuck, with the reason, while it cannot be moved', async () => {
    const jsm = await jetstreamManager(nc)
    await jsm.streams.update('ortto-rejected', { max_bytes: 10 })
    nc.publish('ortto.events.7', 'no event')
    ortto.startWorker(nc, layout)
    const readStuck = async () => (await readStatus(nc, 'ortto')).workers[0]?.stuck
    await until(async () => (await readStuck()) !== undefined)

    expect(await readStuck()).toEqual({
      messages: 1,
      subject: 'ortto.events.7',
      sequence: 1,
      reason: 'The stream of ortto.rejected is full (maximum bytes exceeded)'
    })
    await jsm.streams.update('ortto-rejected', { max_bytes: -1 })
    await until(async () => (await readStuck()) === undefined)
    expect(await listRejected(nc, layout)).toMatchObject([{ _line: 'no event' }])
  }, 10_000)
})

describe('an attempt to deliver a suspicious message', () => {
  it('counts for other workers until its worker removes it, also after another attempt', async () => {
    const server = await startServer()
    const { nc, layout } = await connectAndOpen(server)
    const [one, two, three] = await Promise.all(
      ['one', 'two', 'three'].map((worker) => PoisonMessages.open(nc, layout, worker))
    )

    expect(await one.recordAttempt(0, 5)).toBe(0)
    expect(await one.recordAttempt(0, 5)).toBe(0)
    expect(await two.recordAttempt(0, 5)).toBe(1)
    await one.removeAttempts()
    expect(await three.recordAttempt(0, 5)).toBe(1)
    expect(await three.recordAttempt(0, 6)).toBe(0)
    await nc.close()
    await server.close()
  })

  it('is removed by a worker that is stopped while the server is away, when the server is back', async () => {
    const server = await startServer()
    const { nc, layout } = await connectAndOpen(server, { partitions: 1 })
    let respond: () => void = () => undefined
    const response = new Promise<void>((resolve) => (respond = resolve))
    let requests = 0
    const ortto = await startOrtto(async () => {
      requests += 1
      await response
      return accept()
    })
    await publishAll(nc, layout, [identify('u1')])
    const consumer = await jetstream(nc).consumers.get('ortto', 'work-0')
    for (let times = 0; times < 4; times += 1) {
      for await (const message of await consumer.fetch({ max_messages: 1, expires: 1000 })) {
        message.nak()
      }
    }
    const worker = ortto.startWorker(nc, layout)
    await until(() => requests > 0)
    await server.kill()
    const drained = worker.drain()
    respond()
    await server.restart()
    await drained

    const other = await PoisonMessages.open(nc, layout, 'other')
    expect(await other.recordAttempt(0, 1)).toBe(0)
    await ortto.close()
    await nc.close()
    await server.close()
  }, 30_000)
})
