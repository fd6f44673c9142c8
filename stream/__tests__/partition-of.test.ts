import { partitionOf } from '../partition-of'

describe('the partition of an event', () => {
  it('is the same in every version, because events stay in it while workers are updated', () => {
    const ids = [{ userId: 'u1' }, { userId: 'u2', anonymousId: 'a1' }, { anonymousId: 'a1' }, { userId: 7 }, {}]
    expect(ids.map((event) => partitionOf(event, '{}', 32))).toEqual([10, 6, 1, 19, 3])
  })

  it('depends on the user ID, or on the anonymous ID if there is no user ID', () => {
    expect(partitionOf({ userId: 'u1', anonymousId: 'a' }, '', 32)).toBe(partitionOf({ userId: 'u1' }, '', 32))
    expect(partitionOf({ userId: '', anonymousId: 'a' }, '', 32)).toBe(partitionOf({ anonymousId: 'a' }, '', 32))
    expect(partitionOf({ userId: 5 }, '', 32)).toBe(partitionOf({ userId: '5' }, '', 32))
  })

  it('distributes users evenly', () => {
    const counts = Array<number>(32).fill(0)
    Array.from({ length: 32_000 }, (_, index) => (counts[partitionOf({ userId: `user-${index}` }, '', 32)] += 1))
    expect(Math.min(...counts)).toBeGreaterThan(850)
    expect(Math.max(...counts)).toBeLessThan(1150)
  })
})
