import { randomBytes } from 'crypto'
import { hostname } from 'os'
import { Stopped } from '../delivery'
import { pause } from './pause'
import { Leases } from './leases'
import { Shift } from './shift'
import { Suspects } from './suspects'
import type { WorkerOptions } from './worker-options'

/**
 * Delivers the events of the stream until it is stopped. Any number of workers share the partitions.
 *
 * @throws Stopped when continuing makes no sense: the key is refused, or all events are rejected. They are given back.
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
