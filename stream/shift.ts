import { jetstream, JetStreamApiError } from '@nats-io/jetstream'
import type { JsMsg } from '@nats-io/jetstream'
import { Delivery, kindOf, readPiece, rejectedLines, Stopped } from '../delivery'
import type { Line, Verdict } from '../delivery'
import { consumerOf, subjectOf } from './layout'
import type { Leases } from './leases'
import { Lines } from './lines'
import { Partition } from './partition'
import { pause } from './pause'
import { NotPublishedError, Publisher, TooLargeError } from './publisher'
import type { Suspects } from './suspects'
import type { WorkerOptions } from './worker'

/** Messages that a worker has in hand: as many as a delivery takes in. */
const MAX_IN_HAND = 8000

/** About how many bytes of them, unless some are larger than those before */
const MAX_BYTES_IN_HAND = 32 * 1024 * 1024

/** Milliseconds between two looks at the leases, and at the messages that the server must hear of */
const LOOK = 500
const WATCH = 250

/** So many workers that ended while they delivered an event alone are enough. */
const MAX_DEATHS = 3

/** What a batch of verdicts comes to. */
interface Counts {
  events: number
  delivered: number
  rejected: number
  /** Came from Ortto, and was not sent back */
  ignored: number
  /** No mapping takes it, or its integrations keep it from Ortto. */
  untaken: number
  /** Contacts that Ortto knows just so */
  nothingNew: number
}

/**
 * A worker's time with one delivery and some partitions. It ends when the worker is stopped, when the delivery gives
 * up, and when a lease is lost: then nobody knows which messages are this worker's, and it starts over.
 */
export class Shift {
  private readonly stop = new AbortController()
  private readonly lines = new Lines()
  private readonly partitions = new Map<number, Partition>()
  /** Those of them that are about to be given to another worker, and whether more may still come of them */
  private readonly closing = new Map<number, 'closing' | 'closed'>()
  private readonly publisher: Publisher
  private readonly delivery: Delivery
  /** Partitions that a note was made of, about an event that is delivered alone */
  private readonly noted = new Set<number>()
  /** What was said of the server */
  private readonly refusals = new Set<string>()
  private slowest = 0
  private retried = 0
  private hasEnded = false
  private tending: Promise<void> = Promise.resolve()

  constructor(
    private readonly options: WorkerOptions,
    private readonly leases: Leases,
    private readonly suspects: Suspects
  ) {
    const { nc, layout, delivery, log } = options
    this.publisher = new Publisher(nc, layout, {
      signal: this.stop.signal,
      onWait: (reason) => (reason === undefined ? log.info('goes on') : log.warn(`${reason}: waiting.`))
    })
    this.delivery = new Delivery({
      ...delivery,
      isEndless: true,
      onAnswer: (milliseconds) => (this.slowest = Math.max(this.slowest, milliseconds)),
      signal: this.stop.signal
    })
  }

  /**
   * Resolves when it was stopped, or has lost a lease.
   * @throws Stopped when the delivery gives up
   */
  async work(): Promise<void> {
    const { signal } = this.options
    const onAbort = () => this.drain()
    signal.addEventListener('abort', onAbort)
    try {
      this.tending = this.tend()
      if (signal.aborted) {
        this.drain()
      }
      for await (const verdicts of this.delivery.run(this.lines)) {
        await this.settle(verdicts)
      }
    } catch (error) {
      if (!(error instanceof Stopped && this.stop.signal.aborted)) {
        throw error
      }
    } finally {
      signal.removeEventListener('abort', onAbort)
      this.drain()
    }
  }

  /** Gives back what has no verdict, to be sent again after so many milliseconds. Tells how many events those were. */
  async end(milliseconds: number): Promise<number> {
    const { nc } = this.options
    this.hasEnded = true
    await this.tending
    await Promise.all([...this.partitions.values()].map((partition) => partition.close()))
    const counts = [...this.partitions.values()].map((partition) => partition.giveBack(milliseconds))
    try {
      await Promise.all([...this.noted].map((partition) => this.suspects.clear(partition)))
      await nc.flush()
      await this.leases.leave()
    } catch {
      // Without a connection the leases end by themselves, and the messages come again.
    }
    return counts.reduce((sum, count) => sum + count, 0)
  }

  /** Takes nothing more on. */
  private drain(): void {
    this.stop.abort()
    this.lines.close()
    this.partitions.forEach((partition) => void partition.close())
  }

  /** True when the leases may be others' by now: then this shift ends. */
  private isOver(): boolean {
    if (this.leases.isOver) {
      this.startOver('The server was out of reach for so long that others may have taken over: starting over.')
      return true
    }
    return false
  }

  private startOver(reason: string): void {
    if (!this.stop.signal.aborted) {
      this.options.log.warn(reason)
      this.drain()
    }
  }

  /** Keeps the leases and the messages, and shares the partitions with the other workers. */
  private async tend(): Promise<void> {
    const { leases } = this
    const { layout } = this.options
    const beat = layout.ackWait / 3
    const watch = setInterval(() => {
      this.partitions.forEach((partition) => partition.keepAlive(beat))
      this.isOver()
    }, Math.min(WATCH, beat / 4))
    let renewedAt = -Infinity
    while (!this.hasEnded) {
      try {
        if (performance.now() - renewedAt >= beat) {
          renewedAt = performance.now()
          await leases.announce()
          if (!(await leases.renew())) {
            this.startOver('Another worker has taken over a partition: starting over.')
          }
        }
        await this.share()
      } catch (error) {
        // The server is away, or busy. What was not renewed is tried again at the next look.
        this.tellRefusal(error)
        renewedAt = -Infinity
      }
      await pause(Math.min(LOOK, beat / 2))
    }
    clearInterval(watch)
  }

  /** Takes partitions that are free, up to a fair share, and gives away what is more than that. */
  private async share(): Promise<void> {
    const { leases } = this
    for (const [partition, state] of this.closing) {
      if (state === 'closed' && this.partitions.get(partition)?.size === 0) {
        this.partitions.delete(partition)
        this.closing.delete(partition)
        await leases.release(partition)
      }
    }
    if (this.stop.signal.aborted) {
      return
    }
    const { workers, free } = await leases.look()
    const share = Math.ceil(this.options.layout.partitions / Math.max(1, workers.length))
    // Workers that look at the same time begin at different ends, or all but one would look in vain.
    const offset = Math.floor(Math.random() * free.length)
    const wanted = [...free.slice(offset), ...free.slice(0, offset)].slice(0, Math.max(0, share - this.partitions.size))
    await Promise.all(wanted.map(async (partition) => (await leases.take(partition)) && this.open(partition)))
    const open = [...this.partitions.keys()].filter((partition) => !this.closing.has(partition))
    for (const partition of open.slice(share)) {
      this.closing.set(partition, 'closing')
      void this.partitions
        .get(partition)
        ?.close()
        .then(() => this.closing.set(partition, 'closed'))
    }
  }

  private async open(partition: number): Promise<void> {
    const { nc, layout } = this.options
    const subject = subjectOf(layout, partition)
    const consumer = await jetstream(nc)
      .consumers.get(layout.name, consumerOf(partition))
      .catch(async (error: Error) => {
        await this.leases.release(partition)
        throw error
      })
    this.partitions.set(
      partition,
      new Partition(consumer, {
        room: () => this.roomOfEach(),
        onRefusal: (error) => this.tellRefusal(error),
        deliver: (messages) => this.lines.push(messages.map((message) => lineOf(message, subject))),
        deliverAlone: (message) => void this.deliverAlone(partition, lineOf(message, subject))
      })
    )
  }

  private roomOfEach(): { messages: number; bytes: number } {
    const { size } = this.partitions
    return { messages: Math.max(1, Math.floor(MAX_IN_HAND / size)), bytes: MAX_BYTES_IN_HAND / size }
  }

  /** Says once what the server refuses; that it is away is said elsewhere. */
  private tellRefusal(error: unknown): void {
    if (error instanceof JetStreamApiError && !this.refusals.has(error.message)) {
      this.refusals.add(error.message)
      this.options.log.warn(`NATS refuses: ${error.message}. Trying again until it does not.`)
    }
  }

  /** An event that may be what ends the workers is noted before it is delivered, and is given up at last. */
  private async deliverAlone(partition: number, line: Line): Promise<void> {
    const { log } = this.options
    let deaths: number | undefined
    this.noted.add(partition)
    while (deaths === undefined && !this.stop.signal.aborted) {
      deaths = await this.suspects.note(partition, line.line).catch(() => undefined)
      await (deaths === undefined ? pause(LOOK, this.stop.signal) : undefined)
    }
    if (deaths === undefined || deaths < MAX_DEATHS) {
      this.lines.push([line])
      return
    }
    const { file, line: number, text } = line
    const message = `${deaths} workers ended while they delivered this event alone, so it is not tried again.`
    const place = { file, line: number, text, isEvent: 'event' in line }
    await this.settle([{ ...place, status: 500, errorType: 'INTERNAL_SERVER_ERROR', message }]).catch((error) =>
      log.error(error)
    )
  }

  /**
   * Tells the server what became of events, and logs it. After a lease is over it tells nothing: another worker may
   * have the messages again and count on them, and the order of its own would break.
   */
  private async settle(verdicts: readonly Verdict[]): Promise<void> {
    if (this.isOver()) {
      return
    }
    const counts: Counts = { events: 0, delivered: 0, rejected: 0, ignored: 0, untaken: 0, nothingNew: 0 }
    await Promise.all(
      byLine(verdicts).map(async (ofLine) => {
        counts.events += 1
        ofLine.forEach((verdict) => (counts[kindOf(verdict)] += 1))
        await this.settleLine(ofLine)
      })
    )
    const { retried } = this.delivery
    this.options.log.info(
      {
        ...counts,
        triedAgain: retried - this.retried,
        slowest: Math.round(this.slowest),
        partitions: this.partitions.size
      },
      'batch'
    )
    this.retried = retried
    this.slowest = 0
  }

  /** An event is acknowledged, or stands on the rejected subject before it is terminated. */
  private async settleLine(verdicts: readonly Verdict[]): Promise<void> {
    const { layout, log } = this.options
    const { file, line } = verdicts[0]
    const partition = this.partitions.get(Number(file.slice(subjectOf(layout, 0).length - 1)))
    const refused = verdicts.filter((verdict) => kindOf(verdict) === 'rejected')
    if (refused.length === 0) {
      partition?.get(line)?.ack()
      partition?.finish(line)
      return
    }
    try {
      await this.publisher.reject(rejectedLines(refused)[0], `${file} ${line}`)
    } catch (error) {
      if (error instanceof NotPublishedError || error instanceof TooLargeError) {
        // It stays in hand, and is given back at the end.
        log.error({ subject: file, sequence: line }, `The event can't be rejected, and stays: ${error.message}`)
        return
      }
      throw error
    }
    partition?.get(line)?.term()
    partition?.finish(line)
  }
}

/** The verdicts of each line. Those of a line come together. */
function byLine(verdicts: readonly Verdict[]): Verdict[][] {
  const lines: Verdict[][] = []
  verdicts.forEach((verdict) => {
    const last = lines[lines.length - 1]
    if (last && last[0].line === verdict.line && last[0].file === verdict.file) {
      last.push(verdict)
    } else {
      lines.push([verdict])
    }
  })
  return lines
}

/** A message as a line of a delivery: its subject stands for the file, and its place in the stream for the line. */
function lineOf({ data, info }: JsMsg, subject: string): Line {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
  return readPiece({ line: info.streamSequence, size: bytes.length, bytes }, subject, 'message')
}
