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

  it('says where something was left out', () => {
    const kept = abridge({ user_id: 'u1', traits: { name: 'x'.repeat(30_000), age: 38 } })

    expect(kept).toEqual({
      user_id: 'u1',
      traits: { name: expect.stringMatching(/x…$/) as string, '…': 'The rest was too much to keep' }
    })
  })

  it('lets 500 refused items of a megabyte be saved', async () => {
    const { identify, track, save } = startSandbox()
    for (let index = 0; index < 20; index += 1) {
      await identify({ traits: { name: 'x'.repeat(1e6) } })
      await track({ user_id: 'u1', event: `Fax ${index}`, properties: { text: 'x'.repeat(1e6) } })
    }

    expect(JSON.stringify(save()).length).toBeLessThan(60 * 50_000)
  })
})

describe('a text in a message', () => {
  it('is quoted, and cut when it is long', () => {
    expect(quote('Lana')).toBe('"Lana"')
    expect(quote('x'.repeat(200))).toBe(`"${'x'.repeat(99)}…"`)
  })
})
