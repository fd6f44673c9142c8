import { randomBytes } from 'crypto'
import { hostname } from 'os'
import { Stopped } from '../delivery'
import { pause } from './pause'
import { Leases } from './leases'
import { PoisonMessages } from './poison-messages'
import { retry } from './retry'
import { WorkerSession } from './worker-session'
import type { WorkerOptions } from './worker-options'

/** How long a worker that ends waits for a server that cannot be reached, to remove its notes */
const END_TIMEOUT_MS = 10_000
const END_RETRY_MS = 200

/**
 * Delivers the events of the stream until the signal is aborted. Any number of workers share the partitions.
 *
 * @throws Stopped when the API key is refused, or all events are rejected. The events are returned to the stream.
 * @throws StreamError when the server rejects the requests of the worker
 */
export async function work(options: WorkerOptions): Promise<void> {
  const { nc, layout, signal } = options
  // A unique name, which shows where the worker runs.
  const worker = `${hostname().replace(/[^\w-]/g, '-')}-${process.pid}-${randomBytes(3).toString('hex')}`
  const log = options.log.child({ worker })
  log.info({ stream: layout.name, partitions: layout.partitions }, 'started')
  const leases = await Leases.open(nc, layout, worker)
  const poisonMessages = await PoisonMessages.open(nc, layout, worker)
  try {
    while (!signal.aborted) {
      // Other workers may have more success with the events. In this time they notice that this worker is gone.
      const restMs = 2 * layout.ackWait
      const session = new WorkerSession({ ...options, log }, leases, poisonMessages)
      try {
        await session.run()
      } catch (error) {
        const isTemporary = error instanceof Stopped && error.isTemporary
        const returned = await session.end(isTemporary ? restMs : 0)
        if (!isTemporary) {
          throw error
        }
        const retryAfterSeconds = restMs / 1000
        const action = `All events were returned to the stream. Retrying in ${retryAfterSeconds} seconds.`
        log.warn({ returned, retryAfterSeconds }, `${error.message} ${action}`)
        await pause(restMs, signal)
        continue
      }
      log.info({ returned: await session.end(0) }, signal.aborted ? 'drained' : 'restarting')
    }
  } finally {
    await removeAttempts(poisonMessages)
  }
}

/** Retries for a while: an attempt that stays would count as a crash of this worker. */
async function removeAttempts(poisonMessages: PoisonMessages): Promise<void> {
  const times = { timeoutMs: END_TIMEOUT_MS, delayMs: END_RETRY_MS }
  await retry(() => poisonMessages.removeAttempts(), times).catch(() => undefined)
}
