import type { Consumer, ConsumerMessages, JsMsg } from '@nats-io/jetstream'
import { pause } from './pause'

/** The server holds a request for messages so long when there are none */
const EXPIRES_MS = 5000

/** Messages that were sent already may arrive so long after no more are wanted */
const LAST_MESSAGES_MS = 500

/** Bytes of a message, assumed before the first one arrives */
const UNKNOWN_SIZE = 64 * 1024

/** Messages with a result that are remembered, in case they come again */
const MAX_FINISHED = 20_000

/** Until a failed request is repeated, or the server is asked again what it has delivered */
const RETRY_MS = 200

/**
 * A message that came so often without getting a result may be what crashes the workers. The first one is delivered
 * alone, and those after it in groups that double in size, so that a message that crashes workers is soon the first.
 */
const SUSPICIOUS = 4

/** What a partition needs of the worker that has it. */
interface PartitionOptions {
  /** How many messages it may hold now, and about how many bytes */
  room: () => { messages: number; bytes: number }
  /** Called with messages in their order */
  deliver: (messages: JsMsg[]) => void
  /** Called with a message that came suspiciously often. No other one follows before its result. */
  deliverAlone: (message: JsMsg) => void
  /** Called with the reason why the server gives nothing */
  onRefusal: (error: unknown) => void
}

interface Held {
  message: JsMsg
  /** When the server was last told that it is in work, in milliseconds of this process */
  heardOf: number
}

/**
 * The messages of one partition, as long as this worker has it: pulled, handed over in the order of the stream, and
 * held until their results.
 *
 * A message comes again when it was given back, when its worker died, or when it was lost on the way; and the server
 * then sends others before it. So nothing is handed over while the server has messages outstanding that are not here.
 */
export class Partition {
  /** Messages without a result, by their place in the stream */
  private readonly held = new Map<number, Held>()
  private heldBytes = 0
  /** Bytes of the largest of the latest messages, assumed for the next ones */
  private largest = UNKNOWN_SIZE
  /** Those of them that were not handed over yet */
  private waiting: number[] = []
  /** The latest messages that have their results */
  private readonly finished = new Set<number>()
  private isInOrder = false
  /** The place of the next message in all that this consumer was ever sent */
  private next = 0
  /** One that was handed over alone, and has no result yet */
  private alone?: number
  /** How many suspicious messages go together next */
  private suspects = 1
  private isClosing = false
  private messages?: ConsumerMessages
  private isScheduled = false
  private wake: () => void = () => undefined
  private readonly ended: Promise<void>

  constructor(private readonly consumer: Consumer, private readonly options: PartitionOptions) {
    this.ended = this.pull()
  }

  /** Messages in hand */
  get size(): number {
    return this.held.size
  }

  /** A message that is in hand. Undefined when it is not, or no longer. */
  get(sequence: number): JsMsg | undefined {
    return this.held.get(sequence)?.message
  }

  /** A message has its result, and the server has been told. */
  finish(sequence: number): void {
    this.drop(sequence)
    this.finished.add(sequence)
    if (this.finished.size > MAX_FINISHED) {
      const [oldest] = this.finished
      this.finished.delete(oldest)
    }
    if (this.alone === sequence) {
      this.alone = undefined
    }
    this.schedule()
    this.wake()
  }

  /** Tells the server of each message that it did not hear of for so many milliseconds: this worker is still at it. */
  keepAlive(milliseconds: number): void {
    const now = performance.now()
    for (const held of this.held.values()) {
      if (now - held.heardOf >= milliseconds) {
        held.heardOf = now
        held.message.working()
      }
    }
  }

  /** Pulls no more, and gives back what was not handed over. Resolves when nothing more comes. */
  async close(): Promise<void> {
    this.isClosing = true
    this.wake()
    await Promise.race([this.ended, pause(LAST_MESSAGES_MS)])
    this.messages?.stop()
    await this.ended
    this.waiting.forEach((sequence) => {
      this.get(sequence)?.nak()
      this.drop(sequence)
    })
    this.waiting = []
  }

  /** Gives back all that is in hand, to be sent again after so many milliseconds. Tells how many they were. */
  giveBack(milliseconds: number): number {
    const count = this.held.size
    this.held.forEach(({ message }) => message.nak(milliseconds))
    this.held.clear()
    this.heldBytes = 0
    return count
  }

  private async pull(): Promise<void> {
    let isKnown = false
    while (!this.isClosing) {
      try {
        if (!isKnown) {
          this.next = (await this.consumer.info()).delivered.consumer_seq + 1
          isKnown = true
        }
        await this.pullOnce()
      } catch (error) {
        // The server may be away, or busy, for a moment only.
        this.options.onRefusal(error)
        await pause(RETRY_MS)
      }
    }
  }

  private async pullOnce(): Promise<void> {
    const missing = this.isInOrder ? 0 : await this.missing()
    const { messages, bytes } = this.options.room()
    if (this.isClosing) {
      return
    }
    const isEnough = this.held.size > messages / 2 || this.heldBytes > bytes / 2
    if (missing <= 0 && isEnough) {
      await new Promise<void>((resolve) => (this.wake = resolve))
      return
    }
    // The library takes no limit of bytes beside one of messages, and waits in vain for the rest of it.
    const room = Math.min(messages - this.held.size, Math.floor((bytes - this.heldBytes) / this.largest))
    const wanted = missing > 0 ? missing : Math.max(1, room)
    this.messages = await this.consumer.fetch({ max_messages: wanted, expires: EXPIRES_MS })
    let largest = 0
    for await (const message of this.messages) {
      largest = Math.max(largest, message.data.length)
      this.take(message)
    }
    this.largest = largest || this.largest
  }

  /** How many messages the server has sent that are not here, and have no result. With none, all is in order. */
  private async missing(): Promise<number> {
    const missing = (await this.consumer.info()).num_ack_pending - this.held.size
    if (missing <= 0) {
      this.isInOrder = true
      this.waiting.sort((one, other) => one - other)
      this.handOver()
    }
    return missing
  }

  private take(message: JsMsg): void {
    const { streamSequence: sequence, deliverySequence } = message.info
    const heardOf = performance.now()
    if (deliverySequence !== this.next) {
      // Some were sent that did not come. They will come again.
      this.isInOrder = false
    }
    this.next = deliverySequence + 1
    if (this.held.has(sequence)) {
      this.held.set(sequence, { message, heardOf })
    } else if (this.finished.has(sequence)) {
      // It has its result, but the server has not heard it. Any other may be new, whatever came before it.
      message.ack()
    } else {
      this.held.set(sequence, { message, heardOf })
      this.heldBytes += message.data.length
      this.waiting.push(sequence)
      this.schedule()
    }
  }

  private drop(sequence: number): void {
    this.heldBytes -= this.get(sequence)?.data.length ?? 0
    this.held.delete(sequence)
  }

  /** Hands over soon, so that messages which come together go together. */
  private schedule(): void {
    if (!this.isScheduled) {
      this.isScheduled = true
      setImmediate(() => {
        this.isScheduled = false
        this.handOver()
      })
    }
  }

  private handOver(): void {
    if (!this.isInOrder || this.alone !== undefined || this.waiting.length === 0) {
      return
    }
    const messages = this.waiting.flatMap((sequence) => this.get(sequence) ?? [])
    const first = messages.findIndex(({ info }) => info.deliveryCount >= SUSPICIOUS)
    if (first !== 0) {
      this.options.deliver(this.takeWaiting(messages, first === -1 ? messages.length : first))
    } else if (this.held.size === this.waiting.length) {
      const [message, ...others] = this.takeWaiting(messages, this.suspects)
      if (this.suspects === 1) {
        this.alone = message.info.streamSequence
        this.options.deliverAlone(message)
      } else {
        this.options.deliver([message, ...others])
      }
      this.suspects *= 2
    }
  }

  private takeWaiting(messages: readonly JsMsg[], count: number): JsMsg[] {
    this.waiting.splice(0, count)
    return messages.slice(0, count)
  }
}
