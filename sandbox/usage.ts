import { DAY, MINUTE } from './clock'
import type { Clock } from './clock'

/** A limit, as JSON */
export interface ShownUsage {
  used: number
  limit: number
  /** ISO 8601; none when there is room, or waiting is no help. */
  freeAt?: string
}

/**
 * How much of a limit was used in the last 24 hours. Counted by the minute, so that it costs the same however much was
 * used; what is as old as a day to the minute is free again.
 */
export class Usage {
  /** Minutes since 1970 and what was used in them, oldest first. */
  private readonly minutes = new Map<number, number>()
  private sum = 0

  /** @param plan the limit, and what shares it and never becomes free, as a classic integration does */
  constructor(private readonly clock: Clock, private readonly plan: () => { limit: number; usedElsewhere: number }) {}

  get limit(): number {
    return this.plan().limit
  }

  used(): number {
    this.forget()
    return this.sum + this.plan().usedElsewhere
  }

  /** True when the limit has room for one more. */
  hasRoom(): boolean {
    return this.used() < this.limit
  }

  /** For people to read */
  show(): ShownUsage {
    const freeAt = this.freeAt()
    return {
      used: this.used(),
      limit: this.limit,
      freeAt: freeAt === undefined ? freeAt : new Date(freeAt).toISOString()
    }
  }

  /** Minutes since 1970, with what was used in each */
  toState(): [number, number][] {
    return [...this.minutes]
  }

  restore(minutes: readonly (readonly [number, number])[]): void {
    for (const [minute, count] of minutes) {
      this.minutes.set(minute, count)
      this.sum += count
    }
  }

  take(): void {
    this.forget()
    const minute = Math.floor(this.clock.now() / MINUTE)
    this.minutes.set(minute, (this.minutes.get(minute) ?? 0) + 1)
    this.sum += 1
  }

  /** When there is room again, in milliseconds since 1970. Undefined when there is some, or waiting is no help. */
  freeAt(): number | undefined {
    if (this.hasRoom()) {
      return undefined
    }
    let used = this.used()
    for (const [minute, count] of this.minutes) {
      used -= count
      if (used < this.limit) {
        return (minute + 1) * MINUTE + DAY
      }
    }
    return undefined
  }

  private forget(): void {
    const now = this.clock.now()
    for (const [minute, count] of this.minutes) {
      if ((minute + 1) * MINUTE + DAY > now) {
        return
      }
      this.minutes.delete(minute)
      this.sum -= count
    }
  }
}
