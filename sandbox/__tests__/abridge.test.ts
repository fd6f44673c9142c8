import { abridge, quote } from '../abridge'
import { startSandbox } from './harness'

describe('what is kept of an item', () => {
  it('is the item itself, when it is small', () => {
    const item = { user_id: 'u1', traits: { name: 'Lana', tags: ['a', 'b'], nothing: null } }

    expect(abridge(item)).toBe(item)
  })

  it.each<[string, unknown]>([
    ['a long text', { traits: { name: 'x'.repeat(1e6) } }],
    ['a long key', { traits: { ['x'.repeat(1e6)]: 1 } }],
    ['many members', { traits: Object.fromEntries(Array.from({ length: 1e5 }, (_, index) => [`k${index}`, index])) }],
    ['many elements', { traits: { list: Array.from({ length: 1e5 }, () => 'x') } }],
    ['many texts', Array.from({ length: 900 }, () => 'x'.repeat(1000))],
    ['many levels', JSON.parse('['.repeat(1900) + ']'.repeat(1900))]
  ])('is the beginning of one with %s', (_what, item) => {
    expect(JSON.stringify(abridge(item)).length).toBeLessThan(50_000)
  })

  it('is the item itself up to 1000 values, which it is one of', () => {
    const numbers = Array.from({ length: 999 }, (_, index) => index)

    expect(abridge(numbers)).toBe(numbers)
    expect(abridge([...numbers, 999])).toEqual([...numbers, 'The rest was too much to keep'])
  })

  it('is the item itself up to 20,000 characters of its texts and keys', () => {
    const item = { name: 'x'.repeat(19_996) }

    expect(abridge(item)).toBe(item)
    expect(abridge({ name: 'x'.repeat(19_997) })).toEqual({ name: `${'x'.repeat(19_995)}…` })
    expect(abridge({ ['k'.repeat(15_000)]: 'x'.repeat(10_000) })).toEqual({
      ['k'.repeat(15_000)]: `${'x'.repeat(4999)}…`
    })
  })

  it('has its numbers, its yes and no, its lists and what is empty as they were', () => {
    const small = { age: 38, vip: true, nothing: null, tags: ['a', { b: 1 }] }

    expect(abridge({ ...small, text: 'x'.repeat(30_000) })).toEqual({
      ...small,
      text: expect.stringMatching(/^x+…$/) as string
    })
  })

  it('says where something was left out', () => {
    const kept = abridge({ user_id: 'u1', traits: { name: 'x'.repeat(30_000), age: 38 } })

    expect(kept).toEqual({
      user_id: 'u1',
      traits: { name: expect.stringMatching(/x…$/) as string, '…': 'The rest was too much to keep' }
    })
  })

  it('lets 500 refused items of a megabyte be saved', async () => {
    const { identify, track, account, toState } = startSandbox()
    const long = 'x'.repeat(1e6)
    await identify({ traits: { name: long } })
    await track({ user_id: 'u1', event: `Fax ${long}` })
    const ids = { user_id: 'u1', ip: undefined, location: undefined }
    for (let index = 0; index < 250; index += 1) {
      account.refuse({ traits: { name: long } }, 'It has no id')
      account.track({ ...ids, event: `Fax ${index} ${long}`, properties: { text: long } })
    }

    expect(account.log.entries()).toHaveLength(500)
    expect(JSON.stringify(toState()).length).toBeLessThan(20e6)
  })
})

describe('a text in a message', () => {
  it('is quoted, and cut when it is long', () => {
    expect(quote('Lana')).toBe('"Lana"')
    expect(quote('x'.repeat(100))).toBe(`"${'x'.repeat(100)}"`)
    expect(quote('x'.repeat(200))).toBe(`"${'x'.repeat(99)}…"`)
  })
})
