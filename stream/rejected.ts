import { jetstream, jetstreamManager } from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/transport-node'
import { findStream, rejectedOf } from './layout'
import type { Layout } from './layout'

/** What stands on the rejected subject now: the text of each message, and its place there. */
export async function* readRejected(
  nc: NatsConnection,
  layout: Pick<Layout, 'name'>
): AsyncGenerator<{ text: string; sequence: number }> {
  const { stream } = rejectedOf(layout)
  const info = await findStream(await jetstreamManager(nc), stream)
  if (!info || info.state.messages === 0) {
    return
  }
  const consumer = await jetstream(nc).consumers.get(stream)
  for await (const message of await consumer.consume()) {
    yield { text: message.string(), sequence: message.seq }
    if (message.seq >= info.state.last_seq) {
      return
    }
  }
}

/** Forgets what stands on the rejected subject, up to this place. */
export async function forgetRejected(
  nc: NatsConnection,
  layout: Pick<Layout, 'name'>,
  sequence: number
): Promise<void> {
  const jsm = await jetstreamManager(nc)
  await jsm.streams.purge(rejectedOf(layout).stream, { seq: sequence + 1 })
}
