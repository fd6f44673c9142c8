import type { LogEntry } from '../../sandbox'
import { adviceForEntry } from '../page/src/ortto/log-advice'
import { addKeys, describeEntry, filterEntries } from '../page/src/ortto/log-entries'
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

/** The advice for each entry of a local Ortto's log after some items, with the entry's code. */
async function advised(act: (ortto: ReturnType<typeof localOrtto>) => Promise<void>, account: object = ACCOUNT) {
  const ortto = localOrtto(account)
  await act(ortto)
  return (await ortto.log()).map((entry) => ({ code: entry.code, ...adviceForEntry(entry) }))
}

describe('the advice for an entry of the error log', () => {
  it('links to the fields if no trait mapping is saved', async () => {
    const [{ link }] = await advised(({ identify }) => identify({ user_id: 'u1', traits: { name: 'Lana' } }), {})
    expect(link?.path).toBe('/ortto/fields')
  })

  it('links to an activity that is not mapped, whatever its name is', async () => {
    const [{ link }] = await advised(({ track }) => track({ user_id: 'u1', event: 'A/b?c&d=#%25 "e"' }))
    const address = new URL(link?.path ?? '', 'http://127.0.0.1')
    expect(address.pathname).toBe('/ortto/activities')
    expect(address.searchParams.get('activity')).toBe('A/b?c&d=#%25 "e"')
  })

  it('links to an activity with a short retention period', async () => {
    const [{ link }] = await advised(({ track }) =>
      track({ user_id: 'u1', event: 'Order completed', timestamp: '2020-01-01T00:00:00Z' })
    )
    expect(link).toEqual({ label: 'Change the retention', path: '/ortto/activities?activity=Order%20completed' })
  })

  it('says that a contact without changes needs no fix', async () => {
    const item = { user_id: 'u1', traits: { name: 'Lana' } }
    const [{ text }] = await advised(({ identify }) => identify(item, item))
    expect(text).toContain('Nothing to fix')
  })

  it('links to the trait whose value was skipped', async () => {
    const [skipped, rejected] = await advised(({ identify }) =>
      identify({ user_id: 'u1', traits: { birthday: '1980-07-28' } })
    )
    expect(skipped.link?.path).toBe('/ortto/fields?search=birthday')
    expect(rejected).toMatchObject({ code: 'nothing_valid', link: { path: '/ortto/fields' } })
  })

  it('links to the activity whose property was skipped', async () => {
    const [{ link }] = await advised(({ track }) =>
      track({ user_id: 'u1', event: 'Order completed', properties: { total: 'free' } })
    )
    expect(link?.path).toBe('/ortto/activities?activity=Order%20completed')
  })

  it('explains why the contact of an activity was not stored', async () => {
    const [, { code, text, link }] = await advised(({ track }) =>
      track({ user_id: 'u1', event: 'Order completed', traits: { birthday: 'never' } })
    )
    expect(code).toBe('contact_not_stored')
    expect(text).toContain('Map at least one trait')
    expect(link?.path).toBe('/ortto/fields')
  })

  it.each([
    ['an item without an id', { traits: { name: 'Lana' } }, '/mappings', 'Map the User ID'],
    ['an unknown audience', { user_id: 'u1', audience: { mode: 'add', id: 'x' } }, '/ortto/audiences', 'Connect'],
    ['an item of a wrong shape', { user_id: 5 }, '/mappings', 'Fix this']
  ])('links from %s to the right view', async (_, item, path, start) => {
    const [{ link, text }] = await advised(({ identify }) => identify(item))
    expect(link?.path).toBe(path)
    expect(text.startsWith(start)).toBe(true)
  })

  it('links to the limits', async () => {
    const [{ link }] = await advised(({ identify }) => identify({ user_id: 'u1' }), { plan: { contacts: 0 } })
    expect(link?.path).toBe('/ortto/limits')
  })
})

describe('the skipped values', () => {
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
  const entries: LogEntry[] = [
    { time, status: 422, code: 'nothing_new', message: 'Nothing new', item: { user_id: 'lana' } },
    { time, status: 400, code: 'invalid_item', message: 'Invalid', item: { user_id: 'max' } },
    { time, status: 422, code: 'nothing_new', message: 'Nothing new', item: { user_id: 'kim' } }
  ]

  it('are sorted newest first, each with its own key', () => {
    const keyed = addKeys(entries)
    expect(keyed.map(({ entry }) => entry)).toEqual([...entries].reverse())
    expect(new Set(keyed.map(({ key }) => key)).size).toBe(3)
  })

  it('keep their keys when an entry is added', () => {
    const keyOf = (all: readonly LogEntry[], user: string) =>
      addKeys(all).find(({ entry }) => (entry.item as { user_id: string }).user_id === user)?.key
    const more: LogEntry[] = [
      ...entries,
      { time, status: 422, code: 'nothing_new', message: 'Nothing new', item: { user_id: 'ada' } }
    ]
    expect(keyOf(more, 'lana')).toBe(keyOf(entries, 'lana'))
    expect(keyOf(more, 'kim')).toBe(keyOf(entries, 'kim'))
  })

  it.each([
    ['nothing_new', 422, '422 unchanged'],
    ['no_activity_mapping', 422, '422 rejected'],
    ['value_skipped', 200, '200, value skipped'],
    ['contact_not_stored', 206, '206 partial'],
    ['rate_limited', 429, '429 retryable'],
    ['before_sending', 400, '400 rejected before sending']
  ] as const)('have the words of all views for their outcome: %s', (code, status, words) => {
    expect(describeEntry({ code, status }).text).toBe(words)
  })

  it('say which mapped activity was probably meant', () => {
    const entry = { code: 'no_activity_mapping', item: { event: 'fax Sent' } } as const
    expect(adviceForEntry(entry, ['Fax sent'])).toMatchObject({
      text: expect.stringMatching('Did you mean “Fax sent”?') as string,
      link: { path: '/ortto/activities?activity=Fax%20sent' }
    })
    expect(adviceForEntry(entry, ['Order completed']).text).toMatch('Map the activity first')
  })

  it('are found by their message, their item and their outcome', () => {
    const find = (text: string, status: string) =>
      filterEntries(addKeys(entries), text, status).map(({ entry }) => entry.item)
    expect(find('INVALID', '')).toEqual([{ user_id: 'max' }])
    expect(find('Lana', '')).toEqual([{ user_id: 'lana' }])
    expect(find('', '422 unchanged')).toHaveLength(2)
    expect(find('max', '422 unchanged')).toEqual([])
  })
})
