import { AckPolicy, DiscardPolicy, jetstreamManager, JetStreamApiError, RetentionPolicy } from '@nats-io/jetstream'
import type { JetStreamManager, StreamInfo } from '@nats-io/jetstream'
import { nanos } from '@nats-io/transport-node'
import type { NatsConnection } from '@nats-io/transport-node'
import { patiently, StreamError } from './connect'

/** The subjects over which users are spread, and so the most workers that can share the work. */
const PARTITIONS = 32

/** Milliseconds after which what a worker holds, and says nothing about, goes to another one. */
const ACK_WAIT = 30_000

/** Bytes that a stream holds, unless somebody says otherwise. Publishers wait when it is full. */
const MAX_BYTES = 1024 ** 3

/** Messages of a partition that a worker may have in hand. */
const MAX_ACK_PENDING = 1000

/** Milliseconds in which a message id is known: NATS's own default. Each id takes memory of the server. */
const DUPLICATE_WINDOW = 120_000

/** What the server answers when there is no such stream, and when there is one of the name that is otherwise. */
const STREAM_NOT_FOUND = 10059
const NAME_IN_USE = 10058

/** A stream of events. What it is like is written in the server: publishers and workers go by that. */
export interface Layout {
  /** The stream's name, with which every other name begins */
  name: string
  partitions: number
  /** Milliseconds */
  ackWait: number
}

/** How a stream is made that is not there yet. */
export interface StreamOptions {
  name?: string
  /** Bytes that it may hold. A stream that is there already is changed. */
  maxBytes?: number
  partitions?: number
  /** Milliseconds */
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

/** Where events stand that were refused, and the stream that keeps them. */
export function rejectedOf({ name }: Pick<Layout, 'name'>): { subject: string; stream: string } {
  return { subject: `${name}.rejected`, stream: `${name}-rejected` }
}

/**
 * Finds the stream, or makes it: a work queue, from which an event goes when it is acknowledged; beside it the stream
 * of rejected events.
 *
 * @throws StreamError when the name is none, the server has no JetStream, or something else has the name
 */
export async function openStream(nc: NatsConnection, options: StreamOptions = {}): Promise<Layout> {
  const { name = 'ortto', maxBytes, partitions = PARTITIONS, ackWait = ACK_WAIT } = options
  if (!/^[\w-]{1,64}$/.test(name)) {
    throw new StreamError(`A stream's name has letters, digits, - and _ only, which "${name}" has not.`)
  }
  const jsm = await patiently(() => jetstreamManager(nc)).catch((error: Error) => {
    throw new StreamError(`The server has no JetStream (${error.message}). Start it with: nats-server --jetstream`)
  })
  const info = (await findStream(jsm, name)) ?? (await makeStream(jsm, name, partitions, maxBytes))
  const found = partitionsOf(info, name)
  if (maxBytes !== undefined && info.config.max_bytes !== maxBytes) {
    await told(name, jsm.streams.update(name, { max_bytes: maxBytes }))
  }
  return { name, partitions: found, ackWait: await makeConsumers(jsm, name, found, ackWait) }
}

/** Undefined when there is none. */
export async function findStream(jsm: JetStreamManager, name: string): Promise<StreamInfo | undefined> {
  return jsm.streams.info(name).catch((error: unknown) => {
    if (error instanceof JetStreamApiError && error.code === STREAM_NOT_FOUND) {
      return undefined
    }
    throw error
  })
}

async function makeStream(
  jsm: JetStreamManager,
  name: string,
  partitions: number,
  maxBytes = MAX_BYTES
): Promise<StreamInfo> {
  const rejected = rejectedOf({ name })
  await told(
    rejected.stream,
    jsm.streams.add({ name: rejected.stream, subjects: [rejected.subject], discard: DiscardPolicy.New })
  )
  const made = jsm.streams.add({
    name,
    subjects: Array.from({ length: partitions }, (_, partition) => subjectOf({ name }, partition)),
    retention: RetentionPolicy.Workqueue,
    discard: DiscardPolicy.New,
    max_bytes: maxBytes,
    duplicate_window: nanos(DUPLICATE_WINDOW)
  })
  return made.catch(async (error: unknown) => {
    // Another one may have made it at the same time.
    const found = error instanceof JetStreamApiError && error.code === NAME_IN_USE && (await findStream(jsm, name))
    return found || told(name, Promise.reject(error as Error))
  })
}

/** How many partitions a stream has: its subjects tell. */
export function partitionsOf({ config: { subjects = [], retention } }: StreamInfo, name: string): number {
  const isOurs = subjects.every((_, partition) => subjects.includes(subjectOf({ name }, partition)))
  if (subjects.length === 0 || !isOurs || retention !== RetentionPolicy.Workqueue) {
    throw new StreamError(`The server has a stream "${name}" that is not one of events: name another with --stream.`)
  }
  return subjects.length
}

/** Gives each partition its consumer, and tells the milliseconds that those have which are there. */
async function makeConsumers(jsm: JetStreamManager, name: string, partitions: number, wanted: number): Promise<number> {
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
      await told(name, jsm.consumers.add(name, consumer))
    }
  }
  return ackWait ?? wanted
}

async function told<Value>(name: string, made: Promise<Value>): Promise<Value> {
  return made.catch((error: Error) => {
    throw new StreamError(`The server does not make the stream "${name}": ${error.message}.`)
  })
}
