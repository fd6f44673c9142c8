import fc from 'fast-check'
import { compareNames } from '../read/compare-names'

const name = fc
  .array(
    fc.oneof(fc.constantFrom('-', '.', '_', 'a', 'events', '2026-01-02', '12-31-2025', '02-30-2025'), fc.nat(20)),
    {
      maxLength: 4
    }
  )
  .map((parts) => parts.join(''))

describe('the order of names', () => {
  it('is one order for all names, whatever they are', () => {
    fc.assert(
      fc.property(name, name, name, (a, b, c) => {
        expect(Math.sign(compareNames(a, b))).toBe(-Math.sign(compareNames(b, a)) || 0)
        expect(compareNames(a, b) === 0).toBe(a === b)
        const [first, second, third] = [a, b, c].sort(compareNames)
        expect(compareNames(first, second)).toBeLessThanOrEqual(0)
        expect(compareNames(second, third)).toBeLessThanOrEqual(0)
        expect(compareNames(first, third)).toBeLessThanOrEqual(0)
      })
    )
  })

  it('is that of the days, in both forms of dates', () => {
    const days = fc.date({ min: new Date('1990-01-01'), max: new Date('2090-01-01'), noInvalidDate: true })
    const write = (date: Date, isUS: boolean) => {
      const [year, month, day] = date.toISOString().slice(0, 10).split('-')
      return isUS ? `${month}-${day}-${year}` : `${year}-${month}-${day}`
    }
    fc.assert(
      fc.property(days, days, fc.boolean(), fc.boolean(), (one, other, isUS, isOtherUS) => {
        const [start, end] = [one, other].map((date) => Math.floor(date.getTime() / 86_400_000))
        fc.pre(start !== end)
        expect(Math.sign(compareNames(write(one, isUS), write(other, isOtherUS)))).toBe(Math.sign(start - end))
      })
    )
  })
})
