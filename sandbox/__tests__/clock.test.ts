import { Clock, MINUTE } from '../clock'

describe('the clock', () => {
  it('follows real time, ahead of it by what it was moved', () => {
    let realTime = 1000
    const clock = new Clock(() => realTime)
    clock.advance(2 * MINUTE)
    realTime += 5

    expect(clock.now()).toBe(1005 + 120_000)
  })

  it.each([-1, NaN])('does not go back: %d', (milliseconds) => {
    const clock = new Clock(() => 0)

    expect(() => clock.advance(milliseconds)).toThrow(RangeError)
    expect(clock.now()).toBe(0)
  })
})
