import type { HealthSignal } from './health'

/** Requests in flight at the same time, while Ortto accepts them all. */
const MAX_IN_FLIGHT = 8
/** Until the next try: the first time, and at most. */
const FIRST_PAUSE_MS = 1000
const LONGEST_PAUSE_MS = 60_000

/**
 * How fast to send. When Ortto is over its limit, or as many requests in a row fail as may be in flight, everything
 * waits, longer each time, and continues with half as many requests at a time. Each response that decides about events
 * allows one more. A failure among successes makes only its own batch wait.
 */
export class Pace {
  private limit = MAX_IN_FLIGHT
  private inFlight = 0
  private pauses = 0
  /** Requests that failed since the last one that did not */
  private failuresInRow = 0
  private pausedAt = -Infinity
  /** When the pause that Ortto's responses caused ends. */
  pausedUntil = -Infinity
  /** When the rate limit allows the next event. */
  private allowedAt = -Infinity

  /**
   * @param now milliseconds from any start
   * @param random from 0 to 1
   * @param rate events a second, at most
   */
  constructor(
    private readonly now: () => number,
    private readonly random: () => number,
    private readonly rate = Infinity
  ) {}

  /** Requests in flight */
  get requests(): number {
    return this.inFlight
  }

  /** True when another request may be made, as far as the number in flight is concerned. */
  get hasRoom(): boolean {
    return this.inFlight < this.limit
  }

  /** When the next request may be made; it may be now. */
  get nextAt(): number {
    return Math.max(this.pausedUntil, this.allowedAt)
  }

  /** A request is made with so many events. Returns the time, which `end` needs. */
  begin(events: number): number {
    this.inFlight += 1
    this.allowedAt = Math.max(this.allowedAt, this.now()) + (events / this.rate) * 1000
    return this.now()
  }

  /** A request that started then has ended. The signal is undefined when nothing was sent. */
  end(startedAt: number, signal: HealthSignal | undefined): void {
    this.inFlight -= 1
    if (signal === 'ok') {
      this.pauses = 0
      this.failuresInRow = 0
      this.limit = Math.min(MAX_IN_FLIGHT, this.limit + 1)
      return
    }
    if (!signal || startedAt <= this.pausedAt) {
      // Requests that were in flight when a pause began tell nothing new.
      return
    }
    this.failuresInRow += 1
    if (signal === 'rateLimited' || this.failuresInRow >= this.limit) {
      this.failuresInRow = 0
      this.limit = Math.max(1, Math.floor(this.limit / 2))
      this.pauses += 1
      this.pausedAt = this.now()
      this.pausedUntil = Math.max(this.pausedUntil, this.now() + backoff(this.pauses, this.random))
    }
  }

  /** Ortto named the milliseconds to wait (Retry-After). */
  pauseFor(milliseconds: number): void {
    this.pausedUntil = Math.max(this.pausedUntil, this.now() + milliseconds)
  }
}

/** Milliseconds to wait before the next try: twice as long each time, and spread. */
export function backoff(failures: number, random: () => number): number {
  const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1))
  return spread(longest, random)
}

/** Less by up to a half, so that tries spread. */
export function spread(milliseconds: number, random: () => number): number {
  return milliseconds * (1 - random() / 2)
}
