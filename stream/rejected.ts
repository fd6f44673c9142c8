import { jetstream, jetstreamManager } from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/transport-node'
import { findStream, rejectedOf } from './layout'
import type { Layout } from './layout'

/** Messages in one pull request */
const MAX_PULLED = 100

/** The rejected events at the moment: the text and the stream sequence of each message. */
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
    // Another process may delete messages at the same time. A message that does not arrive within a second is gone.
    for await (const message of await consumer.fetch({ max_messages: MAX_PULLED, expires: 1000 })) {
      yield { text: message.string(), sequence: message.seq }
      isMore = message.info.pending > 0
      if (!isMore) {
        return
      }
    }
  }
}

/** Deletes the rejected events up to a stream sequence. */
export async function deleteRejected(
  nc: NatsConnection,
  layout: Pick<Layout, 'name'>,
  sequence: number
): Promise<void> {
  const jsm = await jetstreamManager(nc)
  await jsm.streams.purge(rejectedOf(layout).stream, { seq: sequence + 1 })
}
