import { LAST_CLOCK_TIME_MS } from '../rules'

/** The account's own clock. It follows real time until it is moved forward. Only a restored state moves it back. */
export class Clock {
  private offset = 0

  /** @param realTime returns milliseconds since 1970; tests pass a time that stands still */
  constructor(private readonly realTime: () => number = Date.now) {}

  /** Milliseconds between real time and this clock. */
  get offsetMs(): number {
    return this.offset
  }

  /** @throws RangeError when the clock would be past its end */
  set offsetMs(milliseconds: number) {
    if (this.realTime() + milliseconds > LAST_CLOCK_TIME_MS) {
      throw new RangeError('The clock ends with the year 9998')
    }
    this.offset = milliseconds
  }

  /** Milliseconds since 1970 */
  now(): number {
    return this.realTime() + this.offset
  }

  /** @throws RangeError when the clock would go back, or past its end */
  advance(milliseconds: number): void {
    if (!(milliseconds >= 0)) {
      throw new RangeError('The clock can only move forward')
    }
    this.offsetMs += milliseconds
  }
}
