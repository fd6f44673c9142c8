/** Milliseconds */
export const MINUTE = 60_000
export const DAY = 24 * 60 * MINUTE

/** The account's own time: it follows real time until somebody moves it forward. It never goes back. */
export class Clock {
  private offset = 0

  /** @param realTime milliseconds since 1970; a test gives a time that stands still */
  constructor(private readonly realTime: () => number = Date.now) {}

  /** Milliseconds by which it is ahead of real time */
  get ahead(): number {
    return this.offset
  }

  set ahead(milliseconds: number) {
    this.offset = milliseconds
  }

  /** Milliseconds since 1970 */
  now(): number {
    return this.realTime() + this.offset
  }

  /** @throws RangeError when it would go back */
  advance(milliseconds: number): void {
    if (!(milliseconds >= 0)) {
      throw new RangeError('The clock goes forward only')
    }
    this.offset += milliseconds
  }
}
