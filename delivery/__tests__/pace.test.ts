import { backoff, Pace } from '../engine/pace'
import { randomFrom } from './harness'

function start(rate?: number) {
  const clock = { now: 0 }
  const pace = new Pace(
    () => clock.now,
    () => 0,
    rate
  )
  /** As many requests as there is room for; each shows this. */
  const round = (shown: Parameters<Pace['end']>[1]) => {
    clock.now = Math.max(clock.now + 1, pace.nextAt)
    const begun: number[] = []
    while (pace.hasRoom) {
      begun.push(pace.begin(1))
    }
    begun.forEach((at) => pace.end(at, shown))
    return begun.length
  }
  return { clock, pace, round }
}

describe('the pace', () => {
  it('halves when Ortto is over its limit, and becomes one more with each answer that takes events', () => {
    const { round } = start()

    expect([round('ok'), round('rateLimited'), round('rateLimited'), round('failing')]).toEqual([8, 8, 4, 2])
    expect([round('ok'), round('ok'), round('ok'), round('ok')]).toEqual([1, 2, 4, 8])
  })

  it('pauses twice as long each time, a minute at most, until Ortto takes something', () => {
    const { clock, pace, round } = start()
    const pauses = Array.from({ length: 8 }, () => {
      round('rateLimited')
      return pace.nextAt - clock.now
    })
    expect(pauses).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000])

    round('ok')
    round('failing')
    expect(pace.nextAt - clock.now).toBe(1000)
  })

  it('pauses as long as Ortto asks for', () => {
    const { pace } = start()
    pace.pauseFor(5000)
    expect(pace.nextAt).toBe(5000)
    pace.pauseFor(2000)
    expect(pace.nextAt).toBe(5000)
  })

  it('is not changed by requests that sent nothing', () => {
    const { round, clock, pace } = start()

    expect([round(undefined), round(undefined)]).toEqual([8, 8])
    expect(pace.nextAt).toBeLessThanOrEqual(clock.now)
  })

  it('keeps to the ceiling, also after a time without events', () => {
    const { pace, clock } = start(100)
    pace.begin(500)
    expect(pace.nextAt).toBe(5000)
    clock.now = 60_000
    pace.begin(100)
    expect(pace.nextAt).toBe(61_000)
  })

  it('spreads the tries: a pause is less by up to a half', () => {
    expect([backoff(3, () => 0), backoff(3, () => 1)]).toEqual([4000, 2000])
  })

  it('lets at least a quarter as many requests succeed when half of all fail at random', () => {
    const seed = Date.now() % 1_000_000
    const random = randomFrom(seed)
    const [all, half] = [() => true, () => random() < 0.5].map((succeeds) => countSuccesses(succeeds, 600_000))

    expect([`seed ${seed}`, half >= all / 4]).toEqual([`seed ${seed}`, true])
  })
})

/** How many requests succeed in that time, when each takes 100 ms and there are always more to send. */
function countSuccesses(succeeds: () => boolean, durationMs: number): number {
  const { clock, pace } = start()
  let inFlight: number[] = []
  let count = 0
  for (; clock.now < durationMs; clock.now += 10) {
    const ended = inFlight.filter((begunAt) => begunAt + 100 <= clock.now)
    inFlight = inFlight.filter((begunAt) => begunAt + 100 > clock.now)
    for (const begunAt of ended) {
      const isSuccess = succeeds()
      count += isSuccess ? 1 : 0
      pace.end(begunAt, isSuccess ? 'ok' : 'failing')
    }
    while (pace.hasRoom && pace.nextAt <= clock.now) {
      inFlight.push(pace.begin(1))
    }
  }
  return count
}
