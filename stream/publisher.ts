import { jetstream, JetStreamApiError } from '@nats-io/jetstream'
import type { JetStreamClient, PubAck } from '@nats-io/jetstream'
import { errors } from '@nats-io/transport-node'
import type { NatsConnection } from '@nats-io/transport-node'
import type { SegmentEvent } from '@segment/actions-core'
import { createHash, randomUUID } from 'crypto'
import { isNativeError } from 'util/types'
import { errorMessage } from '../common/error-message'
import { idOf } from '../delivery'
import type { ReadEvent } from '../delivery'
import { StreamError } from './connect'
import { rejectedOf, subjectOf } from './layout'
import type { Layout } from './layout'
import { partitionOf } from './partition-of'
import { pause } from './pause'

/** Milliseconds until a message is published again: the first time, and at most. */
const FIRST_WAIT = 100
const LONGEST_WAIT = 5000

/** Milliseconds between two times that waiting is told: a stream that is nearly full stops and goes on all the time. */
const TELL_AGAIN = 5000

/** Bytes that are left free in a message: for its header, and for the reasons when its event is rejected. */
const ROOM_FOR_HEADER = 256
const ROOM_FOR_REASONS = 64 * 1024

/** What the server answers when a stream holds all that it may: bytes, messages, or what the disk has. */
const FULL = [10077, 10047, 10023]

/** The event is larger than the server takes, so it is not in the stream. */
export class TooLargeError extends StreamError {}

/** The publisher was stopped before the server had confirmed the event. */
export class NotPublishedError extends StreamError {}

interface PublisherOptions {
  /** Stops it: what waits is given up. */
  signal?: AbortSignal
  /** Is told why everything waits; undefined when it goes on. */
  onWait?: (reason: string | undefined) => void
}

/**
 * Puts events into the stream, those of one user in the order in which they were given. When the stream is full, or
 * the server is away, it waits and tries again, as long as it takes.
 */
export class Publisher {
  /** Why it waits now. A server may turn events away while there is a reason. */
  waitsFor?: string
  private readonly js: JetStreamClient
  /** Messages that were not taken at once */
  private waiting = 0
  private told?: string
  private toldAt = -Infinity
  /** The last message of each partition: the next one waits for it, or it could overtake it. */
  private readonly last = new Map<number, Promise<unknown>>()

  constructor(
    private readonly nc: NatsConnection,
    private readonly layout: Layout,
    private readonly options: PublisherOptions = {}
  ) {
    this.js = jetstream(nc)
  }

  /**
   * Puts an event into the stream. Resolves when the server has it: `false` when it had it already, because the same
   * event of the same message id was published within the last two minutes.
   *
   * An event without a message id goes by `place`, which is different for each event; without that, it is always new.
   *
   * @throws TooLargeError when the server does not take one so large
   * @throws NotPublishedError when the publisher is stopped; the event may be in the stream then, or not
   */
  async publish(event: SegmentEvent, read: Omit<ReadEvent, 'event'> = toRead(event), place?: string): Promise<boolean> {
    const { raw } = read
    const partition = partitionOf(event, raw, this.layout.partitions)
    const subject = subjectOf(this.layout, partition)
    const before = this.last.get(partition) ?? Promise.resolve()
    const published = before.then(() => this.send(subject, raw, msgIdOf(event, read, place)))
    this.last.set(
      partition,
      published.catch(() => undefined)
    )
    return !(await published).duplicate
  }

  /**
   * Puts what is no event, or was refused, where the rejected events are.
   * @param text JSON with `_rejected`
   * @param place of the event; the same text of the same place stands there once
   */
  async reject(text: string, place: string): Promise<void> {
    await this.send(rejectedOf(this.layout).subject, text, digest(`${place} ${text}`))
  }

  private async send(subject: string, text: string, msgID: string): Promise<PubAck> {
    const { signal } = this.options
    const body = new TextEncoder().encode(text)
    this.refuseTooLarge(body.length, subject)
    let isWaiting = false
    try {
      for (let wait = FIRST_WAIT; ; wait = Math.min(LONGEST_WAIT, wait * 2)) {
        try {
          return await this.js.publish(subject, body, { msgID })
        } catch (error) {
          if (isFinal(error)) {
            throw new StreamError(`The server does not take what is published on ${subject}: ${errorMessage(error)}.`)
          }
          if (signal?.aborted) {
            throw new NotPublishedError('The server had not confirmed it when this was stopped.')
          }
          this.waiting += isWaiting ? 0 : 1
          isWaiting = true
          this.tell(reasonOf(error, subject))
          await pause(wait, signal)
        }
      }
    } finally {
      this.waiting -= isWaiting ? 1 : 0
      if (this.waiting === 0) {
        this.tell(undefined)
      }
    }
  }

  private refuseTooLarge(bytes: number, subject: string): void {
    const isCopy = subject === rejectedOf(this.layout).subject
    const most = (this.nc.info?.max_payload ?? Infinity) - (isCopy ? ROOM_FOR_HEADER : ROOM_FOR_REASONS)
    if (bytes > most) {
      throw new TooLargeError(
        `It has ${bytes} bytes, and the server takes ${most} of an event: raise max_payload in its configuration.`
      )
    }
  }

  private tell(reason: string | undefined): void {
    this.waitsFor = reason
    const isTime = performance.now() - this.toldAt >= TELL_AGAIN
    if (reason === undefined ? this.told !== undefined : this.told === undefined && isTime) {
      this.told = reason
      this.toldAt = performance.now()
      this.options.onWait?.(reason)
    }
  }
}

function toRead(event: SegmentEvent): Omit<ReadEvent, 'event'> {
  return { raw: JSON.stringify(event) }
}

/**
 * By this the server knows an event that it has. A library that sends a message again gives it other times, and another
 * event may have the same message id. One that was refused before is another event than it was then.
 */
function msgIdOf(event: SegmentEvent, { raw, rejected }: Omit<ReadEvent, 'event'>, place?: string): string {
  const { messageId, type, userId, anonymousId } = event
  const isGiven = typeof messageId === 'string' && messageId !== ''
  if (isGiven && rejected === undefined) {
    const name = typeof event.event === 'string' ? event.event : undefined
    return digest(JSON.stringify([messageId, type, name, idOf(userId), idOf(anonymousId)]))
  }
  const where = isGiven ? messageId : place
  return where === undefined ? randomUUID() : digest(JSON.stringify([where, rejected, raw]))
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** Nobody gets it through by trying again. */
function isFinal(error: unknown): boolean {
  const cause = isNativeError(error) && 'cause' in error ? error.cause : undefined
  const kinds = [errors.PermissionViolationError, errors.ClosedConnectionError, errors.DrainingConnectionError]
  return kinds.some((kind) => error instanceof kind || cause instanceof kind)
}

function reasonOf(error: unknown, subject: string): string {
  if (error instanceof JetStreamApiError && FULL.includes(error.code)) {
    return `The stream of ${subject.replace(/\.\d+$/, '.*')} is full (${error.message})`
  }
  return `The server does not take events (${errorMessage(error)})`
}
