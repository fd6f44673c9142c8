import type { Consumer, ConsumerMessages, JsMsg } from '@nats-io/jetstream'
import { pause } from './pause'

/** How long a pull request waits for messages */
const PULL_EXPIRES_MS = 5000
/** How long `close` waits for messages that the server has already sent */
const CLOSE_TIMEOUT_MS = 500
/** The assumed size of a message, until the first one arrives */
const DEFAULT_MESSAGE_BYTES = 64 * 1024
/** The number of finished messages that are remembered, to recognize redeliveries */
const MAX_FINISHED = 20_000
/** The delay before a failed pull request is retried */
const RETRY_MS = 200

/**
 * A message with this many deliveries may be one that crashes workers. The first of these messages is dispatched alone,
 * and later ones in groups that double in size, so that a message that crashes workers is soon the first.
 */
const SUSPICIOUS_DELIVERY_COUNT = 4

interface PartitionOptions {
  /** The current limits for messages in progress. The limit of bytes is approximate. */
  getLimits: () => { messages: number; bytes: number }
  /** Called with messages, in their order */
  deliver: (messages: JsMsg[]) => void
  /** Called with a suspicious message. No other message is dispatched until it is finished. */
  deliverAlone: (message: JsMsg) => void
  /** Called when a request to the server failed. It is retried. */
  onError: (error: unknown) => void
}

interface MessageInProgress {
  message: JsMsg
  /** When the server last sent it or received a heartbeat for it, by `performance.now()` */
  heartbeatAt: number
}

/**
 * The messages of one partition, while this worker has its lease. They are pulled, dispatched in stream order, and kept
 * until they have a result.
 *
 * A message is redelivered when it was returned, when its worker crashed, or when it was lost on the way. The server
 * may send later messages before it. So nothing is dispatched while messages are outstanding that have not arrived.
 */
export class Partition {
  /** Messages without a result, by their stream sequence */
  private readonly inProgress = new Map<number, MessageInProgress>()
  private bytesInProgress = 0
  /** The size of the largest message in the last pull, assumed for the next pull */
  private messageBytes = DEFAULT_MESSAGE_BYTES
  /** Stream sequences of the messages in progress that are not dispatched yet */
  private undispatched: number[] = []
  /** Stream sequences of the latest messages with a result */
  private readonly finished = new Set<number>()
  /** True when no messages are outstanding elsewhere, so that messages can be dispatched */
  private isComplete = false
  /** The consumer sequence of the next message, if none is lost */
  private nextDelivery = 0
  /** The stream sequence of the message that was dispatched alone, until it is finished */
  private alone?: number
  /** The size of the next group of suspicious messages */
  private groupSize = 1
  private isClosing = false
  private messages?: ConsumerMessages
  private isScheduled = false
  private wake: () => void = () => undefined
  private readonly ended: Promise<void>

  constructor(private readonly consumer: Consumer, private readonly options: PartitionOptions) {
    this.ended = this.pull()
  }

  /** The number of messages in progress */
  get size(): number {
    return this.inProgress.size
  }

  /** A message in progress. Undefined when it is finished or returned. */
  get(sequence: number): JsMsg | undefined {
    return this.inProgress.get(sequence)?.message
  }

  /** Forgets a message that was acknowledged or terminated. */
  finish(sequence: number): void {
    this.remove(sequence)
    this.finished.add(sequence)
    if (this.finished.size > MAX_FINISHED) {
      const [oldest] = this.finished
      this.finished.delete(oldest)
    }
    if (this.alone === sequence) {
      this.alone = undefined
    }
    this.scheduleDispatch()
    this.wake()
  }

  /** Tells the server that messages are in progress, if the last heartbeat of a message is older than the interval. */
  sendHeartbeats(intervalMs: number): void {
    const now = performance.now()
    for (const entry of this.inProgress.values()) {
      if (now - entry.heartbeatAt >= intervalMs) {
        entry.heartbeatAt = now
        entry.message.working()
      }
    }
  }

  /** Stops pulling, and returns the messages that are not dispatched. Resolves when no more messages arrive. */
  async close(): Promise<void> {
    this.isClosing = true
    this.wake()
    await Promise.race([this.ended, pause(CLOSE_TIMEOUT_MS)])
    this.messages?.stop()
    await this.ended
    this.undispatched.forEach((sequence) => {
      this.get(sequence)?.nak()
      this.remove(sequence)
    })
    this.undispatched = []
  }

  /** Returns all messages in progress, to be redelivered after a delay. The result is their number. */
  nakAll(delayMs: number): number {
    const count = this.inProgress.size
    this.inProgress.forEach(({ message }) => message.nak(delayMs))
    this.inProgress.clear()
    this.bytesInProgress = 0
    return count
  }

  private async pull(): Promise<void> {
    let isKnown = false
    while (!this.isClosing) {
      try {
        if (!isKnown) {
          this.nextDelivery = (await this.consumer.info()).delivered.consumer_seq + 1
          isKnown = true
        }
        await this.pullOnce()
      } catch (error) {
        // The server may be unreachable or busy for a moment.
        this.options.onError(error)
        await pause(RETRY_MS)
      }
    }
  }

  private async pullOnce(): Promise<void> {
    const missing = this.isComplete ? 0 : await this.countMissing()
    const { messages, bytes } = this.options.getLimits()
    if (this.isClosing) {
      return
    }
    const isEnough = this.inProgress.size > messages / 2 || this.bytesInProgress > bytes / 2
    if (missing <= 0 && isEnough) {
      await new Promise<void>((resolve) => (this.wake = resolve))
      return
    }
    // With a limit of bytes, the library accepts no limit of messages, and waits until the bytes have arrived.
    const capacity = Math.min(
      messages - this.inProgress.size,
      Math.floor((bytes - this.bytesInProgress) / this.messageBytes)
    )
    const wanted = missing > 0 ? missing : Math.max(1, capacity)
    this.messages = await this.consumer.fetch({ max_messages: wanted, expires: PULL_EXPIRES_MS })
    let largest = 0
    for await (const message of this.messages) {
      largest = Math.max(largest, message.data.length)
      this.receive(message)
    }
    this.messageBytes = largest || this.messageBytes
  }

  /** Counts the outstanding messages that have not arrived here. If there are none, dispatching starts. */
  private async countMissing(): Promise<number> {
    const missing = (await this.consumer.info()).num_ack_pending - this.inProgress.size
    if (missing <= 0) {
      this.isComplete = true
      this.undispatched.sort((one, other) => one - other)
      this.dispatch()
    }
    return missing
  }

  private receive(message: JsMsg): void {
    const { streamSequence: sequence, deliverySequence } = message.info
    const heartbeatAt = performance.now()
    if (deliverySequence !== this.nextDelivery) {
      // Messages were lost on the way. They will be redelivered.
      this.isComplete = false
    }
    this.nextDelivery = deliverySequence + 1
    if (this.inProgress.has(sequence)) {
      this.inProgress.set(sequence, { message, heartbeatAt })
    } else if (this.finished.has(sequence)) {
      // It has a result, but the acknowledgement did not arrive.
      message.ack()
    } else {
      this.inProgress.set(sequence, { message, heartbeatAt })
      this.bytesInProgress += message.data.length
      this.undispatched.push(sequence)
      this.scheduleDispatch()
    }
  }

  private remove(sequence: number): void {
    this.bytesInProgress -= this.get(sequence)?.data.length ?? 0
    this.inProgress.delete(sequence)
  }

  /** Dispatches soon, so that messages that arrive together are dispatched together. */
  private scheduleDispatch(): void {
    if (!this.isScheduled) {
      this.isScheduled = true
      setImmediate(() => {
        this.isScheduled = false
        this.dispatch()
      })
    }
  }

  private dispatch(): void {
    if (!this.isComplete || this.alone !== undefined || this.undispatched.length === 0) {
      return
    }
    const messages = this.undispatched.flatMap((sequence) => this.get(sequence) ?? [])
    const first = messages.findIndex(({ info }) => info.deliveryCount >= SUSPICIOUS_DELIVERY_COUNT)
    if (first !== 0) {
      this.options.deliver(this.takeFirst(messages, first === -1 ? messages.length : first))
    } else if (this.inProgress.size === this.undispatched.length) {
      const [message, ...others] = this.takeFirst(messages, this.groupSize)
      if (this.groupSize === 1) {
        this.alone = message.info.streamSequence
        this.options.deliverAlone(message)
      } else {
        this.options.deliver([message, ...others])
      }
      this.groupSize *= 2
    }
  }

  /** Removes the first messages from the list of undispatched messages, and returns them. */
  private takeFirst(messages: readonly JsMsg[], count: number): JsMsg[] {
    this.undispatched.splice(0, count)
    return messages.slice(0, count)
  }
}
