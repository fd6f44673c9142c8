import type { EventReport } from '../delivery'
import type { Message } from './read-messages'

/** Why no events are accepted for now. */
export interface Pause {
  /** 429 or 503 */
  status: number
  code: string
  message: string
  retryAfterMs: number
}

/** Where a service sends events. */
export interface Sink {
  /** Why events cannot be accepted for now */
  readonly pause: Pause | undefined
  /**
   * Sends the events of a request. Resolves with the reports of each message, when all of them have their results. A
   * result with `isRetryable` is not final: the client sends the request again.
   * @param signal aborted when the response is sent or the client is gone: the events that can be are not sent then
   * @throws Error when nothing is known about the events, and the client sends the request again
   */
  send: (messages: readonly Message[], signal: AbortSignal) => Promise<EventReport[][]>
  /** Sends no further events. Resolves when the events that were passed to `send` have their results. */
  close: () => Promise<void>
}
