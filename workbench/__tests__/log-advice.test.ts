import { adviceForEntry } from '../page/src/ortto/log-advice'
import { filterEntries, nameEntries } from '../page/src/ortto/log-entries'
import { skippedProperties, skippedTraits } from '../page/src/ortto/skipped'
import { localOrtto } from './local-ortto'

const ACCOUNT = {
  fields: [
    { name: 'Name', type: 'text' },
    { name: 'Birthday', type: 'date', format: 'DD-MM-YYYY' }
  ],
  traits: { name: 'Name', birthday: 'Birthday' },
  activities: [
    { name: 'Order completed', retentionDays: 30, attributes: { total: { name: 'Total', type: 'currency' } } }
  ]
}

/** What the log of a local Ortto says after some items, with the advice for each. */
async function advised(act: (ortto: ReturnType<typeof localOrtto>) => Promise<void>, account: object = ACCOUNT) {
  const ortto = localOrtto(account)
  await act(ortto)
  return (await ortto.log()).map((entry) => ({ message: entry.message, ...adviceForEntry(entry) }))
}

describe('what to do about an entry of the error log', () => {
  it('names the fields when no trait mapping is saved', async () => {
    const [{ link }] = await advised(({ identify }) => identify({ user_id: 'u1', traits: { name: 'Lana' } }), {})
    expect(link?.path).toBe('/ortto/fields')
  })

  it('names the activity that is not mapped, whatever it is called', async () => {
    const [{ link }] = await advised(({ track }) => track({ user_id: 'u1', event: 'A/b?c&d=#%25 "e"' }))
    const address = new URL(link?.path ?? '', 'http://127.0.0.1')
    expect(address.pathname).toBe('/ortto/activities')
    expect(address.searchParams.get('activity')).toBe('A/b?c&d=#%25 "e"')
  })

  it('names the activity that is kept too briefly', async () => {
    const [{ link }] = await advised(({ track }) =>
      track({ user_id: 'u1', event: 'Order completed', timestamp: '2020-01-01T00:00:00Z' })
    )
    expect(link).toEqual({ label: 'Change the retention', path: '/ortto/activities?activity=Order%20completed' })
  })

  it('says that a contact that is known already needs nothing', async () => {
    const item = { user_id: 'u1', traits: { name: 'Lana' } }
    const [{ text }] = await advised(({ identify }) => identify(item, item))
    expect(text).toContain('No harm done')
  })

  it('names the trait whose value was skipped', async () => {
    const [skipped, refused] = await advised(({ identify }) =>
      identify({ user_id: 'u1', traits: { birthday: '1980-07-28' } })
    )
    expect(skipped.link?.path).toBe('/ortto/fields?search=birthday')
    expect(refused).toMatchObject({ message: 'There is nothing valid in it to store', link: { path: '/ortto/fields' } })
  })

  it('names the activity whose property was skipped', async () => {
    const [{ link }] = await advised(({ track }) =>
      track({ user_id: 'u1', event: 'Order completed', properties: { total: 'free' } })
    )
    expect(link?.path).toBe('/ortto/activities?activity=Order%20completed')
  })

  it('tells of the contact that came with an activity and was not stored', async () => {
    const [, { message, text, link }] = await advised(({ track }) =>
      track({ user_id: 'u1', event: 'Order completed', traits: { birthday: 'never' } })
    )
    expect(message).toContain('The activity is queued')
    expect(text).toContain('None of its traits is mapped')
    expect(link?.path).toBe('/ortto/fields')
  })

  it.each([
    ['an item without an id', { traits: { name: 'Lana' } }, '/mappings'],
    ['an audience that is not there', { user_id: 'u1', audience: { mode: 'add', id: 'x' } }, '/ortto/audiences'],
    ['an item of a wrong shape', { user_id: 5 }, '/mappings']
  ])('leads on from %s', async (_, item, path) => {
    const [{ link }] = await advised(({ identify }) => identify(item))
    expect(link?.path).toBe(path)
  })

  it('leads to the limits', async () => {
    const [{ link }] = await advised(({ identify }) => identify({ user_id: 'u1' }), { plan: { contacts: 0 } })
    expect(link?.path).toBe('/ortto/limits')
  })
})

describe('the values that were skipped lately', () => {
  it('are counted by trait and by property', async () => {
    const { identify, track, log } = localOrtto(ACCOUNT)
    await identify(
      { user_id: 'u1', traits: { name: 'A', birthday: 'x' } },
      { user_id: 'u2', traits: { birthday: 'y' } }
    )
    await track({ user_id: 'u1', event: 'Order completed', properties: { total: 'free' } })
    const entries = await log()

    expect([...skippedTraits(entries)]).toEqual([['birthday', { count: 2, example: 'y' }]])
    expect([...skippedProperties(entries, 'Order completed')]).toEqual([['total', { count: 1, example: 'free' }]])
    expect(skippedProperties(entries, 'Other').size).toBe(0)
  })
})

describe('the entries of the error log', () => {
  const time = '2026-03-10T12:00:00.000Z'
  const entries = [
    { time, status: 422, message: 'Nothing new', item: { user_id: 'lana' } },
    { time, status: 400, message: 'Invalid', item: { user_id: 'max' } },
    { time, status: 422, message: 'Nothing new', item: { user_id: 'kim' } }
  ]

  it('come newest first, each with a key of its own', () => {
    const named = nameEntries(entries)
    expect(named.map(({ entry }) => entry)).toEqual([...entries].reverse())
    expect(new Set(named.map(({ key }) => key)).size).toBe(3)
  })

  it('keep their keys when another comes', () => {
    const keyOf = (all: typeof entries, user: string) =>
      nameEntries(all).find(({ entry }) => (entry.item as { user_id: string }).user_id === user)?.key
    const more = [...entries, { time, status: 422, message: 'Nothing new', item: { user_id: 'ada' } }]
    expect(keyOf(more, 'lana')).toBe(keyOf(entries, 'lana'))
    expect(keyOf(more, 'kim')).toBe(keyOf(entries, 'kim'))
  })

  it('are found by their message, their item and their status', () => {
    const find = (text: string, status: string) =>
      filterEntries(nameEntries(entries), text, status).map(({ entry }) => entry.item)
    expect(find('INVALID', '')).toEqual([{ user_id: 'max' }])
    expect(find('Lana', '')).toEqual([{ user_id: 'lana' }])
    expect(find('', '422')).toHaveLength(2)
    expect(find('max', '422')).toEqual([])
  })
})
