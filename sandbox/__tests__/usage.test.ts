import { Clock, MINUTE } from '../clock'
import { Usage } from '../usage'
import { START } from './harness'

function start(limit: number, usedElsewhere = 0) {
  const clock = new Clock(() => START)
  return { clock, usage: new Usage(clock, () => ({ limit, usedElsewhere })) }
}

describe('the usage of a limit', () => {
  it('counts what was used in the last 24 hours, by the minute', () => {
    const { clock, usage } = start(10)
    usage.take()
    clock.advance(30 * MINUTE)
    usage.take()
    expect(usage.used()).toBe(2)

    clock.advance(23.5 * 60 * MINUTE + MINUTE)
    expect(usage.used()).toBe(1)
    expect(usage.toState()).toEqual([[START / MINUTE + 30, 1]])
  })

  it('has room until the limit is reached, and says when there is room again', () => {
    const { usage } = start(2)
    usage.take()
    expect([usage.hasRoom(), usage.freeAt()]).toEqual([true, undefined])

    usage.take()
    expect(usage.hasRoom()).toBe(false)
    expect(usage.show()).toEqual({ used: 2, limit: 2, freeAt: '2026-03-11T12:01:00.000Z' })
  })

  it('is of no help to wait for, when others use all of the limit', () => {
    const { usage } = start(2, 2)

    expect([usage.hasRoom(), usage.freeAt()]).toEqual([false, undefined])
  })

  it('goes on from what was saved', () => {
    const { usage, clock } = start(10)
    usage.restore([
      [START / MINUTE - 1440, 3],
      [START / MINUTE, 2]
    ])
    expect(usage.used()).toBe(5)
    clock.advance(MINUTE)
    expect(usage.used()).toBe(2)
  })

  it('has room again not before it is below the limit', () => {
    const { usage, clock } = start(2)
    usage.restore([[START / MINUTE - 1, 1]])
    clock.advance(MINUTE)
    usage.take()
    usage.take()

    expect(usage.show()).toEqual({ used: 3, limit: 2, freeAt: '2026-03-11T12:02:00.000Z' })
  })
})
