import { jetstream } from '@nats-io/jetstream'
import { Kvm } from '@nats-io/kv'
import type { KV } from '@nats-io/kv'
import type { NatsConnection } from '@nats-io/transport-node'
import { z } from 'zod'
import { parseJson } from '../common/parse-json'
import { bucketsOf } from './layout'
import { openBucket } from './open-bucket'
import type { Layout } from './layout'

/** The message that a partition delivers alone, and the workers that attempted it and have not ended normally */
const Attempts = z.object({ sequence: z.number(), workers: z.array(z.string()) })

/**
 * Detects poison messages: messages that crash workers. Before a suspicious message is delivered alone, the attempt is
 * stored in the server. A worker that ends normally removes its attempts, and a worker that crashes leaves them there.
 */
export class PoisonMessages {
  /** Partitions with a stored attempt of this worker */
  private readonly attempted = new Set<number>()

  private constructor(private readonly kv: KV, private readonly worker: string) {}

  /** @param worker the unique name of this worker */
  static async open(
    nc: NatsConnection,
    layout: Pick<Layout, 'name' | 'replicas'>,
    worker: string
  ): Promise<PoisonMessages> {
    const { suspects } = bucketsOf(layout)
    const kv = await openBucket(() => new Kvm(jetstream(nc)).create(suspects, { replicas: layout.replicas }))
    return new PoisonMessages(kv, worker)
  }

  /**
   * Stores an attempt to deliver a message alone. Returns the number of other workers with an attempt: each crashed.
   * Rejects when the server cannot be reached, or the entry was changed at the same time.
   */
  async recordAttempt(partition: number, sequence: number): Promise<number> {
    this.attempted.add(partition)
    const { revision, attempts } = await this.read(partition)
    const others = attempts?.sequence === sequence ? attempts.workers.filter((name) => name !== this.worker) : []
    await this.write(partition, { sequence, workers: [...others, this.worker] }, revision)
    return others.length
  }

  /** Removes the attempts of this worker, because it ends normally. Rejects when the server cannot be reached. */
  async removeAttempts(): Promise<void> {
    for (const partition of this.attempted) {
      const { revision, attempts } = await this.read(partition)
      if (attempts?.workers.includes(this.worker)) {
        const workers = attempts.workers.filter((name) => name !== this.worker)
        await this.write(partition, { ...attempts, workers }, revision)
      }
      this.attempted.delete(partition)
    }
  }

  private async read(partition: number): Promise<{ revision?: number; attempts?: z.infer<typeof Attempts> }> {
    const entry = await this.kv.get(String(partition))
    const value = entry?.operation === 'PUT' ? parseJson(entry.string()) : undefined
    return { revision: entry?.revision, attempts: Attempts.safeParse(value).data }
  }

  private async write(partition: number, attempts: z.infer<typeof Attempts>, revision?: number): Promise<void> {
    const key = String(partition)
    const value = JSON.stringify(attempts)
    await (revision === undefined ? this.kv.create(key, value) : this.kv.update(key, value, revision))
  }
}
