import { toAttributes, toIPv4, truncate, unlessBlank } from '../src/values'

describe('text that may be blank', () => {
  it.each(['', ' ', '\t\n', undefined, null, 7, {}])('counts as none: %j', (text) => {
    expect(unlessBlank(text)).toBeUndefined()
  })

  it('goes as given when it is not', () => {
    expect(unlessBlank(' u1 ')).toBe(' u1 ')
  })
})

describe('an IP address', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    [' 203.0.113.7 ', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::FFFF:cb00:7107', '203.0.113.7'],
    ['0:0:0:0:0:ffff:cb00:7107', '203.0.113.7'],
    ['::ffff:0:1', '0.0.0.1']
  ])('is sent as IPv4: %s', (ip, expected) => {
    expect(toIPv4(ip)).toBe(expected)
  })

  it.each([
    '2001:db8::1',
    '::1',
    '64:ff9b::cb00:7107',
    'fe80::1%eth0',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.256',
    'localhost',
    '',
    '1.2.3.4, 5.6.7.8',
    '0.0.0.0',
    '::',
    '::ffff:0.0.0.0'
  ])('is left out when it is none: %j', (ip) => {
    expect(toIPv4(ip)).toBeUndefined()
  })
})

describe('traits and properties', () => {
  it('keep every value', () => {
    const traits = {
      text: 'x',
      empty: '',
      zero: 0,
      no: false,
      nothing: null,
      list: [1, '', null, []],
      object: {},
      nested: { deep: { empty: '' } }
    }

    expect(toAttributes(traits)).toEqual({ kept: traits, isCut: false })
    expect(toAttributes(traits).kept).toBe(traits)
  })

  it('lose members whose key is the empty string, at every depth and inside arrays', () => {
    const traits = { '': 'gone', a: { '': 1, b: [{ '': 2, c: null }, [{ '': 3 }]] } }

    expect(toAttributes(traits).kept).toEqual({ a: { b: [{ c: null }, [{}]] } })
    expect(traits).toEqual({ '': 'gone', a: { '': 1, b: [{ '': 2, c: null }, [{ '': 3 }]] } })
  })

  it('carry Dates as ISO 8601 text, and null for a Date that is none', () => {
    const traits = { born: new Date('1980-07-28T00:00:00Z'), list: [new Date(0)], never: new Date(NaN) }

    expect(toAttributes(traits).kept).toEqual({
      born: '1980-07-28T00:00:00.000Z',
      list: ['1970-01-01T00:00:00.000Z'],
      never: null
    })
  })

  it('carry an object that a Date was made the prototype of', () => {
    const copied: object = Object.setPrototypeOf({ city: 'Sydney' }, new Date(0)) as object

    expect(JSON.stringify(toAttributes({ copied, list: [copied] }).kept)).toBe(
      '{"copied":{"city":"Sydney"},"list":[{"city":"Sydney"}]}'
    )
  })

  it('are kept whatever their own prototype is', () => {
    const traits: unknown = Object.setPrototypeOf({ city: 'Sydney' }, { admin: true })

    expect(toAttributes(traits).kept).toBe(traits)
  })

  it('keep a member named __proto__ as data', () => {
    const traits: unknown = JSON.parse('{"__proto__": {"admin": true}, "": 1}')
    const cleaned = toAttributes(traits).kept

    expect(JSON.stringify(cleaned)).toBe('{"__proto__":{"admin":true}}')
    expect(Object.getPrototypeOf(cleaned)).toBe(Object.prototype)
  })

  it('lose what has no place in JSON, and write whole numbers of any size', () => {
    const traits = { big: 2n ** 64n, call: () => 1, mark: Symbol('x'), list: [Symbol('y'), 1], none: undefined }

    expect(toAttributes(traits).kept).toEqual({ big: '18446744073709551616', list: [undefined, 1] })
    expect(toAttributes({ call: () => 1, none: undefined }).kept).toBeUndefined()
    expect(toAttributes({ none: undefined }).kept).toBeUndefined()
  })

  it.each([undefined, null, {}, { '': 1 }, [], 'text', 7])('are none when nothing is in them: %j', (value) => {
    expect(toAttributes(value)).toEqual({ kept: undefined, isCut: false })
  })

  it('lose only what is nested deeper than a JSON writer can follow', () => {
    const { kept, isCut } = toAttributes({ name: 'Lana', deep: nested(20_000), list: [nestedList(20_000)] })

    expect(isCut).toBe(true)
    expect(kept).toMatchObject({ name: 'Lana' })
    expect(depthOf(kept?.deep)).toBe(999)
    expect(JSON.stringify(kept).length).toBeLessThan(20_000)
  })

  it('keep what is nested 500 levels deep', () => {
    const traits = { deep: nested(500) }

    expect(toAttributes(traits).kept).toBe(traits)
  })
})

describe('text that is too long', () => {
  it('ends in an ellipsis, and never in half a character', () => {
    expect(truncate('12345', 5)).toBe('12345')
    expect(truncate('123456', 5)).toBe('1234…')
    expect(truncate('123😀56', 5)).toBe('123…')
  })
})

function nested(levels: number): object {
  let value = {}
  for (let level = 1; level < levels; level++) {
    value = { in: value }
  }
  return value
}

function nestedList(levels: number): unknown[] {
  let value: unknown[] = []
  for (let level = 1; level < levels; level++) {
    value = [value]
  }
  return value
}

function depthOf(value: unknown): number {
  let depth = 0
  for (let at = value; typeof at === 'object' && at !== null; at = (at as { in?: unknown }).in) {
    depth += 1
  }
  return depth
}
