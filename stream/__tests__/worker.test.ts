import { jetstream, jetstreamManager } from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/transport-node'
import { readMappings } from '../../delivery'
import { fastTime } from '../../delivery/__tests__/harness'
import { readStatus } from '..'
import { consumerOf } from '../layout'
import { PoisonMessages } from '../poison-messages'
import type { Layout, StreamOptions } from '..'
import {
  accept,
  acceptExcept,
  connectAndOpen,
  countLeft,
  identify,
  listRejected,
  publishAll,
  reject,
  startOrtto,
  startServer,
  track,
  until
} from './harness'
import type { Responder, Server } from './harness'

describe('a worker', () => {
  let server: Server
  let nc: NatsConnection
  let layout: Layout
  let ortto: Awaited<ReturnType<typeof startOrtto>>
  afterEach(async () => {
    await ortto.close()
    await nc.close()
    await server.close()
  })
  const setUp = async (respond: Responder, options: StreamOptions = {}) => {
    server = await startServer()
    ;({ nc, layout } = await connectAndOpen(server, options))
    ortto = await startOrtto(respond)
  }
  const isEmpty = async () => (await countLeft(nc, layout)) === 0

  it('delivers stored and new events, and empties the stream', async () => {
    const names: unknown[] = []
    await setUp((items) => {
      names.push(...items.map(({ user_id }) => user_id))
      return accept()
    })
    await publishAll(nc, layout, [identify('u1'), track('u2', 2), { type: 'page', userId: 'u3' }])
    const worker = ortto.startWorker(nc, layout)
    await until(isEmpty)
    await publishAll(nc, layout, [identify('u4')])
    await until(isEmpty)

    expect(await worker.drain()).toBeUndefined()
    expect(names.sort()).toEqual(['u1', 'u2', 'u4'])
    expect(await listRejected(nc, layout)).toEqual([])
    const sum = (name: string) => worker.batches().reduce((total, line) => total + Number(line[name]), 0)
    expect([sum('events'), sum('delivered'), sum('skipped'), sum('rejected')]).toEqual([4, 3, 1, 0])
    expect(worker.batches().some(({ slowestMs }) => Number(slowestMs) > 0)).toBe(true)
  })

  it('publishes rejected events on the rejected subject, with the reasons', async () => {
    await setUp((items) =>
      acceptExcept(
        items.flatMap((item, index) => (item.user_id === 'bad' ? [{ index, status: 400, message: 'No!' }] : []))
      )
    )
    await publishAll(nc, layout, [identify('u1'), identify('bad'), { type: 'identify', traits: { name: 'X' } }])
    nc.publish('ortto.events.2', '{"type":')
    const worker = ortto.startWorker(nc, layout)
    await until(isEmpty)
    await worker.drain()

    const found = await listRejected(nc, layout)
    expect(found).toHaveLength(3)
    expect(found).toContainEqual(
      expect.objectContaining({
        ...identify('bad'),
        _rejected: [expect.objectContaining({ mapping: 'Upsert Contact', status: 400, message: 'No!' }) as object]
      })
    )
    expect(found.find(({ _line }) => _line === '{"type":')?._rejected[0].message).toContain('This message is not JSON')
    expect(found.find(({ type, userId }) => type === 'identify' && userId === undefined)).toMatchObject({
      _rejected: [{ errorType: 'PAYLOAD_VALIDATION_FAILED' }]
    })
  })

  it('keeps the order of each user when an event is retried', async () => {
    const seen: string[] = []
    let failures = 0
    await setUp((items) => {
      const broken = items.findIndex(({ message_id }) => message_id === 't-3')
      if (broken !== -1 && failures++ < 2) {
        const later = items.flatMap(({ user_id }, index) => (user_id === 'u3' && index >= broken ? [index] : []))
        seen.push(...items.filter((_, index) => !later.includes(index)).map(({ message_id }) => String(message_id)))
        return acceptExcept(later.map((index) => ({ index, status: 500, message: 'Broken' })))
      }
      seen.push(...items.map(({ message_id }) => String(message_id)))
      return accept()
    })
    const events = Array.from({ length: 60 }, (_, index) => track(`u${index % 10}`, index))
    await publishAll(nc, layout, events)
    ortto.startWorker(nc, layout)
    await until(isEmpty)

    const numbers = seen.map((id) => Number(id.slice(2)))
    const ofUser = (user: number) => numbers.filter((number) => number % 10 === user)
    expect(ofUser(3)).toEqual([3, 13, 23, 33, 43, 53])
    expect(failures).toBeGreaterThan(2)
  }, 30_000)

  it('acknowledges a contact that Ortto already has', async () => {
    await setUp(() => reject(422, 'Nothing new'))
    await publishAll(nc, layout, [identify('u1')])
    const worker = ortto.startWorker(nc, layout)
    await until(isEmpty)
    await worker.drain()

    expect(await listRejected(nc, layout)).toEqual([])
    expect(worker.batches()).toEqual([expect.objectContaining({ unchanged: 1, delivered: 0, rejected: 0 })])
  })

  it('lists rejected events when some of them were deleted', async () => {
    await setUp(() => reject(400, 'Bad'))
    await publishAll(nc, layout, [identify('u1'), identify('u2'), identify('u3')])
    const worker = ortto.startWorker(nc, layout)
    await until(isEmpty)
    await worker.drain()
    const jsm = await jetstreamManager(nc)
    await jsm.streams.deleteMessage(`${layout.name}-rejected`, 3)

    expect(await listRejected(nc, layout)).toHaveLength(2)
  })

  it('logs requests that the server rejects', async () => {
    await setUp(() => accept())
    const jsm = await jetstreamManager(nc)
    await Promise.all([0, 1, 2, 3].map((partition) => jsm.consumers.delete(layout.name, consumerOf(partition))))
    const worker = ortto.startWorker(nc, layout)
    await until(() => worker.log.some(({ msg }) => /^NATS rejected a request: .*not found/.test(String(msg))))

    expect(await worker.drain()).toBeUndefined()
  })

  it('rejects an event that always fails while Ortto accepts others', async () => {
    await setUp((items) =>
      acceptExcept(
        items.flatMap((item, index) => (item.user_id === 'bad' ? [{ index, status: 500, message: 'Oh' }] : []))
      )
    )
    await publishAll(nc, layout, [identify('bad'), ...Array.from({ length: 20 }, (_, index) => identify(`u${index}`))])
    ortto.startWorker(nc, layout, { time: fastTime() })
    await until(isEmpty)

    expect(await listRejected(nc, layout)).toMatchObject([
      { userId: 'bad', _rejected: [{ status: 500, message: 'Oh' }] }
    ])
  })

  it('retries only the mapping that failed', async () => {
    const paths: string[] = []
    await setUp((_items, path) => {
      paths.push(path)
      return path === '/v1/track' && paths.filter((one) => one === path).length === 1 ? reject(503) : accept()
    })
    const both = readMappings(
      ['upsertContact', 'trackActivity'].map((partnerAction) => ({
        name: partnerAction,
        partnerAction,
        subscribe: 'type = "track"',
        mapping: {
          user_id: { '@path': '$.userId' },
          ...(partnerAction === 'trackActivity' ? { event: { '@path': '$.event' } } : {})
        }
      }))
    )
    await publishAll(nc, layout, [track('u1', 1)])
    ortto.startWorker(nc, layout, { mappings: both })
    await until(isEmpty)

    expect(paths.filter((path) => path === '/v1/identify')).toHaveLength(1)
    expect(paths.filter((path) => path === '/v1/track')).toHaveLength(2)
  }, 20_000)

  it('does not terminate an event while the stream of rejected events is full', async () => {
    await setUp(() => reject(400, 'No!'))
    const jsm = await jetstreamManager(nc)
    await jsm.streams.update('ortto-rejected', { max_msgs: 1 })
    await publishAll(nc, layout, [identify('u1'), identify('u2')])
    const worker = ortto.startWorker(nc, layout)
    await until(() => worker.log.some(({ msg }) => String(msg).includes('is full')))

    expect(await countLeft(nc, layout)).toBe(1)
    await jsm.streams.update('ortto-rejected', { max_msgs: 10 })
    await until(isEmpty)
    expect((await listRejected(nc, layout)).map(({ userId }) => userId).sort()).toEqual(['u1', 'u2'])
  }, 20_000)

  describe('with an event that was delivered several times without a result', () => {
    const setUpSuspicious = async () => {
      const seen: unknown[] = []
      await setUp(
        (items) => {
          seen.push(...items.map(({ user_id }) => user_id))
          return accept()
        },
        { partitions: 1 }
      )
      await publishAll(nc, layout, [identify('u1'), identify('u2'), identify('u3')])
      const consumer = await jetstream(nc).consumers.get('ortto', 'work-0')
      for (let times = 0; times < 4; times += 1) {
        for await (const message of await consumer.fetch({ max_messages: 3, expires: 1000 })) {
          message.nak()
        }
      }
      return seen
    }

    it('delivers the event', async () => {
      const seen = await setUpSuspicious()
      ortto.startWorker(nc, layout)
      await until(isEmpty)

      expect(seen).toEqual(['u1', 'u2', 'u3'])
      expect(await listRejected(nc, layout)).toEqual([])
    })

    it('rejects the event after three crashes, and delivers later events', async () => {
      const seen = await setUpSuspicious()
      for (const worker of ['one', 'two', 'three']) {
        await (await PoisonMessages.open(nc, layout, worker)).recordAttempt(0, 1)
      }
      ortto.startWorker(nc, layout)
      await until(isEmpty)

      expect(seen).toEqual(['u2', 'u3'])
      expect(await listRejected(nc, layout)).toMatchObject([
        { userId: 'u1', _rejected: [{ message: expect.stringContaining('3 workers crashed') as string }] }
      ])
    })
  })

  it('returns its events immediately when it is stopped', async () => {
    let isDown = true
    const requested = new Set<string>()
    await setUp((items) => {
      items.forEach(({ user_id }) => requested.add(String(user_id)))
      return isDown ? reject(503) : accept()
    })
    await publishAll(nc, layout, [identify('u1'), identify('u2')])
    const first = ortto.startWorker(nc, layout)
    await until(() => requested.size === 2)

    expect(await first.drain()).toBeUndefined()
    expect(first.log).toContainEqual(expect.objectContaining({ msg: 'drained', returned: 2 }))
    expect((await readStatus(nc, 'ortto')).workers).toEqual([])
    isDown = false
    ortto.startWorker(nc, layout)
    await until(isEmpty)
    expect(await listRejected(nc, layout)).toEqual([])
  }, 20_000)

  it('stops when the API key is refused, and returns all events', async () => {
    await setUp(() => reject(401, 'Unknown key'))
    await publishAll(nc, layout, [identify('u1'), identify('u2')])
    const worker = ortto.startWorker(nc, layout)

    expect(await worker.ended).toContain('The API key is refused')
    expect(await countLeft(nc, layout)).toBe(2)
    expect(await listRejected(nc, layout)).toEqual([])
  })

  it('stops when all first results are the same rejection, and rejects no event', async () => {
    await setUp((items) =>
      acceptExcept(items.map((_, index) => ({ index, status: 422, message: 'No mappings configured' })))
    )
    const events = Array.from({ length: 1200 }, (_, index) => identify(`u${index}`))
    await publishAll(nc, layout, events)
    const worker = ortto.startWorker(nc, layout)

    expect(await worker.ended).toContain('the same rejection: No mappings configured')
    expect(await countLeft(nc, layout)).toBe(1200)
    expect(await listRejected(nc, layout)).toEqual([])
  }, 20_000)

  it('survives an outage: it returns the events with a delay, and delivers them in order afterwards', async () => {
    const seen: string[] = []
    let isDown = true
    await setUp((items) => {
      if (isDown) {
        return reject(503, 'Down')
      }
      seen.push(...items.map(({ message_id }) => String(message_id)))
      return accept()
    })
    await publishAll(
      nc,
      layout,
      Array.from({ length: 20 }, (_, index) => track('u1', index))
    )
    const worker = ortto.startWorker(nc, layout, { time: fastTime() })
    await until(() => worker.log.some(({ returned }) => returned === 20))
    isDown = false
    await until(isEmpty)

    expect(seen).toEqual(Array.from({ length: 20 }, (_, index) => `t-${index}`))
    expect(worker.log.find(({ returned }) => returned === 20)?.msg).toContain('Down')
  }, 60_000)

  it('shares the partitions with new workers, and takes over those of stopped workers', async () => {
    await setUp(accept)
    const share = async () => (await readStatus(nc, 'ortto')).workers.map(({ partitions }) => partitions)
    const first = ortto.startWorker(nc, layout)
    await until(async () => String(await share()) === '4')
    ortto.startWorker(nc, layout)
    await until(async () => String(await share()) === '2,2')
    await first.drain()
    await until(async () => String(await share()) === '4')
  }, 30_000)

  it('resumes after a restart of the server', async () => {
    const seen = new Set<string>()
    await setUp((items) => {
      items.forEach(({ user_id }) => seen.add(String(user_id)))
      return accept()
    })
    const worker = ortto.startWorker(nc, layout)
    await publishAll(nc, layout, [identify('u1')])
    await until(isEmpty)
    await server.kill()
    await server.restart()
    await publishAll(nc, layout, [identify('u2')])
    await until(isEmpty)

    expect([...seen]).toEqual(['u1', 'u2'])
    expect(await worker.drain()).toBeUndefined()
  }, 30_000)

  it('starts a new session when other workers may have taken over', async () => {
    const seen: string[] = []
    await setUp((items) => {
      seen.push(...items.map(({ user_id }) => String(user_id)))
      return accept()
    })
    const worker = ortto.startWorker(nc, layout)
    await publishAll(nc, layout, [identify('u1')])
    await until(isEmpty)
    await server.kill()
    await until(() => worker.log.some(({ msg }) => msg === 'restarting'))
    await server.restart()
    await publishAll(nc, layout, [identify('u2')])
    await until(isEmpty)

    expect(seen).toEqual(['u1', 'u2'])
  }, 30_000)
})
