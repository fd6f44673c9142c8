import { ACCOUNT, START, startSandbox } from './harness'
import type { Field } from '../model/records'
import { SYSTEM_FIELDS } from '../rules'
import { describeConversionProblem, HISTORY_SENTENCES } from '../model/sentences'

interface ControlResponse {
  status: number
  body: unknown
}

function startControlled(account: object = ACCOUNT) {
  const sandbox = startSandbox(account)
  const control = async (
    method: string,
    path: string,
    body?: unknown,
    headers: object = {}
  ): Promise<ControlResponse> => {
    const response = await sandbox.app.request(`http://127.0.0.1:8030/sandbox${path}`, {
      method,
      headers: { ...(method === 'GET' ? {} : { 'content-type': 'application/json' }), ...headers },
      body: body === undefined ? undefined : JSON.stringify(body)
    })
    return { status: response.status, body: await response.json() }
  }
  return { ...sandbox, control, read: async (path: string) => (await control('GET', path)).body }
}

describe('the control API', () => {
  it('lists its routes, each with a curl line that works', async () => {
    const { control, read, identify } = startControlled()
    await identify({ user_id: 'u1', traits: { name: 'Lana' } })
    const routes = (await read('/')) as { description: string; curl: string }[]

    expect(routes.length).toBeGreaterThan(10)
    for (const { curl } of routes) {
      const [, path] = /http:\/\/127\.0\.0\.1:8030\/sandbox([^\s']+)'?$/.exec(curl) ?? []
      const [, method = 'GET'] = /-X (\S+)/.exec(curl) ?? []
      const [, body = 'null'] = /-d '(.*)' http/.exec(curl) ?? []
      expect(await control(method, path, JSON.parse(body) ?? undefined)).toMatchObject({ status: 200 })
    }
  })

  it('shows contacts with their activities and their history', async () => {
    const { identify, track, read } = startControlled()
    await identify({ user_id: 'u1', traits: { name: 'Lana' } })
    await track({ user_id: 'u1', event: 'Signed up', properties: { count: 2 } })

    expect(await read('/contacts')).toEqual([
      {
        number: 1,
        ids: [{ kind: 'user id', value: 'u1' }],
        fields: { Name: 'Lana' },
        audiences: {},
        activities: [expect.objectContaining({ event: 'Signed up', attributes: { Count: 2 }, state: 'attached' })],
        history: [
          {
            at: '2026-03-10T12:00:00.000Z',
            code: 'created',
            text: HISTORY_SENTENCES.created({ kind: 'user id', value: 'u1' })
          }
        ]
      }
    ])
    expect(await read('/activities')).toHaveLength(1)
  })

  it('shows samples, the log, audiences and the usage', async () => {
    const { identify, post, read } = startControlled()
    await post('/audiences/create', { name: 'VIP' })
    await identify({ user_id: 'u1', traits: { birthday: 'never' } })

    expect(await read('/samples')).toMatchObject({ contacts: [{ user_id: 'u1' }] })
    expect(await read('/log')).toMatchObject([
      { status: 200, code: 'value_skipped', key: 'birthday', field: 'Birthday' },
      { status: 422, code: 'nothing_valid' }
    ])
    expect(await read('/audiences')).toMatchObject([{ name: 'VIP', isFromSegment: true }])
    expect(await read('/usage')).toEqual({
      identify: { used: 1, limit: 50_000 },
      track: { used: 0, limit: 125_000 }
    })
  })

  it.each([
    ['2 minutes', 120_000],
    ['1 hour', 3_600_000],
    ['1 day', 86_400_000],
    ['30 seconds', 30_000]
  ])('moves the clock by %s', async (by, milliseconds) => {
    const { control, read } = startControlled()
    const now = new Date(START + milliseconds).toISOString()

    expect(await control('POST', '/clock', { by })).toEqual({ status: 200, body: { now } })
    expect(await read('/clock')).toEqual({ now })
  })

  it('runs the daily synchronization when the clock is moved', async () => {
    const { control, read, post, identify } = startControlled()
    const { id } = (await post('/audiences/create', { name: 'VIP' })).body as { id: string }
    for (const mode of ['add', 'remove', 'add']) {
      await identify({ user_id: 'u1', audience: { mode, id } })
    }
    const contacts = async () => (await read('/contacts')) as { audiences: { VIP: { isMember: boolean } } }[]

    expect((await contacts())[0].audiences.VIP.isMember).toBe(false)
    await control('POST', '/clock', { by: '1 day' })
    expect((await contacts())[0].audiences.VIP.isMember).toBe(true)
  })

  it('changes how the account is set up; contacts stay', async () => {
    const { control, read, identify, contacts } = startControlled({ ...ACCOUNT, uniqueIdentifiers: [] })
    await identify({ user_id: 'u1', traits: { email: 'a@example.com' } })
    await identify({ user_id: 'u2', traits: { email: 'a@example.com', name: 'Lana' } })
    expect(contacts()).toHaveLength(2)

    expect((await control('PUT', '/account', ACCOUNT)).status).toBe(200)
    expect(await read('/account')).toMatchObject({ uniqueIdentifiers: ['Email'] })
    expect(contacts()).toHaveLength(1)
    expect(contacts()[0].history[2]).toMatchObject({
      code: 'merged_by_unique_field',
      text: HISTORY_SENTENCES.merged_by_unique_field(2, { kind: 'Email', value: 'a@example.com' })
    })
    await identify({ anonymous_id: 'a3', traits: { email: 'a@example.com', name: 'Lena' } })
    expect(contacts()).toHaveLength(1)
  })

  it('merges all contacts that share a value of a field that becomes unique', async () => {
    const fields = ['Name', 'Email address', 'Phone'].map((name) => ({ name, type: 'text' }))
    const account = { fields, traits: { name: 'Name', email: 'Email address', phone: 'Phone' } }
    const { control, identify, contacts } = startControlled(account)
    await identify({ user_id: 'a', traits: { email: 'e' } })
    await identify({ user_id: 'b', traits: { phone: 'p' } })
    await identify({ user_id: 'c', traits: { email: 'e', phone: 'p' } })
    await control('PUT', '/account', { ...account, uniqueIdentifiers: ['Email address', 'Phone'] })

    expect(contacts().map(({ ids }) => ids.map(({ value }) => value))).toEqual([['a', 'b', 'c']])
  })

  it.each([
    ['oldest', 'newest', 'middle'],
    ['oldest', 'middle', 'newest'],
    ['newest', 'middle', 'oldest']
  ])('keeps the newest value when it merges them, and sets the time of the change: %s, %s, %s', async (...names) => {
    const { control, identify, contacts, advanceMinutes, clock } = startControlled({
      ...ACCOUNT,
      uniqueIdentifiers: []
    })
    for (const name of names) {
      await identify({ user_id: name, traits: { email: 'a@example.com', name } })
    }
    advanceMinutes(1)
    await identify({ user_id: 'middle', traits: { name: 'Middle' } })
    advanceMinutes(1)
    await identify({ user_id: 'newest', traits: { name: 'Newest' } })
    advanceMinutes(1)
    await control('PUT', '/account', ACCOUNT)

    expect(contacts().map(({ fields }) => fields.get('Name'))).toEqual(['Newest'])
    expect(contacts()[0].changedAt).toBe(clock.now())
  })

  it('does not move the clock past the year 9998', async () => {
    const { control, clock } = startControlled()
    clock.advance(7900 * 365 * 24 * 3_600_000)

    expect(await control('POST', '/clock', { by: '99999 days' })).toMatchObject({ status: 400 })
  })

  it('removes the faults of one kind, or all', async () => {
    const { control, read } = startControlled()
    await control('POST', '/faults', { kind: 'status', status: 503, once: false })
    await control('POST', '/faults', { kind: 'size limit', bytes: 5 })

    expect((await control('DELETE', '/faults/size%20limit')).body).toMatchObject([{ kind: 'status' }])
    expect(await control('DELETE', '/faults/stall')).toMatchObject({ status: 404 })
    await control('DELETE', '/faults')
    expect(await read('/faults')).toEqual([])
  })

  it('waits for an identify event, and says so', async () => {
    const { read, identify } = startControlled({})
    expect(await read('/samples')).toEqual({
      message: 'Waiting for Segment to send us an Identify event',
      contacts: [],
      activities: {}
    })

    await identify({ user_id: 'u1', traits: { name: 'Lana' } })
    expect(await read('/samples')).toEqual({
      contacts: [{ user_id: 'u1', traits: { name: 'Lana' } }],
      activities: {}
    })
  })

  it('changes the API key with the account', async () => {
    const { control, identifyAll, apiKey } = startControlled()
    await control('PUT', '/account', { ...ACCOUNT, dataSource: { apiKey: 'pau-other' } })

    expect((await identifyAll([], 'pau-other')).status).toBe(200)
    expect((await identifyAll([], apiKey)).status).toBe(401)
  })

  it('rejects an invalid state', async () => {
    const { control } = startControlled()

    expect(await control('PUT', '/state', {})).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining('The state is not valid:\nversion: ') as string }
    })
  })

  it('resets everything', async () => {
    const { control, read, identify, post } = startControlled()
    const audience = await post('/audiences/create', { name: 'VIP' })
    await identify({ user_id: 'u1', traits: { name: 'Lana' } })
    await control('POST', '/faults', { kind: 'status', status: 503 })
    await control('POST', '/clock', { by: '1 day' })
    await control('POST', '/reset', {})

    expect(await read('/contacts')).toEqual([])
    expect(await read('/clock')).toEqual({ now: new Date(START).toISOString() })
    expect(await read('/faults')).toEqual([])
    expect(await post('/audiences/create', { name: 'VIP' })).toEqual(audience)
  })

  it('refuses another type for a field, since Ortto cannot change it', async () => {
    const { control, read } = startControlled()
    const fields = ACCOUNT.fields.map((field) => (field.name === 'VIP' ? { ...field, type: 'text' } : field))

    expect(await control('PUT', '/account', { ...ACCOUNT, fields })).toMatchObject({
      status: 400,
      body: { message: 'fields[3].type: "VIP" has the type yes/no. Ortto cannot change it: create another field' }
    })
    expect(await read('/account')).toMatchObject({ fields: expect.arrayContaining(ACCOUNT.fields) as object[] })

    const birthday = { name: 'Birthday', type: 'date', format: 'YYYY-MM-DD' }
    const changed = { ...ACCOUNT, fields: [...ACCOUNT.fields.filter(({ name }) => name !== 'Birthday'), birthday] }
    expect(await control('PUT', '/account', changed)).toMatchObject({ status: 200 })
  })

  it('resets to an account in the request, until the next reset', async () => {
    const { control, read, identify } = startControlled()
    await identify({ user_id: 'u1', traits: { name: 'Lana' } })

    const empty = await control('POST', '/reset', { account: { dataSource: { name: 'Empty' }, audiences: ['New'] } })
    expect(empty).toMatchObject({ status: 200, body: { dataSource: { name: 'Empty' }, fields: SYSTEM_FIELDS } })
    expect(await read('/contacts')).toEqual([])
    expect(await read('/audiences')).toMatchObject([{ name: 'New' }])
    expect(await identify({ user_id: 'u1', traits: { name: 'Lana' } })).toMatchObject({ status: 422 })

    const bad = await control('POST', '/reset', { account: { traits: { name: 'Name' } } })
    expect(bad).toMatchObject({ status: 400, body: { message: 'account.traits.name: there is no field "Name"' } })
    expect(await read('/account')).toMatchObject({ dataSource: { name: 'Empty' } })

    await control('POST', '/reset', {})
    expect(await read('/account')).toMatchObject({ traits: ACCOUNT.traits })
  })

  it('counts the members of an audience, and the contacts that the daily synchronization adds', async () => {
    const { post, identifyAll, read } = startControlled()
    const { id } = (await post('/audiences/create', { name: 'VIP' })).body as { id: string }
    await post('/audiences/create', { name: 'Empty' })
    const move = (user_id: string, mode: string) => ({ user_id, traits: { name: user_id }, audience: { id, mode } })
    await identifyAll([move('u1', 'add'), move('u2', 'add'), move('u3', 'add')])
    await identifyAll([move('u1', 'remove'), move('u2', 'remove'), move('u2', 'add')])

    expect(await read('/audiences')).toMatchObject([
      { name: 'VIP', members: 1, pendingAdditions: 1 },
      { name: 'Empty', members: 0, pendingAdditions: 0 }
    ])
  })

  it('converts a value to the type of a field', async () => {
    const { control } = startControlled()
    const convert = (value: string, json: string) => {
      const query = new URLSearchParams({ value, field: json })
      return control('GET', `/convert?${query.toString()}`)
    }
    const field: Field = { name: 'Birthday', type: 'date', format: 'DD-MM-YYYY' }
    const birthday = JSON.stringify(field)

    expect(await convert('"28-07-1980"', birthday)).toEqual({ status: 200, body: { value: '1980-07-28' } })
    expect(await convert('"1980-07-28"', birthday)).toEqual({
      status: 200,
      body: { problem: describeConversionProblem('1980-07-28', field) }
    })
    expect(await convert('{', birthday)).toEqual({ status: 400, body: { message: 'value: not JSON' } })
    expect(await convert('1', '{"name":"A","type":"text","format":"ISO 8601"}')).toEqual({
      status: 400,
      body: { message: 'field.format: only the types date and date and time have a format' }
    })
  })

  it.each([
    ['POST', '/clock', { by: 'soon' }, 'by: for example "2 minutes"'],
    ['POST', '/clock', { by: '999999 days' }, 'by: for example "2 minutes"'],
    ['POST', '/clock', {}, 'by: Invalid input: expected string'],
    ['POST', '/faults', { kind: 'redirect', location: '/é\n' }, 'location: printable ASCII'],
    ['POST', '/faults', { kind: 'fire' }, 'kind: Invalid discriminator value'],
    ['PUT', '/account', { traits: { a: 'B' } }, 'traits.a: there is no field "B"']
  ])('rejects an invalid request with the path and the problem: %s %s %j', async (method, path, body, message) => {
    const { control } = startControlled()

    expect(await control(method, path, body)).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining(message) as string }
    })
  })

  it.each([
    ['PUT', '/sandbox/account', '{"__proto__":{"polluted":1},"traits":{"__proto__":"Name"}}'],
    ['PUT', '/sandbox/state', '{"__proto__":{"polluted":1},"contacts":[{"__proto__":{"polluted":1}}]}'],
    ['POST', '/sandbox/reset', '{"account":{"activities":[{"name":"a","attributes":{"__proto__":{}}}]}}']
  ])('rejects the key __proto__: %s %s', async (method, path, body) => {
    const { app } = startSandbox()
    const headers = { 'content-type': 'application/json' }
    const response = await app.request(`http://127.0.0.1:8030${path}`, { method, headers, body })

    expect(response.status).toBe(400)
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })

  describe('cannot be used by a web page', () => {
    it('that uses another host name', async () => {
      const { app } = startControlled()

      expect((await app.request('http://evil.example:8030/sandbox/contacts')).status).toBe(403)
    })

    it.each(['http://evil.example', 'http://127.0.0.1:9999', 'null'])('of the origin %s', async (origin) => {
      const { control } = startControlled()

      expect((await control('GET', '/contacts', undefined, { origin })).status).toBe(403)
      expect((await control('POST', '/reset', {}, { origin })).status).toBe(403)
    })

    it.each(['cross-site', 'same-site'])('whose request comes from a site that is %s', async (site) => {
      const { control } = startControlled()
      const get = (value: string) => control('GET', '/contacts', undefined, { 'sec-fetch-site': value })

      expect((await get(site)).status).toBe(403)
      expect((await get('same-origin')).status).toBe(200)
      expect((await get('none')).status).toBe(200)
    })

    it.each(['text/plain', 'application/x-www-form-urlencoded', ''])('with a form: %j', async (type) => {
      const { control } = startControlled()

      expect((await control('POST', '/reset', {}, { 'content-type': type })).status).toBe(415)
    })

    it('unless it has the same origin', async () => {
      const { control } = startControlled()

      expect((await control('GET', '/contacts', undefined, { origin: 'http://127.0.0.1:8030' })).status).toBe(200)
    })
  })
})
