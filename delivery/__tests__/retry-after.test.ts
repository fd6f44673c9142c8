import { readRetryAfter } from '../engine/retry-after'

describe('Retry-After', () => {
  const now = Date.parse('2026-03-10T12:00:00Z')

  it.each([
    ['120', 120_000],
    [' 0 ', 0],
    ['Tue, 10 Mar 2026 12:00:30 GMT', 30_000],
    ['Tue, 10 Mar 2026 11:00:00 GMT', 0],
    ['soon', undefined],
    ['-5', undefined],
    ['1e9', undefined],
    ['', undefined],
    [null, undefined]
  ])('%j is %j milliseconds', (header, milliseconds) => {
    expect(readRetryAfter(header, now)).toBe(milliseconds)
  })
})
