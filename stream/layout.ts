import { AckPolicy, DiscardPolicy, jetstreamManager, JetStreamApiError, RetentionPolicy } from '@nats-io/jetstream'
import type { JetStreamManager, StreamInfo } from '@nats-io/jetstream'
import { nanos } from '@nats-io/transport-node'
import type { NatsConnection } from '@nats-io/transport-node'
import { retryWhileStarting } from './connect'
import { StreamError } from './errors'

/** Users are distributed over this number of subjects. It is also the maximum number of active workers. */
const DEFAULT_PARTITIONS = 32

/** A message is redelivered when its worker sends no acknowledgement and no heartbeat for this time. */
const DEFAULT_ACK_WAIT_MS = 30_000

/** The size of a stream. Publishers wait when it is full. */
const DEFAULT_MAX_BYTES = 1024 ** 3

/** Messages of a partition that may be delivered but not acknowledged */
const MAX_ACK_PENDING = 1000

/** How long the server remembers message IDs: the default of NATS. Each ID uses memory of the server. */
const DUPLICATE_WINDOW_MS = 120_000

/** Error codes of the server: the stream does not exist, or a stream with this name has another configuration. */
const STREAM_NOT_FOUND = 10059
const NAME_IN_USE = 10058

/** A stream of events. Its configuration is stored in the server, and publishers and workers read it from there. */
export interface Layout {
  /** The stream's name. All other names begin with it. */
  name: string
  partitions: number
  /** Milliseconds */
  ackWait: number
  /** The number of servers of the cluster that store each message */
  replicas: number
}

/** How a new stream is created. */
export interface StreamOptions {
  /** @default ortto */
  name?: string
  /** The size of the stream. An existing stream is updated. @default 1 GiB */
  maxBytes?: number
  /**
   * The number of servers of the cluster that store each message: 1 to 5. Existing streams are updated.
   * @default 1 for a new stream
   */
  replicas?: number
  /** Not used for an existing stream. @default 32 */
  partitions?: number
  /** Milliseconds. Not used for an existing stream. @default 30,000 */
  ackWait?: number
}

/** The subject of a partition's events. */
export function subjectOf({ name }: Pick<Layout, 'name'>, partition: number): string {
  return `${name}.events.${partition}`
}

/** The durable consumer of a partition. */
export function consumerOf(partition: number): string {
  return `work-${partition}`
}

/** The subject of rejected events, and the stream that stores them. */
export function rejectedOf({ name }: Pick<Layout, 'name'>): { subject: string; stream: string } {
  return { subject: `${name}.rejected`, stream: `${name}-rejected` }
}

/** The buckets of the workers: who has which partition, and which messages may crash workers. */
export function bucketsOf({ name }: Pick<Layout, 'name'>): { leases: string; suspects: string } {
  return { leases: `${name}-leases`, suspects: `${name}-suspects` }
}

/**
 * Finds the stream or creates it, together with the stream of rejected events. The stream is a work queue: an event is
 * removed when it is acknowledged.
 *
 * @throws StreamError when the name is not valid, the server has no JetStream, or another stream has the name
 */
export async function openStream(nc: NatsConnection, options: StreamOptions = {}): Promise<Layout> {
  const { name = 'ortto', maxBytes, replicas, partitions = DEFAULT_PARTITIONS, ackWait = DEFAULT_ACK_WAIT_MS } = options
  if (!/^[\w-]{1,64}$/.test(name)) {
    throw new StreamError(`"${name}" is not a valid stream name. Use only letters, digits, - and _.`)
  }
  const jsm = await retryWhileStarting(() => jetstreamManager(nc)).catch((error: Error) => {
    throw new StreamError(`The server has no JetStream (${error.message}). Start it with: nats-server --jetstream`)
  })
  const info = (await findStream(jsm, name)) ?? (await createStream(jsm, name, partitions, maxBytes, replicas))
  const found = partitionsOf(info, name)
  if (maxBytes !== undefined && info.config.max_bytes !== maxBytes) {
    await wrapErrors(name, jsm.streams.update(name, { max_bytes: maxBytes }))
  }
  const layout = { name, partitions: found, replicas: replicas ?? info.config.num_replicas }
  await createRejectedStream(nc, layout)
  await updateReplicas(jsm, layout)
  return { ...layout, ackWait: await createConsumers(jsm, name, found, ackWait) }
}

/** Undefined when the stream does not exist. */
export async function findStream(jsm: JetStreamManager, name: string): Promise<StreamInfo | undefined> {
  return jsm.streams.info(name).catch((error: unknown) => {
    if (error instanceof JetStreamApiError && error.code === STREAM_NOT_FOUND) {
      return undefined
    }
    throw error
  })
}

/**
 * Creates the stream of rejected events if it does not exist.
 * @throws StreamError when it cannot be created
 */
export async function createRejectedStream(
  nc: NatsConnection,
  layout: Pick<Layout, 'name' | 'replicas'>
): Promise<void> {
  const { stream, subject } = rejectedOf(layout)
  const jsm = await jetstreamManager(nc)
  if (!(await findStream(jsm, stream))) {
    await wrapErrors(
      stream,
      jsm.streams.add({ name: stream, subjects: [subject], discard: DiscardPolicy.New, num_replicas: layout.replicas })
    )
  }
}

/** Gives all streams and buckets of a stream the same number of replicas. */
async function updateReplicas(jsm: JetStreamManager, layout: Pick<Layout, 'name' | 'replicas'>): Promise<void> {
  const { leases, suspects } = bucketsOf(layout)
  for (const stream of [layout.name, rejectedOf(layout).stream, `KV_${leases}`, `KV_${suspects}`]) {
    const found = await findStream(jsm, stream)
    if (found && found.config.num_replicas !== layout.replicas) {
      await wrapErrors(stream, jsm.streams.update(stream, { num_replicas: layout.replicas }))
    }
  }
}

async function createStream(
  jsm: JetStreamManager,
  name: string,
  partitions: number,
  maxBytes = DEFAULT_MAX_BYTES,
  replicas = 1
): Promise<StreamInfo> {
  const created = jsm.streams.add({
    name,
    subjects: Array.from({ length: partitions }, (_, partition) => subjectOf({ name }, partition)),
    retention: RetentionPolicy.Workqueue,
    discard: DiscardPolicy.New,
    max_bytes: maxBytes,
    num_replicas: replicas,
    duplicate_window: nanos(DUPLICATE_WINDOW_MS)
  })
  return created.catch(async (error: unknown) => {
    // Another process may have created it at the same time.
    const found = error instanceof JetStreamApiError && error.code === NAME_IN_USE && (await findStream(jsm, name))
    return found || wrapErrors(name, Promise.reject(error as Error))
  })
}

/** The number of partitions: each has a subject. */
export function partitionsOf({ config: { subjects = [], retention } }: StreamInfo, name: string): number {
  const isOurs = subjects.every((_, partition) => subjects.includes(subjectOf({ name }, partition)))
  if (subjects.length === 0 || !isOurs || retention !== RetentionPolicy.Workqueue) {
    throw new StreamError(
      `The server has another stream named "${name}", without events. Use another name with --stream.`
    )
  }
  return subjects.length
}

/** Creates the missing consumers, with the ack wait of the existing ones. Returns that ack wait in milliseconds. */
async function createConsumers(
  jsm: JetStreamManager,
  name: string,
  partitions: number,
  wanted: number
): Promise<number> {
  const found = new Set<string>()
  let ackWait: number | undefined
  for await (const { name: consumer, config } of jsm.consumers.list(name)) {
    found.add(consumer)
    ackWait ??= (config.ack_wait ?? 0) / 1e6
  }
  for (let partition = 0; partition < partitions; partition += 1) {
    if (!found.has(consumerOf(partition))) {
      const consumer = {
        durable_name: consumerOf(partition),
        filter_subject: subjectOf({ name }, partition),
        ack_policy: AckPolicy.Explicit,
        ack_wait: nanos(ackWait ?? wanted),
        max_ack_pending: MAX_ACK_PENDING
      }
      await wrapErrors(name, jsm.consumers.add(name, consumer))
    }
  }
  return ackWait ?? wanted
}

async function wrapErrors<Value>(name: string, created: Promise<Value>): Promise<Value> {
  return created.catch((error: Error) => {
    throw new StreamError(`Cannot create or update the stream "${name}": ${error.message}.`)
  })
}
