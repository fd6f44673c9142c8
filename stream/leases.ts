import { JetStreamApiCodes, JetStreamApiError, jetstream, jetstreamManager } from '@nats-io/jetstream'
import { Kvm } from '@nats-io/kv'
import type { KV } from '@nats-io/kv'
import type { NatsConnection } from '@nats-io/transport-node'
import { findStream } from './layout'
import type { Layout } from './layout'

/** The part of a lease's time after which a worker that can't renew it stops relying on it. */
const SAFE = 0.8

const WORKER = 'workers.'
const PARTITION = 'partitions.'

/** What a worker knows of a lease of its own. */
interface Lease {
  revision: number
  /** When it was asked for, in milliseconds of this process: it holds from then on. */
  since: number
}

/**
 * Who works on which partition: keys in a bucket of the server, which go when nobody renews them. A partition is one
 * worker's as long as its key is there.
 */
export class Leases {
  private readonly leases = new Map<number, Lease>()

  private constructor(private readonly kv: KV, private readonly layout: Layout, readonly worker: string) {}

  /** @param worker a name that no other worker has: letters, digits, - and _ */
  static async open(nc: NatsConnection, layout: Layout, worker: string): Promise<Leases> {
    const js = jetstream(nc, { timeout: Math.min(5000, layout.ackWait / 3) })
    return new Leases(await new Kvm(js).create(`${layout.name}-leases`, { ttl: layout.ackWait }), layout, worker)
  }

  /** The partitions that are this worker's. */
  get mine(): number[] {
    return [...this.leases.keys()]
  }

  /** True when a lease may soon go over to another worker, because it could not be renewed in time. */
  get isOver(): boolean {
    const ends = performance.now() - this.layout.ackWait * SAFE
    return [...this.leases.values()].some(({ since }) => since <= ends)
  }

  /** Says that this worker is here. */
  async announce(): Promise<void> {
    await this.kv.put(WORKER + this.worker, '')
  }

  /** The workers, and the partitions that nobody has. */
  async look(): Promise<{ workers: string[]; free: number[] }> {
    const keys = new Set<string>()
    for await (const key of await this.kv.keys()) {
      keys.add(key)
    }
    const all = Array.from({ length: this.layout.partitions }, (_, partition) => partition)
    return {
      workers: [...keys].filter((key) => key.startsWith(WORKER)).map((key) => key.slice(WORKER.length)),
      free: all.filter((partition) => !keys.has(PARTITION + partition))
    }
  }

  /** Takes a partition. False when another worker was faster. */
  async take(partition: number): Promise<boolean> {
    const since = performance.now()
    try {
      this.leases.set(partition, { revision: await this.kv.create(PARTITION + partition, this.worker), since })
      return true
    } catch (error) {
      return ifAnothers(error)
    }
  }

  /** Renews what this worker has. False when a partition is another's by now. */
  async renew(): Promise<boolean> {
    const renewed = [...this.leases].map(async ([partition, lease]) => {
      const since = performance.now()
      try {
        lease.revision = await this.kv.update(PARTITION + partition, this.worker, lease.revision)
        lease.since = since
        return true
      } catch (error) {
        return ifAnothers(error)
      }
    })
    return (await Promise.all(renewed)).every(Boolean)
  }

  /** Gives a partition free. */
  async release(partition: number): Promise<void> {
    const lease = this.leases.get(partition)
    this.leases.delete(partition)
    if (lease) {
      await this.kv.delete(PARTITION + partition, { previousSeq: lease.revision }).catch(ifAnothers)
    }
  }

  /** Gives all free, and says that this worker is gone. */
  async leave(): Promise<void> {
    await Promise.all(this.mine.map((partition) => this.release(partition)))
    await this.kv.delete(WORKER + this.worker)
  }
}

/** Which worker has which partitions, by the worker's name. */
export async function readLeases(nc: NatsConnection, { name }: Pick<Layout, 'name'>): Promise<Map<string, number[]>> {
  const held = new Map<string, number[]>()
  const bucket = `${name}-leases`
  if (!(await findStream(await jetstreamManager(nc), `KV_${bucket}`))) {
    return held
  }
  const kv = await new Kvm(nc).open(bucket)
  for await (const key of await kv.keys()) {
    if (key.startsWith(WORKER)) {
      held.set(key.slice(WORKER.length), held.get(key.slice(WORKER.length)) ?? [])
    } else {
      const worker = (await kv.get(key))?.string() ?? ''
      held.set(worker, [...(held.get(worker) ?? []), Number(key.slice(PARTITION.length))])
    }
  }
  return held
}

/** False when the key has changed since, or is there already. Rethrows every other error. */
function ifAnothers(error: unknown): false {
  if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamWrongLastSequence) {
    return false
  }
  throw error
}
