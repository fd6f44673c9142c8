import { jetstream, jetstreamManager } from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/transport-node'
import type { SegmentEvent } from '@segment/actions-core'
import { randomBytes } from 'crypto'
import type { ReadItem } from '../../delivery'
import { connectTo, NotPublishedError, openStream, Publisher, publishLines, TooLargeError } from '..'
import type { Layout } from '..'
import { connectAndOpen, countLeft, identify, listRejected, startServer, track, until } from './harness'
import type { Server } from './harness'

const event = (value: object) => value as SegmentEvent

describe('a publisher', () => {
  let server: Server
  let nc: NatsConnection
  let layout: Layout
  beforeEach(async () => {
    server = await startServer()
    ;({ nc, layout } = await connectAndOpen(server))
  })
  afterEach(async () => {
    await nc.close()
    await server.close()
  })
  /** The message ids of a user's events, in their order in the stream. */
  const idsInStream = async () => {
    const jsm = await jetstreamManager(nc)
    const { last_seq: last } = (await jsm.streams.info('ortto')).state
    const found: string[] = []
    for (let seq = 1; seq <= last; seq += 1) {
      const message = await jsm.streams.getMessage('ortto', { seq })
      found.push(message?.json<{ messageId: string }>().messageId ?? '')
    }
    return found
  }

  it('stores different events with the same message ID', async () => {
    const publisher = new Publisher(nc, layout)
    const events = [
      identify('u1', { messageId: 'm' }),
      track('u1', 1, { messageId: 'm' }),
      track('u2', 2, { messageId: 'm' })
    ]

    for (const one of events) {
      expect(await publisher.publish(event(one))).toBe(true)
    }
    expect(await countLeft(nc, layout)).toBe(3)
  })

  it('recognizes a message that a library resends with other times', async () => {
    const publisher = new Publisher(nc, layout)
    const sent = (members: object) => event(track('u1', 1, members))
    const originalTimestamp = '2026-03-01T00:00:00Z'

    expect(await publisher.publish(sent({ originalTimestamp, timestamp: '2026-03-01T00:00:01Z' }))).toBe(true)
    expect(await publisher.publish(sent({ originalTimestamp, timestamp: '2026-03-01T00:00:02Z', sentAt: 'now' }))).toBe(
      false
    )
  })

  it('stores an event again when its content or its time was fixed', async () => {
    const publisher = new Publisher(nc, layout)
    const versions = [
      track('u1', 1),
      track('u1', 1, { properties: { plan: 'pro' } }),
      track('u1', 1, { timestamp: '2026-03-01T09:00:00Z' })
    ]

    for (const version of versions) {
      expect(await publisher.publish(event(version))).toBe(true)
      expect(await publisher.publish(event(version))).toBe(false)
    }
    // Of an event from a file, all of the text counts.
    const line = { originalTimestamp: '2026-03-01T00:00:00Z', ...track('u2', 2) }
    for (const timestamp of ['2026-03-01', '2026-03-02']) {
      const version = event({ ...line, timestamp })
      expect(await publisher.publish(version, { raw: JSON.stringify(version) }, {})).toBe(true)
      expect(await publisher.publish(version, { raw: JSON.stringify(version) }, {})).toBe(false)
    }
  })

  it('creates the stream of rejected events again when it is missing', async () => {
    const jsm = await jetstreamManager(nc)
    await jsm.streams.delete('ortto-rejected')
    await new Publisher(nc, layout).reject('{"_line":"x","_rejected":[]}', 'a:1')

    expect(await listRejected(nc, layout)).toMatchObject([{ _line: 'x' }])
  })

  it('fails immediately for a rejected event that is too large with its header', async () => {
    const publisher = new Publisher(nc, layout)
    const largest = nc.info?.max_payload ?? 0

    await expect(publisher.reject('x'.repeat(largest - 50), 'a:1')).rejects.toThrow(TooLargeError)
    await publisher.reject(JSON.stringify({ text: 'x'.repeat(largest - 300) }), 'a:2')
    expect(await listRejected(nc, layout)).toHaveLength(1)
  })

  it('deduplicates events by message ID', async () => {
    const publisher = new Publisher(nc, layout)

    expect(await publisher.publish(event(track('u1', 1)))).toBe(true)
    expect(await publisher.publish(event(track('u1', 1)))).toBe(false)
    expect(await publisher.publish(event(identify('u1')))).toBe(true)
    expect(await publisher.publish(event(identify('u1')))).toBe(true)
    expect(await countLeft(nc, layout)).toBe(3)
  })

  it('accepts message IDs that are not valid in a header', async () => {
    const publisher = new Publisher(nc, layout)
    for (const messageId of ['a\r\nNats-Msg-Id: b', 'ü'.repeat(5000)]) {
      expect(await publisher.publish(event(track('u1', 1, { messageId })))).toBe(true)
      expect(await publisher.publish(event(track('u1', 1, { messageId })))).toBe(false)
    }
  })

  it('keeps the order of each user, even while the server is down', async () => {
    const waits: (string | undefined)[] = []
    const publisher = new Publisher(nc, layout, { onWait: (reason) => waits.push(reason) })
    const publish = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, index) => publisher.publish(event(track('u1', from + index))))
    const first = publish(0, 50)
    await first[0]
    await server.kill()
    const others = publish(50, 100)
    await server.restart()
    await Promise.all([...first, ...others])

    expect(await idsInStream()).toEqual(Array.from({ length: 100 }, (_, index) => `t-${index}`))
  }, 30_000)

  it('waits while the stream is full, and reports this once', async () => {
    await openStream(nc, { maxBytes: 20_000 })
    const waits: (string | undefined)[] = []
    const publisher = new Publisher(nc, layout, { onWait: (reason) => waits.push(reason) })
    const all = Array.from({ length: 40 }, (_, index) =>
      publisher.publish(event(track('u1', index, { properties: { pad: 'x'.repeat(1000) } })))
    )
    await until(() => publisher.waitReason !== undefined)

    expect(waits).toEqual(['The stream of ortto.events.* is full (maximum bytes exceeded)'])
    expect(await countLeft(nc, layout)).toBeLessThan(20)
    const jsm = await jetstreamManager(nc)
    const seen: string[] = []
    while (seen.length < 40) {
      for await (const { name } of jsm.consumers.list('ortto')) {
        const consumer = await jetstream(nc).consumers.get('ortto', name)
        if ((await consumer.info()).num_pending > 0) {
          for await (const message of await consumer.fetch({ max_messages: 10, expires: 1000 })) {
            seen.push(message.json<{ messageId: string }>().messageId)
            message.ack()
          }
        }
      }
    }
    expect(await Promise.all(all)).toEqual(Array(40).fill(true))
    expect(seen).toEqual(Array.from({ length: 40 }, (_, index) => `t-${index}`))
    expect(publisher.waitReason).toBeUndefined()
  }, 30_000)

  it('stops waiting when it is aborted', async () => {
    await openStream(nc, { maxBytes: 100 })
    const stop = new AbortController()
    const publisher = new Publisher(nc, layout, { signal: stop.signal })
    const published = publisher.publish(event(track('u1', 1)))
    await until(() => publisher.waitReason !== undefined)
    stop.abort()

    await expect(published).rejects.toThrow(NotPublishedError)
  })

  it('does not publish an event that is too large for the server', async () => {
    const properties = { pad: randomBytes(600_000).toString('hex') }

    await expect(new Publisher(nc, layout).publish(event(track('u1', 1, { properties })))).rejects.toThrow(
      TooLargeError
    )
    expect(await countLeft(nc, layout)).toBe(0)
  })

  it('publishes lines, and each line that is not an event once on the rejected subject', async () => {
    const place = (line: number) => ({
      source: { kind: 'file' as const, file: 'a.ndjson', line, place: line },
      size: 10
    })
    const same = { event: event(identify('u1')), raw: JSON.stringify(identify('u1')) }
    const lines: ReadItem[] = [
      { ...place(1), ...same },
      { ...place(2), ...same },
      { ...place(3), raw: '{', problem: { code: 'not_json', message: 'This line is not JSON.' } },
      { ...place(4), ...asRejected(track('u2', 4)) }
    ]
    const publish = async () => {
      const published = { lines: 0, stored: 0, duplicates: 0, rejected: 0, tooLarge: 0 }
      const publisher = new Publisher(nc, layout)
      await publishLines(inOneGo(lines), publisher, published, () => undefined)
      return published
    }
    await new Publisher(nc, layout).publish(event(track('u2', 4)))

    // A line without a message id is known by its place, and what was rejected before is another event than it was.
    expect(await publish()).toEqual({ lines: 4, stored: 3, duplicates: 0, rejected: 1, tooLarge: 0 })
    expect(await publish()).toEqual({ lines: 4, stored: 0, duplicates: 3, rejected: 1, tooLarge: 0 })
    expect(await listRejected(nc, layout)).toMatchObject([
      { _line: '{', _rejected: [{ file: 'a.ndjson', line: 3, message: 'This line is not JSON.' }] }
    ])
  })
})

describe('a server that cannot be used', () => {
  it('leads to an error that says what to do', async () => {
    await expect(connectTo({ servers: ['nats://127.0.0.1:1'], name: 'test' })).rejects.toThrow(
      'nats-server --jetstream'
    )
  })

  it('may have another stream with the same name', async () => {
    const server = await startServer()
    const nc = await connectTo({ servers: [server.url], name: 'test' })
    await (await jetstreamManager(nc)).streams.add({ name: 'ortto', subjects: ['x'] })
    await expect(openStream(nc)).rejects.toThrow('Use another name with --stream')
    await expect(openStream(nc, { name: 'a.b' })).rejects.toThrow('letters, digits')
    await nc.close()
    await server.close()
  })
})

function asRejected(value: object) {
  return { event: event(value), raw: JSON.stringify(value), rejected: [{ status: 400 }] }
}

async function* inOneGo(lines: ReadItem[]): AsyncGenerator<ReadItem[]> {
  yield await Promise.resolve(lines)
}
