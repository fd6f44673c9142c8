import { MAX_LOGGED_BYTES, MAX_LOGGED_REQUESTS } from '../rules'

/** A request to `/v1`, and how it was answered. */
export interface LoggedRequest {
  /** ISO 8601, by the sandbox's clock */
  at: string
  method: string
  /** For example `/v1/identify` */
  path: string
  /** The header `x-request-id`, when it is 1 to 100 printable ASCII characters */
  requestId?: string
  /** As it was sent. Absent when the API key was wrong, or the body was not read. */
  body?: unknown
  /** The status of the response */
  status: number
  /** The kind of the fault that changed the response */
  fault?: string
}

/**
 * The latest requests to `/v1`, for tests that check what was sent. Older ones are dropped: beyond 1,000 requests, or
 * 16 MiB of bodies.
 */
export class RequestLog {
  private entries: { request: LoggedRequest; bytes: number }[] = []
  private bytes = 0

  /** Oldest first */
  all(): LoggedRequest[] {
    return this.entries.map(({ request }) => request)
  }

  /** @param bytes of the body */
  add(request: LoggedRequest, bytes: number): void {
    this.entries.push({ request, bytes })
    this.bytes += bytes
    while (this.entries.length > MAX_LOGGED_REQUESTS || (this.bytes > MAX_LOGGED_BYTES && this.entries.length > 1)) {
      this.bytes -= this.entries.shift()?.bytes ?? 0
    }
  }

  clear(): void {
    this.entries = []
    this.bytes = 0
  }
}
