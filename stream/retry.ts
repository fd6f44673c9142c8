import { errors } from '@nats-io/transport-node'
import { pause } from './pause'

interface RetryOptions {
  /** When it is not tried again, after the first try. Milliseconds */
  timeoutMs: number
  /** Milliseconds between two tries */
  delayMs: number
  /** Whether the same call may succeed later. @default always */
  mayPass?: (error: unknown) => boolean
}

/** Calls a function until it succeeds. Rejects with its error when it may not pass, or the time is over. */
export async function retry<Value>(
  call: () => Promise<Value>,
  { timeoutMs, delayMs, mayPass = () => true }: RetryOptions
): Promise<Value> {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    try {
      return await call()
    } catch (error) {
      if (!mayPass(error) || performance.now() > deadline) {
        throw error
      }
      await pause(delayMs)
    }
  }
}

/** Whether nobody answers requests on the subject. */
export function isUnanswered(error: unknown): boolean {
  return error instanceof errors.NoRespondersError || (error instanceof errors.RequestError && error.isNoResponders())
}
