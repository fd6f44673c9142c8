import { jetstream, JetStreamApiError } from '@nats-io/jetstream'
import { Delivery, Stopped } from '../delivery'
import type { EventReport, ReadItem } from '../delivery'
import { AsyncQueue } from './async-queue'
import { consumerOf, subjectOf } from './layout'
import type { Leases } from './leases'
import { Partition } from './partition'
import { pause } from './pause'
import { Publisher } from './publisher'
import { readMessage } from './read-message'
import type { MessageItem } from './read-message'
import { Settler } from './settler'
import type { Suspects } from './suspects'
import type { WorkerOptions } from './worker-options'

/** Messages that a worker holds: as many as a delivery reads ahead. */
const MAX_IN_HAND = 8000

/** Bytes of them, about */
const MAX_BYTES_IN_HAND = 32 * 1024 * 1024

/** Between two looks at the leases, and at the messages that the server must hear of */
const LOOK_MS = 500
const WATCH_MS = 250
/** After so many workers ended while they delivered an event alone, it is rejected. */
const MAX_DEATHS = 3

/**
 * A worker's time with one delivery and some partitions. It ends when the worker is stopped, when the delivery gives
 * up, and when a lease is lost: then nobody knows which messages are this worker's, and it starts over.
 */
export class Shift {
  private readonly stop = new AbortController()
  private readonly items = new AsyncQueue<ReadItem>()
  private readonly partitions = new Map<number, Partition>()
  /** Those of them that are about to be given to another worker, and whether more may still come of them */
  private readonly closing = new Map<number, 'closing' | 'closed'>()
  private readonly delivery: Delivery
  private readonly settler: Settler
  /** Partitions that a note was made of, about an event that is delivered alone */
  private readonly noted = new Set<number>()
  /** What the server refused, and was logged */
  private readonly refusals = new Set<string>()
  private hasEnded = false
  private tending: Promise<void> = Promise.resolve()

  constructor(
    private readonly options: WorkerOptions,
    private readonly leases: Leases,
    private readonly suspects: Suspects
  ) {
    const { nc, layout, delivery, log } = options
    const publisher = new Publisher(nc, layout, {
      signal: this.stop.signal,
      onWait: (reason) => (reason === undefined ? log.info('continues') : log.warn(`${reason}: waiting.`))
    })
    this.settler = new Settler(this.partitions, publisher, log)
    this.delivery = new Delivery({
      ...delivery,
      isEndless: true,
      onResponse: (milliseconds) => this.settler.noteResponse(milliseconds),
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
      for await (const reports of this.delivery.run(this.items)) {
        await this.settle(reports)
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

  /** Gives back what has no result, to be sent again after so many milliseconds. Returns how many events those were. */
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

  /** Accepts no more messages. */
  private drain(): void {
    this.stop.abort()
    this.items.close()
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
    }, Math.min(WATCH_MS, beat / 4))
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
      await pause(Math.min(LOOK_MS, beat / 2))
    }
    clearInterval(watch)
  }

  /** Takes free partitions up to a fair share, and gives away those beyond it. */
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
        deliver: (messages) => this.items.push(messages.map((message) => readMessage(message, subject, partition))),
        deliverAlone: (message) => void this.deliverAlone(readMessage(message, subject, partition))
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
  private async deliverAlone(item: MessageItem): Promise<void> {
    const { log } = this.options
    const { source, size, raw } = item
    let deaths: number | undefined
    this.noted.add(source.partition)
    while (deaths === undefined && !this.stop.signal.aborted) {
      deaths = await this.suspects.note(source.partition, source.sequence).catch(() => undefined)
      await (deaths === undefined ? pause(LOOK_MS, this.stop.signal) : undefined)
    }
    if (deaths === undefined || deaths < MAX_DEATHS) {
      this.items.push([item])
      return
    }
    const message = `${deaths} workers ended while they delivered this event alone, so it is not tried again.`
    const event = item.event
    const problem = { code: 'poison_message' as const, message }
    await this.settle([{ source, size, raw, event, problem, results: [] }]).catch((error) => log.error(error))
  }

  /** After a lease is over it settles nothing: another worker may have the messages again, out of this one's order. */
  private async settle(reports: readonly EventReport[]): Promise<void> {
    if (!this.isOver()) {
      await this.settler.settle(reports, this.delivery.retried)
    }
  }
}
