import { Clock } from '../model/clock'
import { MINUTE_MS } from '../rules'

describe('the clock', () => {
  it('follows real time, plus the time by which it was moved', () => {
    let realTime = 1000
    const clock = new Clock(() => realTime)
    clock.advance(2 * MINUTE_MS)
    realTime += 5

    expect(clock.now()).toBe(1005 + 120_000)
  })

  it.each([-1, NaN])('does not go back: %d', (milliseconds) => {
    const clock = new Clock(() => 0)

    expect(() => clock.advance(milliseconds)).toThrow(new RangeError('The clock can only move forward'))
    expect(clock.now()).toBe(0)
  })

  it('ends with the year 9998', () => {
    const clock = new Clock(() => Date.parse('9998-12-31T00:00:00Z'))
    clock.advance(24 * 60 * MINUTE_MS)

    expect(() => clock.advance(1)).toThrow('The clock ends with the year 9998')
    expect(new Date(clock.now()).toISOString()).toBe('9999-01-01T00:00:00.000Z')
  })

  it('can be moved by 0', () => {
    const clock = new Clock(() => 5)
    clock.advance(0)

    expect(clock.now()).toBe(5)
  })
})
