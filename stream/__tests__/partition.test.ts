import { jetstream } from '@nats-io/jetstream'
import type { JsMsg } from '@nats-io/jetstream'
import { createInbox } from '@nats-io/transport-node'
import type { Msg, NatsConnection } from '@nats-io/transport-node'
import { connectAndOpen, publishAll, startServer, track, until } from './harness'
import type { Server } from './harness'
import { consumerOf } from '../layout'
import type { Layout } from '../layout'
import { Partition } from '../partition'

let server: Server

beforeAll(async () => {
  server = await startServer()
})

afterAll(() => server.close())

const place = ({ info }: JsMsg) => info.streamSequence
const places = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, index) => first + index)
const events = (first: number, last: number) => places(first, last).map((number) => track('u1', number))

/** Pulls messages without the library, which would allow only one acknowledgement of each. */
async function pull(nc: NatsConnection, { name }: Layout, count: number): Promise<Msg[]> {
  const inbox = createInbox()
  const pulled = nc.subscribe(inbox, { max: count })
  nc.publish(`$JS.API.CONSUMER.MSG.NEXT.${name}.${consumerOf(0)}`, JSON.stringify({ batch: count }), { reply: inbox })
  const messages: Msg[] = []
  for await (const message of pulled) {
    messages.push(message)
  }
  return messages
}

it('does not pull more bytes than the limit, and resumes below the limit', async () => {
  const { nc, layout } = await connectAndOpen(server, { name: 'large', partitions: 1, ackWait: 60_000 })
  const consumer = await jetstream(nc).consumers.get(layout.name, consumerOf(0))
  const text = 'x'.repeat(100_000)
  await publishAll(
    nc,
    layout,
    places(1, 30).map((number) => track('u1', number, { properties: { text } }))
  )
  const dispatched: JsMsg[] = []
  let most = 0
  const partition = new Partition(consumer, {
    getLimits: () => ({ messages: 100, bytes: 1_000_000 }),
    deliver: (messages) => {
      dispatched.push(...messages)
      most = Math.max(most, partition.size)
    },
    deliverAlone: (message) => dispatched.push(message),
    onError: (error) => {
      throw error
    }
  })
  for (let count = 0; count < 30; count += 1) {
    await until(() => dispatched.length > count)
    dispatched[count].ack()
    partition.finish(place(dispatched[count]))
  }

  expect(dispatched.map(place)).toEqual(places(1, 30))
  // The first pull doesn't know yet how large they are: 15 of 64 KiB would have had room.
  expect(most).toBeLessThanOrEqual(15)
  await partition.close()
  await nc.close()
})

it('dispatches messages that arrive after later ones, even if late acknowledgements of a slow worker hid the gap', async () => {
  const { nc, layout } = await connectAndOpen(server, { partitions: 1, ackWait: 60_000 })
  const consumer = await jetstream(nc).consumers.get(layout.name, consumerOf(0))
  await publishAll(nc, layout, events(1, 20))
  const ofSlowWorker = await pull(nc, layout, 20)
  ofSlowWorker.slice(0, 10).forEach((message) => message.respond('-NAK'))

  const dispatched: JsMsg[] = []
  const partition = new Partition(consumer, {
    getLimits: () => ({ messages: 100, bytes: 1e6 }),
    onError: (error) => {
      throw error
    },
    deliver: (messages) => dispatched.push(...messages),
    deliverAlone: (message) => dispatched.push(message)
  })
  await until(() => partition.size === 10)
  expect(dispatched).toEqual([])
  ofSlowWorker.slice(0, 10).forEach((message) => message.respond('+ACK'))
  await publishAll(nc, layout, events(21, 30))
  await until(() => dispatched.length === 20)
  ofSlowWorker.slice(10).forEach((message) => message.respond('-NAK'))
  await until(() => dispatched.length === 30)
  expect(dispatched.map(place)).toEqual([...places(1, 10), ...places(21, 30), ...places(11, 20)])

  await partition.close()
  await nc.close()
})
