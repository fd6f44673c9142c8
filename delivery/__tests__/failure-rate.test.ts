import { FailureRate } from '../engine/failure-rate'
import type { HealthSignal } from '../engine/health'

/** The failures of one batch in a row that are too many for chance, after these requests. */
function limitAfter(signals: readonly (HealthSignal | undefined)[]): number {
  const rate = new FailureRate()
  signals.forEach((signal) => rate.note(signal))
  let failures = 0
  while (rate.mayBeChance(failures)) {
    failures += 1
  }
  return failures
}

const repeat = (count: number, ...signals: (HealthSignal | undefined)[]) =>
  Array.from({ length: count }, () => signals).flat()

describe('the rate of failures', () => {
  it('takes the third failure in a row of a batch for its own, when others hardly fail', () => {
    expect([limitAfter([]), limitAfter(repeat(100, 'ok')), limitAfter(['ok', 'failing', 'failing'])]).toEqual([3, 3, 3])
  })

  it('takes more failures for chance, the more requests fail', () => {
    const limits = [1, 2, 4, 9].map((share) =>
      limitAfter(repeat(100, ...repeat(share, 'failing'), ...repeat(10 - share, 'ok')))
    )
    expect(limits).toEqual([...limits].sort((one, other) => one - other))
    expect(limits[3]).toBe(12)
  })

  it('never takes more than a dozen for chance, also when all requests fail for long', () => {
    expect(limitAfter(repeat(5000, 'failing'))).toBe(12)
  })

  it('does not count requests that say nothing about failures', () => {
    expect(limitAfter(repeat(500, 'rateLimited', undefined))).toBe(3)
  })
})
