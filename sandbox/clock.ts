/** Milliseconds */
export const MINUTE = 60_000
export const DAY = 24 * 60 * MINUTE

/** Where the clock ends: what comes later has more than four digits in its year. */
export const LAST_MOMENT = Date.parse('9999-01-01T00:00:00Z')

/** The account's own time: it follows real time until it is moved forward. It goes back to what was saved only. */
export class Clock {
  private offset = 0

  /** @param realTime milliseconds since 1970; a test gives a time that stands still */
  constructor(private readonly realTime: () => number = Date.now) {}

  /** Milliseconds by which it is ahead of real time */
  get ahead(): number {
    return this.offset
  }

  /**
   * Takes over what was saved; it may go back so.
   * @throws RangeError when it would be past its end
   */
  set ahead(milliseconds: number) {
    if (this.realTime() + milliseconds > LAST_MOMENT) {
      throw new RangeError('The clock ends with the year 9998')
    }
    this.offset = milliseconds
  }

  /** Milliseconds since 1970 */
  now(): number {
    return this.realTime() + this.offset
  }

  /** @throws RangeError when it would go back, or past its end */
  advance(milliseconds: number): void {
    if (!(milliseconds >= 0)) {
      throw new RangeError('The clock goes forward only')
    }
    this.ahead += milliseconds
  }
}
