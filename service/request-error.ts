/** A request that is not processed. Codes are for programs, messages for people. */
export class RequestError extends Error {
  /** @param retryAfterMs for a request that can be sent again: the earliest time for it */
  constructor(readonly status: number, readonly code: string, message: string, readonly retryAfterMs?: number) {
    super(message)
  }
}
