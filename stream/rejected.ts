import { jetstream, jetstreamManager } from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/transport-node'
import { findStream, rejectedOf } from './layout'
import type { Layout } from './layout'

/** Messages that are fetched together */
const AT_ONCE = 100

/** What stands on the rejected subject now: the text of each message, and its place there. */
export async function* readRejected(
  nc: NatsConnection,
  layout: Pick<Layout, 'name'>
): AsyncGenerator<{ text: string; sequence: number }> {
  const { stream } = rejectedOf(layout)
  if (!(await findStream(await jetstreamManager(nc), stream))) {
    return
  }
  const consumer = await jetstream(nc).consumers.get(stream)
  for (let isMore = true; isMore; ) {
    isMore = false
    // Somebody else may forget some at the same time: what does not come within a second is not there.
    for await (const message of await consumer.fetch({ max_messages: AT_ONCE, expires: 1000 })) {
      yield { text: message.string(), sequence: message.seq }
      isMore = message.info.pending > 0
      if (!isMore) {
        return
      }
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
