import { jetstreamManager } from '@nats-io/jetstream'
import { createServer } from 'net'
import type { AddressInfo } from 'net'
import type { SegmentEvent } from '@segment/actions-core'
import { connectTo, openStream, Publisher } from '..'
import { accept, countLeft, listRejected, startOrtto, startServer, track, until } from './harness'
import type { Server } from './harness'

/** Ports that are free at the moment */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map((server) => new Promise((resolve) => server.once('listening', resolve))))
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}

/** Three servers that know each other. */
async function startCluster(): Promise<Server[]> {
  const ports = await freePorts(6)
  const routes = ports.slice(3).map((port) => `nats://127.0.0.1:${port}`)
  return Promise.all(
    routes.map((route, index) =>
      startServer(
        `server_name: n${index}\ncluster { name: test, listen: "${route.slice(7)}", routes: [${routes.join(', ')}] }`,
        ports[index]
      )
    )
  )
}

const EVENTS = 3000
const USERS = 50

describe('a cluster of three servers', () => {
  it('loses no event when each of its servers is killed in turn during publishing and delivery', async () => {
    const servers = await startCluster()
    const nc = await connectTo({ servers: servers.map(({ url }) => url), name: 'test' })
    await until(() =>
      jetstreamManager(nc).then(
        () => true,
        () => false
      )
    )
    const layout = await openUntilReady(nc)
    const jsm = await jetstreamManager(nc)
    const seen = new Map<string, number[]>()
    let count = 0
    const ortto = await startOrtto((items) => {
      for (const { user_id: user = '', message_id: id = '' } of items) {
        const numbers = seen.get(user) ?? []
        const number = Number(id.slice(2))
        count += numbers.includes(number) ? 0 : 1
        seen.set(user, [...numbers, number])
      }
      return accept()
    })
    const publisher = new Publisher(nc, layout)
    const published: Promise<boolean>[] = []
    const publishTo = (last: number) => {
      while (published.length < last) {
        const number = published.length
        published.push(publisher.publish(track(`u${number % USERS}`, number) as SegmentEvent))
      }
    }
    const workers = [ortto.startWorker(nc, layout), ortto.startWorker(nc, layout)]
    for (const [index, server] of servers.entries()) {
      const before = (index * EVENTS) / servers.length
      const half = EVENTS / servers.length / 2
      publishTo(before + half)
      await until(() => count > before)
      await server.kill()
      publishTo(before + 2 * half)
      // The other two servers store and deliver everything.
      await until(() => count === before + 2 * half)
      await server.restart()
      await until(async () => {
        const info = await jsm.streams.info('ortto').catch(() => undefined)
        return info?.cluster?.replicas?.every(({ offline = false }) => !offline) === true
      })
    }
    await Promise.all(published)
    await until(async () => (await countLeft(nc, layout).catch(() => 1)) === 0)

    expect(layout.replicas).toBe(3)
    expect(count).toBe(EVENTS)
    expect(await listRejected(nc, layout)).toEqual([])
    // First deliveries are in order; what was in flight may be repeated.
    for (const numbers of seen.values()) {
      const first = [...new Set(numbers)]
      expect(first).toEqual([...first].sort((one, other) => one - other))
    }
    for (const stream of ['ortto', 'ortto-rejected', 'KV_ortto-leases', 'KV_ortto-suspects']) {
      expect((await jsm.streams.info(stream)).config.num_replicas).toBe(3)
    }
    await Promise.all(workers.map(({ drain }) => drain()))
    await ortto.close()
    await nc.close()
    await Promise.all(servers.map(({ close }) => close()))
  }, 180_000)
})

/** A cluster that has just started has no leader. */
async function openUntilReady(nc: Awaited<ReturnType<typeof connectTo>>) {
  for (;;) {
    try {
      return await openStream(nc, { replicas: 3, partitions: 4, ackWait: 3000 })
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }
}
