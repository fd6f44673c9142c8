import type { NatsConnection } from '@nats-io/transport-node'
import { randomBytes } from 'crypto'
import { hostname } from 'os'
import type { Logger } from 'pino'
import { Stopped } from '../delivery'
import type { DeliveryOptions } from '../delivery'
import type { Layout } from './layout'
import { pause } from './pause'
import { Leases } from './leases'
import { Shift } from './shift'
import { Suspects } from './suspects'

export interface WorkerOptions {
  nc: NatsConnection
  layout: Layout
  /** Where and how the events are delivered */
  delivery: Omit<DeliveryOptions, 'isEndless' | 'onResponse' | 'signal'>
  log: Logger
  /** Drains it: what is under way is waited for, and the rest is given back. */
  signal: AbortSignal
}

/**
 * Delivers what is in the stream, until it is stopped. Any number of workers share the partitions.
 *
 * @throws Stopped when going on makes no sense: the key is refused, or all events are. They are given back then.
 * @throws StreamError when the server does not let it work
 */
export async function work(options: WorkerOptions): Promise<void> {
  const { nc, layout, signal } = options
  // No other worker has this name, and a person sees where it runs.
  const worker = `${hostname().replace(/[^\w-]/g, '-')}-${process.pid}-${randomBytes(3).toString('hex')}`
  const log = options.log.child({ worker })
  log.info({ stream: layout.name, partitions: layout.partitions }, 'started')
  const leases = await Leases.open(nc, layout, worker)
  const suspects = await Suspects.open(nc, layout)
  while (!signal.aborted) {
    // As long as others need to notice that a worker is gone: they may have better luck with these events.
    const rest = 2 * layout.ackWait
    const shift = new Shift({ ...options, log }, leases, suspects)
    try {
      await shift.work()
    } catch (error) {
      const isTemporary = error instanceof Stopped && error.isTemporary
      const count = await shift.end(isTemporary ? rest : 0)
      if (!isTemporary) {
        throw error
      }
      log.warn({ givenBack: count, seconds: rest / 1000 }, `${error.message} The events were given back for a while.`)
      await pause(rest, signal)
      continue
    }
    log.info({ givenBack: await shift.end(0) }, signal.aborted ? 'drained' : 'starts over')
  }
}
