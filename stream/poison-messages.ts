import { jetstream } from '@nats-io/jetstream'
import { Kvm } from '@nats-io/kv'
import type { KV } from '@nats-io/kv'
import type { NatsConnection } from '@nats-io/transport-node'
import { z } from 'zod'
import type { Layout } from './layout'

/** The message that a partition delivers alone, and the number of attempts */
const Attempts = z.object({ sequence: z.number(), tries: z.number() })

/**
 * Detects poison messages: messages that crash workers. Before a suspicious message is delivered alone, the attempt is
 * stored in the server. A worker that ends normally deletes it, and a worker that crashes leaves it there.
 */
export class PoisonMessages {
  private constructor(private readonly kv: KV) {}

  static async open(nc: NatsConnection, { name }: Layout): Promise<PoisonMessages> {
    return new PoisonMessages(await new Kvm(jetstream(nc)).create(`${name}-suspects`))
  }

  /** Stores an attempt to deliver a message alone. Returns the earlier attempts: in each of them, a worker crashed. */
  async recordAttempt(partition: number, sequence: number): Promise<number> {
    const before = Attempts.safeParse(await this.read(partition))
    const tries = before.success && before.data.sequence === sequence ? before.data.tries : 0
    await this.kv.put(String(partition), JSON.stringify({ sequence, tries: tries + 1 }))
    return tries
  }

  /** Deletes the attempts of a partition, because its worker ends normally. */
  async clear(partition: number): Promise<void> {
    await this.kv.delete(String(partition))
  }

  private async read(partition: number): Promise<unknown> {
    const entry = await this.kv.get(String(partition))
    return entry?.operation === 'PUT' ? entry.json() : undefined
  }
}
