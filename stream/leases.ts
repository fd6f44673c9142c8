import { JetStreamApiCodes, JetStreamApiError, jetstream, jetstreamManager } from '@nats-io/jetstream'
import { Kvm } from '@nats-io/kv'
import type { KV } from '@nats-io/kv'
import type { NatsConnection } from '@nats-io/transport-node'
import { z } from 'zod'
import { parseJson } from '../common/parse-json'
import { bucketsOf, findStream } from './layout'
import type { Layout } from './layout'
import { openBucket } from './open-bucket'

/** The part of a lease's time after which a worker that cannot renew it stops relying on it. */
const SAFE_PART = 0.8

const WORKER_PREFIX = 'workers.'
const PARTITION_PREFIX = 'partitions.'

/** What a worker publishes about itself. */
const WorkerState = z.object({
  /** Messages that cannot end for now, and why */
  stuck: z.object({ messages: z.number(), subject: z.string(), sequence: z.number(), reason: z.string() }).optional()
})
type WorkerState = z.infer<typeof WorkerState>

/** A lease of this worker. */
interface Lease {
  revision: number
  /** When the request for it was sent, by `performance.now()`. The server counts from a later time. */
  renewedAt: number
}

/**
 * Which worker has which partition: keys in a bucket of the server, which expire when they are not renewed. Only the
 * worker that created a partition's key reads the partition.
 */
export class Leases {
  private readonly leases = new Map<number, Lease>()

  private constructor(private readonly kv: KV, private readonly layout: Layout, readonly worker: string) {}

  /** @param worker a unique name of letters, digits, - and _ */
  static async open(nc: NatsConnection, layout: Layout, worker: string): Promise<Leases> {
    const js = jetstream(nc, { timeout: Math.min(5000, layout.ackWait / 3) })
    const { ackWait: ttl, replicas } = layout
    const kv = await openBucket(() => new Kvm(js).create(bucketsOf(layout).leases, { ttl, replicas }))
    return new Leases(kv, layout, worker)
  }

  /** The partitions that this worker has. */
  get owned(): number[] {
    return [...this.leases.keys()]
  }

  /** Whether a lease may expire soon, because it could not be renewed in time. */
  get isExpiring(): boolean {
    const limit = performance.now() - this.layout.ackWait * SAFE_PART
    return [...this.leases.values()].some(({ renewedAt }) => renewedAt <= limit)
  }

  /** Registers this worker with its state, or renews its registration. */
  async register(state: WorkerState): Promise<void> {
    await this.kv.put(WORKER_PREFIX + this.worker, JSON.stringify(state))
  }

  /** The registered workers, and the partitions that no worker has. */
  async read(): Promise<{ workers: string[]; free: number[] }> {
    const keys = new Set<string>()
    for await (const key of await this.kv.keys()) {
      keys.add(key)
    }
    const all = Array.from({ length: this.layout.partitions }, (_, partition) => partition)
    return {
      workers: [...keys].filter((key) => key.startsWith(WORKER_PREFIX)).map((key) => key.slice(WORKER_PREFIX.length)),
      free: all.filter((partition) => !keys.has(PARTITION_PREFIX + partition))
    }
  }

  /** Acquires a partition. False when another worker has it. */
  async acquire(partition: number): Promise<boolean> {
    const renewedAt = performance.now()
    try {
      const revision = await this.kv.create(PARTITION_PREFIX + partition, this.worker)
      this.leases.set(partition, { revision, renewedAt })
      return true
    } catch (error) {
      return falseOnConflict(error)
    }
  }

  /** Renews all leases of this worker. False when another worker has one of the partitions. */
  async renew(): Promise<boolean> {
    const renewed = [...this.leases].map(async ([partition, lease]) => {
      const renewedAt = performance.now()
      try {
        lease.revision = await this.kv.update(PARTITION_PREFIX + partition, this.worker, lease.revision)
        lease.renewedAt = renewedAt
        return true
      } catch (error) {
        return falseOnConflict(error)
      }
    })
    return (await Promise.all(renewed)).every(Boolean)
  }

  async release(partition: number): Promise<void> {
    const lease = this.leases.get(partition)
    this.leases.delete(partition)
    if (lease) {
      await this.kv.delete(PARTITION_PREFIX + partition, { previousSeq: lease.revision }).catch(falseOnConflict)
    }
  }

  /** Releases all partitions, and removes the registration of this worker. */
  async unregister(): Promise<void> {
    await Promise.all(this.owned.map((partition) => this.release(partition)))
    await this.kv.delete(WORKER_PREFIX + this.worker)
  }
}

/** A registered worker: its partitions and its state. */
interface RegisteredWorker {
  worker: string
  partitions: number[]
  state: WorkerState
}

/** The registered workers, sorted by name. */
export async function readLeases(nc: NatsConnection, layout: Pick<Layout, 'name'>): Promise<RegisteredWorker[]> {
  const workers = new Map<string, RegisteredWorker>()
  const find = (worker: string) => {
    const found = workers.get(worker) ?? { worker, partitions: [], state: {} }
    workers.set(worker, found)
    return found
  }
  const { leases: bucket } = bucketsOf(layout)
  if (!(await findStream(await jetstreamManager(nc), `KV_${bucket}`))) {
    return []
  }
  const kv = await new Kvm(nc).open(bucket)
  for await (const key of await kv.keys()) {
    const value = (await kv.get(key))?.string() ?? ''
    if (key.startsWith(WORKER_PREFIX)) {
      find(key.slice(WORKER_PREFIX.length)).state = WorkerState.safeParse(parseJson(value)).data ?? {}
    } else {
      find(value).partitions.push(Number(key.slice(PARTITION_PREFIX.length)))
    }
  }
  return [...workers.values()].sort((one, other) => (one.worker < other.worker ? -1 : 1))
}

/** False for a write conflict: the key was changed since it was read, or exists already. Rethrows other errors. */
function falseOnConflict(error: unknown): false {
  if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamWrongLastSequence) {
    return false
  }
  throw error
}
