import { truncate } from '../truncate'

describe('a text that is truncated', () => {
  it('ends in an ellipsis when it was longer', () => {
    expect(truncate('12345', 5)).toBe('12345')
    expect(truncate('123456', 5)).toBe('1234…')
    expect(truncate('123456', 1)).toBe('…')
    expect(truncate('123456', 0)).toBe('…')
  })

  it('never ends in half a character', () => {
    expect(truncate('123😀56', 5)).toBe('123…')
    expect(truncate('123😀56', 6)).toBe('123😀…')
  })
})
