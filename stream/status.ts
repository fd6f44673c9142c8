import { jetstreamManager } from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/transport-node'
import { StreamError } from './connect'
import { findStream, partitionsOf, rejectedOf } from './layout'
import { readLeases } from './leases'

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
  /** The workers, each with the number of its partitions */
  workers: { worker: string; partitions: number }[]
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
    workers: [...leases].map(([worker, partitions]) => ({ worker, partitions: partitions.length })).sort(byName)
  }
}

function byName(one: { worker: string }, other: { worker: string }): number {
  return one.worker < other.worker ? -1 : 1
}
