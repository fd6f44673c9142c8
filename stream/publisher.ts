import { jetstream, JetStreamApiError } from '@nats-io/jetstream'
import type { JetStreamClient, PubAck } from '@nats-io/jetstream'
import { errors } from '@nats-io/transport-node'
import type { NatsConnection } from '@nats-io/transport-node'
import type { SegmentEvent } from '@segment/actions-core'
import { createHash, randomUUID } from 'crypto'
import { isNativeError } from 'util/types'
import { errorMessage } from '../common/error-message'
import type { ReadEvent } from '../delivery'
import { NotPublishedError, StreamError, TooLargeError } from './errors'
import { createRejectedStream, rejectedOf, subjectOf } from './layout'
import type { Layout } from './layout'
import { partitionOf } from './partition-of'
import { pause } from './pause'
import { isUnanswered } from './retry'

/** The delay before a retry. It doubles with each retry. */
const MIN_BACKOFF_MS = 100
const MAX_BACKOFF_MS = 5000

/** The minimum time between two calls of `onWait` with a reason: a stream that is almost full blocks often. */
const NOTIFY_INTERVAL_MS = 5000

/** Bytes of a message that are reserved for its header, and for the reasons in case the event is rejected. */
const HEADER_BYTES = 256
const REASONS_BYTES = 64 * 1024

/** Error codes of the server for a full stream: the limit of bytes, of messages, or of the disk is reached. */
const STREAM_FULL_CODES = [10077, 10047, 10023]

/** Error code of the server: the message is larger than the stream's `max_msg_size`. */
const MESSAGE_TOO_LARGE = 10054

interface PublisherOptions {
  /** Stops the publisher. Events that are waiting are not published. */
  signal?: AbortSignal
  /** Called with the reason when publishing has to wait, and with undefined when it resumes. */
  onWait?: (reason: string | undefined) => void
}

/**
 * Publishes events to the stream. The events of one user keep their order. When the stream is full or the server cannot
 * be reached, it retries without a time limit.
 */
export class Publisher {
  /** Why publishing has to wait. Undefined when it does not. While it is set, a server can reject new events. */
  waitReason?: string
  private readonly js: JetStreamClient
  /** Number of messages that are being retried */
  private retrying = 0
  /** The last reason that was passed to `onWait`, and when */
  private notifiedReason?: string
  private notifiedAt = -Infinity
  /** The last message of each partition. The next one waits for it, so that it cannot overtake it. */
  private readonly last = new Map<number, Promise<unknown>>()

  constructor(
    private readonly nc: NatsConnection,
    private readonly layout: Layout,
    private readonly options: PublisherOptions = {}
  ) {
    this.js = jetstream(nc)
  }

  /**
   * Publishes an event. Resolves when the server has stored it: `false` when it is a duplicate, because the same event
   * was published within the last two minutes.
   *
   * @param line given for an event from a file, which is a duplicate only when its text is the same. Without a message
   *   ID, `key` identifies it, such as its file and line. Without both, the event is always new.
   * @throws TooLargeError when the event is larger than the server accepts
   * @throws NotPublishedError when the publisher is stopped. The event may be in the stream or not.
   */
  async publish(
    event: SegmentEvent,
    read: Omit<ReadEvent, 'event'> = serialize(event),
    line?: { key?: string }
  ): Promise<boolean> {
    const { raw } = read
    const partition = partitionOf(event, raw, this.layout.partitions)
    const subject = subjectOf(this.layout, partition)
    const before = this.last.get(partition) ?? Promise.resolve()
    const published = before.then(() => this.send(subject, raw, msgIdOf(event, read, line)))
    this.last.set(
      partition,
      published.catch(() => undefined)
    )
    return !(await published).duplicate
  }

  /**
   * Publishes a rejected event, or a line that is not an event, on the rejected subject.
   * @param text JSON with `_rejected`
   * @param source identifies the event. The same text with the same source is stored once.
   * @throws TooLargeError when the text is larger than the server or the stream of rejected events accepts
   */
  async reject(text: string, source: string): Promise<void> {
    await this.send(rejectedOf(this.layout).subject, text, digest(`${source} ${text}`))
  }

  private async send(subject: string, text: string, msgID: string): Promise<PubAck> {
    const { signal } = this.options
    const isRejected = subject === rejectedOf(this.layout).subject
    const body = new TextEncoder().encode(text)
    this.checkSize(body.length, isRejected)
    let isRetrying = false
    try {
      for (let backoff = MIN_BACKOFF_MS; ; backoff = Math.min(MAX_BACKOFF_MS, backoff * 2)) {
        try {
          return await this.js.publish(subject, body, { msgID })
        } catch (error) {
          if (error instanceof JetStreamApiError && error.code === MESSAGE_TOO_LARGE) {
            throw new TooLargeError(`The stream of ${subject} does not accept ${body.length} bytes.`)
          }
          if (isPermanent(error)) {
            throw new StreamError(`Cannot publish on ${subject}: ${errorMessage(error)}.`)
          }
          if (signal?.aborted) {
            throw new NotPublishedError('Stopped before the server confirmed the event.')
          }
          this.retrying += isRetrying ? 0 : 1
          isRetrying = true
          this.setWaitReason(reasonOf(error, subject))
          if (isRejected && hasNoStream(error)) {
            await createRejectedStream(this.nc, this.layout).catch(() => undefined)
          }
          await pause(backoff, signal)
        }
      }
    } finally {
      this.retrying -= isRetrying ? 1 : 0
      if (this.retrying === 0) {
        this.setWaitReason(undefined)
      }
    }
  }

  private checkSize(bytes: number, isRejected: boolean): void {
    const limit = (this.nc.info?.max_payload ?? Infinity) - (isRejected ? HEADER_BYTES : REASONS_BYTES)
    if (bytes > limit) {
      throw new TooLargeError(
        `The event has ${bytes} bytes, but the server accepts at most ${limit}. Increase max_payload in its configuration.`
      )
    }
  }

  private setWaitReason(reason: string | undefined): void {
    this.waitReason = reason
    const isDue = performance.now() - this.notifiedAt >= NOTIFY_INTERVAL_MS
    if (reason === undefined ? this.notifiedReason !== undefined : this.notifiedReason === undefined && isDue) {
      this.notifiedReason = reason
      this.notifiedAt = performance.now()
      this.options.onWait?.(reason)
    }
  }
}

function serialize(event: SegmentEvent): Omit<ReadEvent, 'event'> {
  return { raw: JSON.stringify(event) }
}

/**
 * The ID by which the server deduplicates events. It contains the content, so that a fixed event is stored. For events
 * that do not come from a file, it contains no times that change when a library resends a message. An event that was
 * rejected before has another ID than the original event.
 */
function msgIdOf(event: SegmentEvent, { raw, rejected }: Omit<ReadEvent, 'event'>, line?: { key?: string }): string {
  const { messageId } = event
  const isGiven = typeof messageId === 'string' && messageId !== ''
  if (isGiven && line === undefined && rejected === undefined) {
    return digest(`${messageId} ${serializeWithoutTimes(event) ?? raw}`)
  }
  const id = isGiven ? messageId : line?.key
  return id === undefined ? randomUUID() : digest(JSON.stringify([id, rejected, raw]))
}

/** Undefined when the event is nested too deep to be written. */
function serializeWithoutTimes(event: SegmentEvent): string | undefined {
  const { sentAt: _sentAt, receivedAt, timestamp, ...content } = event
  // The timestamp is computed from the other times when there is an original one, and is the time of receipt otherwise.
  const isComputed = 'originalTimestamp' in event || timestamp === receivedAt
  try {
    return JSON.stringify(isComputed ? content : { ...content, timestamp })
  } catch {
    return undefined
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** Whether no stream has the subject: it was deleted, or never created. */
function hasNoStream(error: unknown): boolean {
  const cause = isNativeError(error) && 'cause' in error ? error.cause : undefined
  return [error, cause].some(isUnanswered)
}

/** Whether a retry cannot succeed. */
function isPermanent(error: unknown): boolean {
  const cause = isNativeError(error) && 'cause' in error ? error.cause : undefined
  const kinds = [errors.PermissionViolationError, errors.ClosedConnectionError, errors.DrainingConnectionError]
  return kinds.some((kind) => error instanceof kind || cause instanceof kind)
}

function reasonOf(error: unknown, subject: string): string {
  if (error instanceof JetStreamApiError && STREAM_FULL_CODES.includes(error.code)) {
    return `The stream of ${subject.replace(/\.\d+$/, '.*')} is full (${error.message})`
  }
  return `The server does not accept events (${errorMessage(error)})`
}
