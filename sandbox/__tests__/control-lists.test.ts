import { hc } from 'hono/client'
import type { ControlApi } from '..'
import { ACCOUNT, startSandbox } from './harness'

function start(account: object = ACCOUNT) {
  const sandbox = startSandbox(account)
  const client = hc<ControlApi>('http://127.0.0.1:8030/sandbox', { fetch: sandbox.app.request })
  const search = async (text?: string, limit?: string) => {
    const { total, contacts } = await (await client.contacts.search.$get({ query: { text, limit } })).json()
    return { total, numbers: contacts.map(({ number }) => number), contacts }
  }
  const get = async (path: string) => {
    const response = await sandbox.app.request(`http://127.0.0.1:8030/sandbox${path}`)
    return { status: response.status, body: (await response.json()) as unknown }
  }
  return { ...sandbox, client, search, get }
}

describe('contacts', () => {
  it('are found by their ids and the values of their fields, case-insensitively', async () => {
    const { search, identifyAll } = start({
      fields: [
        { name: 'Name', type: 'text' },
        { name: 'Colours', type: 'multi select', options: ['Red', 'Dark blue'] },
        { name: 'VIP', type: 'yes/no' }
      ],
      traits: { name: 'Name', colours: 'Colours', vip: 'VIP' }
    })
    await identifyAll([
      { user_id: 'LANA-1', traits: { name: 'Max' } },
      { user_id: 'u2', anonymous_id: 'a2', traits: { name: 'Svetlana' } },
      { user_id: 'u3', traits: { colours: ['Red', 'Dark blue'], vip: true } }
    ])

    expect((await search('lana')).numbers).toEqual([2, 1])
    expect((await search('MAX')).numbers).toEqual([1])
    expect((await search('a2')).numbers).toEqual([2])
    expect((await search('DARK BLUE')).numbers).toEqual([3])
    expect((await search('true')).numbers).toEqual([3])
    expect((await search('Name')).numbers).toEqual([])
    expect((await search('.*')).numbers).toEqual([])
  })

  it('are listed by their last change up to a limit, with the total', async () => {
    const { search, identify, advanceMinutes } = start()
    for (const name of ['A', 'B', 'C']) {
      await identify({ user_id: name, traits: { name } })
      advanceMinutes(1)
    }
    await identify({ user_id: 'A', traits: { name: 'AA' } })

    expect(await search()).toMatchObject({ total: 3, numbers: [1, 3, 2] })
    expect(await search('', '2')).toMatchObject({ total: 3, numbers: [1, 3] })
  })

  it('are listed as summaries, and shown completely one at a time', async () => {
    const { search, client, identify, track } = start()
    await identify({ user_id: 'u1', traits: { name: 'Lana' } })
    await track({ user_id: 'u1', event: 'Signed up' })

    expect((await search('lana')).contacts).toEqual([
      {
        number: 1,
        ids: [{ kind: 'user id', value: 'u1' }],
        fields: { Name: 'Lana' },
        audiences: {},
        changedAt: '2026-03-10T12:00:00.000Z',
        activityCount: 1
      }
    ])
    const one = await (await client.contacts[':number'].$get({ param: { number: '1' } })).json()
    expect([one]).toEqual(await (await client.contacts.$get()).json())
    expect(one.activities).toHaveLength(1)
  })

  it('that do not exist get 404 with the reason', async () => {
    const { get, identifyAll } = start()
    await identifyAll([
      { user_id: 'u1', traits: { email: '1@example.com' } },
      { user_id: 'u2', traits: { name: 'Max' } },
      { user_id: 'u2', traits: { email: '1@example.com' } }
    ])
    const missing = (message: string) => ({ status: 404, body: { message } })

    expect(await get('/contacts/2')).toEqual(missing('Contact 2 no longer exists: it was merged into another contact'))
    expect(await start().get('/contacts/1')).toEqual(missing('There are no contacts yet'))
    expect(await get('/contacts/3')).toEqual(missing('There is no contact "3": the numbers are 1 to 2'))
    for (const odd of ['0', '-1', '1e0', '01', 'lana']) {
      expect(await get(`/contacts/${odd}`)).toEqual(missing(`There is no contact "${odd}": the numbers are 1 to 2`))
    }
  })
})

describe('activities', () => {
  it('are listed newest first up to a limit, with the total', async () => {
    const { client, trackAll } = start()
    await trackAll([1, 2, 3].map((count) => ({ user_id: 'u1', event: 'Signed up', properties: { count } })))
    const newest = async (limit?: string) => {
      const { total, activities } = await (await client.activities.newest.$get({ query: { limit } })).json()
      return { total, counts: activities.map(({ attributes }) => attributes.Count) }
    }

    expect(await newest()).toEqual({ total: 3, counts: [3, 2, 1] })
    expect(await newest('2')).toEqual({ total: 3, counts: [3, 2] })
  })
})

describe('parameters in the URL', () => {
  it.each([
    ['/contacts/search?limit=0', 'limit: a whole number from 1 to 1000'],
    ['/contacts/search?limit=1001', 'limit: a whole number from 1 to 1000'],
    ['/contacts/search?limit=', 'limit: a whole number from 1 to 1000'],
    ['/contacts/search?search=lana', 'Unrecognized key: "search"'],
    ['/activities/newest?limit=ten', 'limit: a whole number from 1 to 1000'],
    ['/activities/newest?text=a', 'Unrecognized key: "text"']
  ])('that are not valid are rejected: %s', async (path, message) => {
    expect(await start().get(path)).toEqual({ status: 400, body: { message } })
  })

  it.each(['1', '1000'])('may contain the limit %s', async (limit) => {
    expect((await start().get(`/contacts/search?limit=${limit}`)).status).toBe(200)
  })
})

describe('the summary', () => {
  it('counts everything', async () => {
    const { client, post, identify, trackAll, faults } = start()
    await post('/audiences/create', { name: 'VIP' })
    await trackAll(Array.from({ length: 51 }, () => ({ user_id: 'u1', event: 'Signed up' })))
    await trackAll([{ user_id: 'u2', event: 'Signed up' }, { user_id: 'u2' }])
    const summary = async () => (await client.summary.$get()).json()
    expect(await summary()).toMatchObject({
      contacts: 0,
      activities: { attached: 0, waiting: 52, discarded: 0 },
      warnings: []
    })
    await trackAll([{ user_id: 'u3', event: 'Signed up', traits: { name: 'Max' } }])
    expect(await summary()).not.toHaveProperty('firstIdentifyAt')

    await identify({ user_id: 'u1', traits: { name: 'Lana' } })
    faults.add({ kind: 'stall', once: true })
    expect(await summary()).toEqual({
      contacts: 2,
      activities: { attached: 51, waiting: 1, discarded: 1 },
      audiences: 1,
      logEntries: 1,
      usage: { identify: { used: 2, limit: 50_000 }, track: { used: 53, limit: 125_000 } },
      now: '2026-03-10T12:00:00.000Z',
      firstIdentifyAt: '2026-03-10T12:00:00.000Z',
      warnings: [],
      faults: [{ kind: 'stall', once: true }]
    })
  })
})
