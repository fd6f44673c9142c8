import { quote, truncateItem } from '../model/truncate'
import { startSandbox } from './harness'

describe('a truncated item', () => {
  it('is the item itself if it is small', () => {
    const item = { user_id: 'u1', traits: { name: 'Lana', tags: ['a', 'b'], nothing: null } }

    expect(truncateItem(item)).toBe(item)
  })

  it.each<[string, unknown]>([
    ['a long text', { traits: { name: 'x'.repeat(1e6) } }],
    ['a long key', { traits: { ['x'.repeat(1e6)]: 1 } }],
    ['many members', { traits: Object.fromEntries(Array.from({ length: 1e5 }, (_, index) => [`k${index}`, index])) }],
    ['many elements', { traits: { list: Array.from({ length: 1e5 }, () => 'x') } }],
    ['many texts', Array.from({ length: 900 }, () => 'x'.repeat(1000))],
    ['many levels', JSON.parse('['.repeat(1900) + ']'.repeat(1900))]
  ])('is the beginning of an item with %s', (_what, item) => {
    expect(JSON.stringify(truncateItem(item)).length).toBeLessThan(50_000)
  })

  it('is the item itself up to 1000 values, including the item', () => {
    const numbers = Array.from({ length: 999 }, (_, index) => index)

    expect(truncateItem(numbers)).toBe(numbers)
    expect(truncateItem([...numbers, 999])).toEqual([...numbers, 'The rest was too large to keep'])
  })

  it('is the item itself up to 20,000 characters of texts and keys', () => {
    const item = { name: 'x'.repeat(19_996) }

    expect(truncateItem(item)).toBe(item)
    expect(truncateItem({ name: 'x'.repeat(19_997) })).toEqual({ name: `${'x'.repeat(19_995)}…` })
    expect(truncateItem({ ['k'.repeat(15_000)]: 'x'.repeat(10_000) })).toEqual({
      ['k'.repeat(15_000)]: `${'x'.repeat(4999)}…`
    })
  })

  it('keeps numbers, booleans, lists and null unchanged', () => {
    const small = { age: 38, vip: true, nothing: null, tags: ['a', { b: 1 }] }

    expect(truncateItem({ ...small, text: 'x'.repeat(30_000) })).toEqual({
      ...small,
      text: expect.stringMatching(/^x+…$/) as string
    })
  })

  it('says where something was left out', () => {
    const kept = truncateItem({ user_id: 'u1', traits: { name: 'x'.repeat(30_000), age: 38 } })

    expect(kept).toEqual({
      user_id: 'u1',
      traits: { name: expect.stringMatching(/x…$/) as string, '…': 'The rest was too large to keep' }
    })
  })

  it('is small enough to save 500 rejected items of a megabyte', async () => {
    const { identify, track, account, toState } = startSandbox()
    const long = 'x'.repeat(1e6)
    await identify({ traits: { name: long } })
    await track({ user_id: 'u1', event: `Fax ${long}` })
    const ids = { user_id: 'u1', ip: undefined, location: undefined }
    for (let index = 0; index < 250; index += 1) {
      account.reject({ traits: { name: long } }, 'No id')
      account.track({ ...ids, event: `Fax ${index} ${long}`, properties: { text: long } })
    }

    expect(account.log.entries()).toHaveLength(500)
    expect(JSON.stringify(toState()).length).toBeLessThan(20e6)
  })
})

describe('a text in a message', () => {
  it('is quoted, and truncated if it is long', () => {
    expect(quote('Lana')).toBe('"Lana"')
    expect(quote('x'.repeat(100))).toBe(`"${'x'.repeat(100)}"`)
    expect(quote('x'.repeat(200))).toBe(`"${'x'.repeat(99)}…"`)
  })
})
