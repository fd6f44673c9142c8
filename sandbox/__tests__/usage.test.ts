import { Clock } from '../model/clock'
import { Usage } from '../model/usage'
import { MINUTE_MS } from '../rules'
import { START } from './harness'

function start(limit: number, usedElsewhere = 0) {
  const clock = new Clock(() => START)
  return { clock, usage: new Usage(clock, () => ({ limit, usedElsewhere })) }
}

describe('the usage of a limit', () => {
  it('counts the events of the last 24 hours, by the minute', () => {
    const { clock, usage } = start(10)
    usage.add()
    clock.advance(30 * MINUTE_MS)
    usage.add()
    expect(usage.used()).toBe(2)

    clock.advance(23.5 * 60 * MINUTE_MS + MINUTE_MS)
    expect(usage.used()).toBe(1)
    expect(usage.toState()).toEqual([[START / MINUTE_MS + 30, 1]])
  })

  it('has room until the limit is reached, and says when there is room again', () => {
    const { usage } = start(2)
    usage.add()
    expect([usage.hasRoom(), usage.freeAt()]).toEqual([true, undefined])

    usage.add()
    expect(usage.hasRoom()).toBe(false)
    expect(usage.toJson()).toEqual({ used: 2, limit: 2, freeAt: '2026-03-11T12:01:00.000Z' })
  })

  it('is never freed if a classic integration uses the whole limit', () => {
    const { usage } = start(2, 2)

    expect([usage.hasRoom(), usage.freeAt()]).toEqual([false, undefined])
  })

  it('continues from a saved usage', () => {
    const { usage, clock } = start(10)
    usage.restore([
      [START / MINUTE_MS - 1440, 3],
      [START / MINUTE_MS, 2]
    ])
    expect(usage.used()).toBe(5)
    clock.advance(MINUTE_MS)
    expect(usage.used()).toBe(2)
  })

  it('has room again only when it is below the limit', () => {
    const { usage, clock } = start(2)
    usage.restore([[START / MINUTE_MS - 1, 1]])
    clock.advance(MINUTE_MS)
    usage.add()
    usage.add()

    expect(usage.toJson()).toEqual({ used: 3, limit: 2, freeAt: '2026-03-11T12:02:00.000Z' })
  })
})
