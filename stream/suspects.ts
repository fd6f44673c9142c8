import { jetstream } from '@nats-io/jetstream'
import { Kvm } from '@nats-io/kv'
import type { KV } from '@nats-io/kv'
import type { NatsConnection } from '@nats-io/transport-node'
import { z } from 'zod'
import type { Layout } from './layout'

const Note = z.object({ sequence: z.number(), tries: z.number() })

/**
 * Which event each partition delivers alone, because it came so often that it may be what ends its workers. A worker
 * that ends in good order takes its note away; one that is ended by the event leaves it behind.
 */
export class Suspects {
  private constructor(private readonly kv: KV) {}

  static async open(nc: NatsConnection, { name }: Layout): Promise<Suspects> {
    return new Suspects(await new Kvm(jetstream(nc)).create(`${name}-suspects`))
  }

  /** Notes that a message is tried alone, and tells how many workers have ended while they did that. */
  async note(partition: number, sequence: number): Promise<number> {
    const before = Note.safeParse(await this.read(partition))
    const tries = before.success && before.data.sequence === sequence ? before.data.tries : 0
    await this.kv.put(String(partition), JSON.stringify({ sequence, tries: tries + 1 }))
    return tries
  }

  /** The worker goes on, or ends in good order. */
  async clear(partition: number): Promise<void> {
    await this.kv.delete(String(partition))
  }

  private async read(partition: number): Promise<unknown> {
    const entry = await this.kv.get(String(partition))
    return entry?.operation === 'PUT' ? entry.json() : undefined
  }
}
