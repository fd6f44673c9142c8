import fc from 'fast-check'
import { quoteLargeNumbers } from '../quote-large-numbers'

describe('quoteLargeNumbers', () => {
  it.each([
    ['{"id":7234567890123456781}', '{"id":"7234567890123456781"}'],
    ['{"a":{"b":[1, -72345678901234567810 ]}}', '{"a":{"b":[1, "-72345678901234567810" ]}}'],
    ['[9007199254740991,9007199254740992,9007199254740993]', '[9007199254740991,9007199254740992,"9007199254740993"]'],
    ['{"a":12345678901234567.5}', '{"a":"12345678901234567.5"}'],
    ['{"a":100000000000000000000,"b":1e20}', '{"a":100000000000000000000,"b":1e20}'],
    ['{"a":10000000000000000000000}', '{"a":"10000000000000000000000"}']
  ])('makes a text of a number that would be rounded, and of no other: %s', (json, quoted) => {
    expect(quoteLargeNumbers(json)).toBe(quoted)
  })

  it.each(['"id: 7234567890123456781"', String.raw`{"a":"\"[7234567890123456781"}`, '{"7234567890123456781":1}'])(
    'leaves texts and names as they are: %s',
    (json) => {
      expect(quoteLargeNumbers(json)).toBe(json)
    }
  )

  it('keeps every digit of every integer in any JSON, and everything else', () => {
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof({ depthSize: 'small' }, fc.bigInt(), fc.integer(), fc.string(), tie('list'), tie('members')),
      list: fc.array(tie('tree'), { maxLength: 4 }),
      members: fc.dictionary(fc.string(), tie('tree'), { maxKeys: 4 })
    }))
    const write = (value: unknown, isQuoted: boolean): string => {
      if (typeof value === 'bigint') {
        const isRounded = isQuoted && String(Number(value)) !== String(value)
        return isRounded ? `"${value}"` : String(value)
      }
      if (Array.isArray(value)) {
        return `[${value.map((item) => write(item, isQuoted)).join(', ')}]`
      }
      return typeof value === 'object' && value !== null
        ? `{${Object.entries(value)
            .map(([key, member]) => `${JSON.stringify(key)}: ${write(member, isQuoted)}`)
            .join()}}`
        : JSON.stringify(value)
    }
    fc.assert(
      fc.property(fc.array(tree), (value) => {
        expect(quoteLargeNumbers(write(value, false))).toBe(write(value, true))
      })
    )
  })
})
