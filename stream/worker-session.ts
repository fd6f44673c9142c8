import { jetstream, JetStreamApiError } from '@nats-io/jetstream'
import { AsyncQueue } from '../common/async-queue'
import { Delivery, Stopped } from '../delivery'
import type { EventReport, ReadItem } from '../delivery'
import { consumerOf, subjectOf } from './layout'
import type { Leases } from './leases'
import { Partition } from './partition'
import { pause } from './pause'
import type { PoisonMessages } from './poison-messages'
import { Publisher } from './publisher'
import { readMessage, toRejectedReports } from './read-message'
import type { MessageItem } from './read-message'
import { Settler } from './settler'
import type { WorkerOptions } from './worker-options'

/** The maximum number of messages in progress in a worker: as many as a delivery reads ahead. */
const MAX_MESSAGES = 8000
/** The maximum size of these messages, approximately */
const MAX_BYTES = 32 * 1024 * 1024
/** The longest interval between two rounds of the heartbeat */
const HEARTBEAT_INTERVAL_MS = 500
/** The longest interval between two checks whether a lease or a message needs a heartbeat */
const CHECK_INTERVAL_MS = 250
/** A message is rejected when this many workers crashed while they delivered it alone. */
const MAX_CRASHES = 3

/**
 * A worker's span of work: one delivery, and the partitions that the worker has leases for. It ends when the worker is
 * stopped, when the delivery stops, or when a lease is lost. After a lost lease, the worker cannot know which messages
 * are still its own, so it starts a new session.
 */
export class WorkerSession {
  private readonly stop = new AbortController()
  private readonly items = new AsyncQueue<ReadItem>()
  private readonly partitions = new Map<number, Partition>()
  /** Partitions that will be released. A closed partition receives no more messages, but may have some in progress. */
  private readonly closing = new Map<number, 'closing' | 'closed'>()
  private readonly delivery: Delivery
  private readonly settler: Settler
  /** Messages of server errors that were logged. Each is logged once. */
  private readonly loggedErrors = new Set<string>()
  private hasEnded = false
  private heartbeat: Promise<void> = Promise.resolve()

  constructor(
    private readonly options: WorkerOptions,
    private readonly leases: Leases,
    private readonly poisonMessages: PoisonMessages
  ) {
    const { nc, layout, delivery, log } = options
    const publisher = new Publisher(nc, layout, {
      signal: this.stop.signal,
      onWait: (reason) => (reason === undefined ? log.info('resumed') : log.warn(`${reason}: waiting.`))
    })
    this.settler = new Settler(this.partitions, publisher, log, options.onSettled)
    this.delivery = new Delivery({
      ...delivery,
      isEndless: true,
      onBatchSent: (durationMs) => this.settler.recordDuration(durationMs),
      signal: this.stop.signal
    })
  }

  /**
   * Delivers events. Resolves when the worker was stopped, or when a lease was lost.
   * @throws Stopped when the delivery stops
   */
  async run(): Promise<void> {
    const { signal } = this.options
    const onAbort = () => this.drain()
    signal.addEventListener('abort', onAbort)
    try {
      this.heartbeat = this.runHeartbeat()
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

  /** Returns the messages without a result to the stream, and releases the leases. Resolves with their number. */
  async end(nakDelayMs: number): Promise<number> {
    const { nc } = this.options
    this.hasEnded = true
    await this.heartbeat
    await Promise.all([...this.partitions.values()].map((partition) => partition.close()))
    const counts = [...this.partitions.values()].map((partition) => partition.nakAll(nakDelayMs))
    try {
      await this.poisonMessages.removeAttempts()
      await nc.flush()
      await this.leases.unregister()
    } catch {
      // Without a connection, the leases expire, and the messages are redelivered.
    }
    return counts.reduce((sum, count) => sum + count, 0)
  }

  /** Stops pulling and sending. The requests in flight are completed. */
  private drain(): void {
    this.stop.abort()
    this.items.close()
    this.partitions.forEach((partition) => void partition.close())
  }

  /** Drains this session when other workers may have its leases. Returns whether it did. */
  private drainIfExpiring(): boolean {
    if (this.leases.isExpiring) {
      this.drainForRestart('NATS was unreachable for too long, and other workers may have taken over. Restarting.')
      return true
    }
    return false
  }

  private drainForRestart(reason: string): void {
    if (!this.stop.signal.aborted) {
      this.options.log.warn(reason)
      this.drain()
    }
  }

  /** Renews the leases, sends heartbeats for messages in progress, and rebalances, until the session ends. */
  private async runHeartbeat(): Promise<void> {
    const { leases } = this
    const { layout } = this.options
    const renewalMs = layout.ackWait / 3
    const check = setInterval(() => {
      this.partitions.forEach((partition) => partition.sendHeartbeats(renewalMs))
      this.drainIfExpiring()
    }, Math.min(CHECK_INTERVAL_MS, renewalMs / 4))
    let renewedAt = -Infinity
    while (!this.hasEnded) {
      try {
        if (performance.now() - renewedAt >= renewalMs) {
          renewedAt = performance.now()
          await leases.register({ stuck: this.settler.stuck })
          if (!(await leases.renew())) {
            this.drainForRestart('Another worker has taken over a partition. Restarting.')
          }
        }
        await this.rebalance()
      } catch (error) {
        // The server is unreachable or busy. The next round renews the leases.
        this.logServerError(error)
        renewedAt = -Infinity
      }
      await pause(Math.min(HEARTBEAT_INTERVAL_MS, renewalMs / 2))
    }
    clearInterval(check)
  }

  /** Acquires free partitions up to an equal share, and releases partitions above it. */
  private async rebalance(): Promise<void> {
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
    const { workers, free } = await leases.read()
    const share = Math.ceil(this.options.layout.partitions / Math.max(1, workers.length))
    // Each worker starts at a random partition. Otherwise workers that rebalance together would compete for the first.
    const offset = Math.floor(Math.random() * free.length)
    const wanted = [...free.slice(offset), ...free.slice(0, offset)].slice(0, Math.max(0, share - this.partitions.size))
    await Promise.all(wanted.map(async (partition) => (await leases.acquire(partition)) && this.open(partition)))
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
        getLimits: () => this.getPartitionLimits(),
        onError: (error) => this.logServerError(error),
        deliver: (messages) => this.items.push(messages.flatMap((message) => readMessage(message, subject, partition))),
        deliverAlone: (message) => void this.deliverAlone(readMessage(message, subject, partition))
      })
    )
  }

  /** The worker's limits, divided by the number of its partitions. */
  private getPartitionLimits(): { messages: number; bytes: number } {
    const { size } = this.partitions
    return { messages: Math.max(1, Math.floor(MAX_MESSAGES / size)), bytes: MAX_BYTES / size }
  }

  /** Logs an error response of the server. Lost connections are logged elsewhere. */
  private logServerError(error: unknown): void {
    if (error instanceof JetStreamApiError && !this.loggedErrors.has(error.message)) {
      this.loggedErrors.add(error.message)
      this.options.log.warn(`NATS rejected a request: ${error.message}. Retrying.`)
    }
  }

  /** Stores the attempt, and delivers a suspicious message. After too many crashes, it is rejected instead. */
  private async deliverAlone(items: readonly MessageItem[]): Promise<void> {
    const { log } = this.options
    const [{ source }] = items
    let crashes: number | undefined
    while (crashes === undefined && !this.stop.signal.aborted) {
      crashes = await this.poisonMessages.recordAttempt(source.partition, source.sequence).catch(() => undefined)
      await (crashes === undefined ? pause(HEARTBEAT_INTERVAL_MS, this.stop.signal) : undefined)
    }
    if (crashes === undefined || crashes < MAX_CRASHES) {
      this.items.push(items)
      return
    }
    const message = `${crashes} workers crashed while they delivered this event alone, so it is not retried.`
    const reports = toRejectedReports(items, { code: 'poison_message', message })
    await this.settle(reports).catch((error) => log.error(error))
  }

  /** Settles nothing when a lease may be lost: another worker may have the messages, and the order would break. */
  private async settle(reports: readonly EventReport[]): Promise<void> {
    if (!this.drainIfExpiring()) {
      await this.settler.settle(reports, this.delivery.retries.total)
    }
  }
}
