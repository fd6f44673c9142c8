import { LIMIT_WINDOW_MS, USAGE_STEP_MS } from '../rules'
import type { Clock } from './clock'

/** The usage of a limit, as JSON. */
export interface UsageJson {
  used: number
  limit: number
  /** ISO 8601: when the limit has room again. Absent when it has room, or when waiting does not help. */
  freeAt?: string
}

/**
 * The usage of a limit in the last 24 hours. It is counted by the minute; a minute's usage is freed when the minute is
 * a day old.
 */
export class Usage {
  /** Minutes since 1970 and the usage in each, oldest first. */
  private readonly minutes = new Map<number, number>()
  private sum = 0

  /** @param plan the limit, and the part of it that a classic integration uses, which is never freed */
  constructor(private readonly clock: Clock, private readonly plan: () => { limit: number; usedElsewhere: number }) {}

  get limit(): number {
    return this.plan().limit
  }

  used(): number {
    this.dropOldMinutes()
    return this.sum + this.plan().usedElsewhere
  }

  /** True when the limit has room for one more event. */
  hasRoom(): boolean {
    return this.used() < this.limit
  }

  toJson(): UsageJson {
    return { used: this.used(), limit: this.limit, freeAt: this.freeAt() }
  }

  /** Minutes since 1970, with the usage in each */
  toState(): [number, number][] {
    return [...this.minutes]
  }

  restore(minutes: readonly (readonly [number, number])[]): void {
    for (const [minute, count] of minutes) {
      this.minutes.set(minute, count)
      this.sum += count
    }
  }

  /** Counts one event. */
  add(): void {
    this.dropOldMinutes()
    const minute = Math.floor(this.clock.now() / USAGE_STEP_MS)
    this.minutes.set(minute, (this.minutes.get(minute) ?? 0) + 1)
    this.sum += 1
  }

  /** ISO 8601: when the limit has room again. Undefined when it has room, or when waiting does not help. */
  freeAt(): string | undefined {
    if (this.hasRoom()) {
      return undefined
    }
    let used = this.used()
    for (const [minute, count] of this.minutes) {
      used -= count
      if (used < this.limit) {
        return new Date(freedAtMs(minute)).toISOString()
      }
    }
    return undefined
  }

  private dropOldMinutes(): void {
    const now = this.clock.now()
    for (const [minute, count] of this.minutes) {
      if (freedAtMs(minute) > now) {
        return
      }
      this.minutes.delete(minute)
      this.sum -= count
    }
  }
}

/** When the usage of a minute is freed, in milliseconds since 1970. */
function freedAtMs(minute: number): number {
  return (minute + 1) * USAGE_STEP_MS + LIMIT_WINDOW_MS
}
