import { jetstreamManager } from '@nats-io/jetstream'
import type { StreamInfo } from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/transport-node'
import { StreamError } from './errors'
import { findStream, partitionsOf, rejectedOf } from './layout'
import { readLeases } from './leases'
import type { Stuck } from './settler'

/** The state of a stream and its workers. */
export interface Status {
  stream: string
  partitions: number
  /** The size of the stored events */
  bytes: number
  /** -1 without a limit */
  maxBytes: number
  /** Events that no worker has received */
  pending: number
  /** Events that a worker has received but not acknowledged. The worker may have crashed since. */
  inProgress: number
  /** Events in progress that were delivered to workers more than once */
  redelivered: number
  /** Events on the rejected subject */
  rejected: number
  /** The age of the oldest event of the stream in seconds. 0 when the stream is empty. */
  oldestSeconds: number
  /** The workers, each with the number of its partitions, and with the messages that cannot end for now */
  workers: { worker: string; partitions: number; stuck?: Stuck }[]
}

/** @throws StreamError when the stream does not exist */
export async function readStatus(nc: NatsConnection, name: string): Promise<Status> {
  const jsm = await jetstreamManager(nc)
  const info = await findStream(jsm, name)
  if (!info) {
    throw new StreamError(`The stream "${name}" does not exist yet. ortto publish and ortto work create it.`)
  }
  const status = { pending: 0, inProgress: 0, redelivered: 0 }
  for await (const consumer of jsm.consumers.list(name)) {
    status.pending += consumer.num_pending
    status.inProgress += consumer.num_ack_pending
    status.redelivered += consumer.num_redelivered
  }
  const rejected = await findStream(jsm, rejectedOf({ name }).stream)
  const leases = await readLeases(nc, { name })
  return {
    stream: name,
    partitions: partitionsOf(info, name),
    bytes: info.state.bytes,
    maxBytes: info.config.max_bytes ?? -1,
    ...status,
    rejected: rejected?.state.messages ?? 0,
    oldestSeconds: oldestSecondsOf(info),
    workers: leases.map(({ worker, partitions, state }) => ({ worker, partitions: partitions.length, ...state }))
  }
}

/** By the clock of this machine. */
function oldestSecondsOf({ state: { messages, first_ts: first } }: StreamInfo): number {
  return messages === 0 ? 0 : Math.max(0, Math.round((Date.now() - Date.parse(first)) / 1000))
}
