import type { RequestClient, RequestOptions } from '@segment/actions-core'
import type { MappingResult } from '../delivery'
import { findKeyRefusal, toHealthSignal } from '../delivery/engine/health'
import { backoff } from '../delivery/engine/pace'
import { readRetryAfter } from '../delivery/engine/retry-after'
import type { Pause } from './sink'

/** After so many failed requests in a row, there is a pause. */
const MAX_FAILURES = 3

type PauseCode = 'rate_limited' | 'ortto_unavailable' | 'api_key_refused'

const REASONS: Record<PauseCode, { status: number; message: string }> = {
  rate_limited: { status: 429, message: "Ortto's limit is reached. Send this request again later." },
  ortto_unavailable: { status: 503, message: 'Ortto does not respond, or fails. Send this request again later.' },
  api_key_refused: { status: 503, message: 'Ortto refuses the API key of this service. Fix it, and send again.' }
}

/**
 * Decides from Ortto's responses when to pause: requests are then refused at once, and Ortto is not asked. Each pause
 * is longer than the one before, up to a minute, until Ortto decides about events again.
 */
export class Health {
  private failures = 0
  private pauses = 0
  private pausedUntil = -Infinity
  private code: PauseCode = 'ortto_unavailable'

  /**
   * @param now milliseconds from any start
   * @param random from 0 to 1
   * @param onPause called when a pause begins
   */
  constructor(
    private readonly now: () => number,
    private readonly random: () => number,
    private readonly onPause: (pause: Pause) => void = () => undefined
  ) {}

  get pause(): Pause | undefined {
    const retryAfterMs = this.pausedUntil - this.now()
    return retryAfterMs > 0 ? { ...REASONS[this.code], code: this.code, retryAfterMs } : undefined
  }

  /** Notes the results of a request to Ortto. */
  note(results: readonly MappingResult[]): void {
    const signal = toHealthSignal(results)
    if (signal === 'ok') {
      this.failures = 0
      this.pauses = 0
      return
    }
    if (signal === undefined || this.pause !== undefined) {
      // Requests that were in flight when a pause began say nothing new.
      return
    }
    this.failures += 1
    const isRefused = findKeyRefusal(results) !== undefined
    if (signal === 'rateLimited' || isRefused || this.failures >= MAX_FAILURES) {
      this.pauses += 1
      const code = isRefused ? 'api_key_refused' : signal === 'rateLimited' ? 'rate_limited' : 'ortto_unavailable'
      this.pauseFor(backoff(this.pauses, this.random), code)
    }
  }

  /** Wraps the function that makes the requests to Ortto, to read the time that a response asks to wait. */
  readonly observe =
    (request: RequestClient): RequestClient =>
    async <Data>(url: string, options?: RequestOptions) => {
      const response = await request<Data>(url, options)
      const { status, headers } = response
      const isBusy = status === 429 || status === 503
      const waitMs = isBusy ? readRetryAfter(headers.get('retry-after'), Date.now()) : undefined
      if (waitMs !== undefined && waitMs > 0) {
        this.pauseFor(waitMs, status === 429 ? 'rate_limited' : 'ortto_unavailable')
      }
      return response
    }

  private pauseFor(milliseconds: number, code: PauseCode): void {
    const until = this.now() + milliseconds
    if (until > this.pausedUntil) {
      this.pausedUntil = until
      this.code = code
      this.onPause({ ...REASONS[code], code, retryAfterMs: milliseconds })
    }
  }
}
