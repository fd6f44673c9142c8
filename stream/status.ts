import { jetstreamManager } from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/transport-node'
import { StreamError } from './connect'
import { findStream, partitionsOf, rejectedOf } from './layout'
import { readLeases } from './leases'

/** What is in a stream, and who works on it. */
export interface Status {
  stream: string
  partitions: number
  /** Bytes that it holds, and may hold; without a limit the second is -1. */
  bytes: number
  maxBytes: number
  /** Events that no worker has in hand */
  pending: number
  /** Events that a worker has in hand, or had when it was killed */
  inHand: number
  /** Those of them that were given to a worker more than once */
  redelivered: number
  /** Events on the rejected subject */
  rejected: number
  /** Each worker with the number of its partitions */
  workers: { worker: string; partitions: number }[]
}

/** @throws StreamError when there is no such stream */
export async function readStatus(nc: NatsConnection, name: string): Promise<Status> {
  const jsm = await jetstreamManager(nc)
  const info = await findStream(jsm, name)
  if (!info) {
    throw new StreamError(`There is no stream "${name}" yet: ortto publish and ortto work make it.`)
  }
  const status = { pending: 0, inHand: 0, redelivered: 0 }
  for await (const consumer of jsm.consumers.list(name)) {
    status.pending += consumer.num_pending
    status.inHand += consumer.num_ack_pending
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
