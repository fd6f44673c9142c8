import { JetStreamApiError } from '@nats-io/jetstream'
import type { KV } from '@nats-io/kv'
import { errors } from '@nats-io/transport-node'
import { isUnanswered, retry } from './retry'

/** How long a cluster may take to elect the leader that creates a bucket */
const ELECTION_TIMEOUT_MS = 30_000
const RETRY_DELAY_MS = 200

/** The status of an error that may pass: no server can do it for now. */
const UNAVAILABLE = 503

/**
 * Creates a bucket, or opens the one that exists. Tries again while the servers of a cluster have no leader for it,
 * which takes seconds after a server was lost.
 */
export function openBucket(create: () => Promise<KV>): Promise<KV> {
  return retry(create, { timeoutMs: ELECTION_TIMEOUT_MS, delayMs: RETRY_DELAY_MS, mayPass })
}

function mayPass(error: unknown): boolean {
  return (
    error instanceof errors.TimeoutError ||
    isUnanswered(error) ||
    (error instanceof JetStreamApiError && error.status === UNAVAILABLE)
  )
}
