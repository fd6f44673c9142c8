import { createSandbox } from '..'
import { serve } from '../serve'

describe('the sandbox', () => {
  const start = () => {
    const { app, account, apiKey } = createSandbox()
    const send = async (path: string, body?: unknown, key = apiKey) => {
      const response = await app.request(path, {
        method: body === undefined ? 'GET' : 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: typeof body === 'string' || body === undefined ? body : JSON.stringify(body)
      })
      return { status: response.status, body: (await response.json()) as unknown }
    }
    return { account, send }
  }

  it('knows its own key only', async () => {
    const { send } = start()

    expect(await send('/v1/me')).toEqual({ status: 200, body: {} })
    expect((await send('/v1/me', undefined, 'pau-other')).status).toBe(401)
    expect((await send('/v1/identify', [{ user_id: 'u1' }], 'pau-other')).status).toBe(401)
  })

  it('creates a contact, updates it, and has nothing to do the third time', async () => {
    const { account, send } = start()
    const item = { user_id: 'u1', traits: { email: 'a@example.com' }, location: { city: 'Paris' } }

    expect(await send('/v1/identify', [item])).toEqual({ status: 200, body: {} })
    expect((await send('/v1/identify', [{ ...item, anonymous_id: 'a1', ip: '203.0.113.7' }])).status).toBe(200)
    expect(await send('/v1/identify', [{ anonymous_id: 'a1', traits: item.traits }])).toMatchObject({
      status: 207,
      body: { errors: [{ status: 422, index: 0 }] }
    })
    expect(account.contacts).toHaveLength(1)
    expect(account.contacts[0]).toMatchObject({ userId: 'u1', anonymousId: 'a1', location: { city: 'Paris' } })
    expect(account.contacts[0].traits).toEqual(new Map([['email', 'a@example.com']]))
  })

  it('answers 207 with the items that it refused, by their place in the request', async () => {
    const { account, send } = start()
    const { status, body } = await send('/v1/track', [
      { user_id: 'u1', event: 'a' },
      { event: 'b' },
      { user_id: 'u1' },
      { user_id: 'u1', event: 'c', properties: [] },
      'text'
    ])

    expect(status).toBe(207)
    expect(body).toMatchObject({
      errors: [
        { index: 1, status: 400, message: expect.stringContaining('user_id and anonymous_id') as string },
        { index: 2, status: 400, message: expect.stringContaining('event') as string },
        { index: 3, status: 400, message: expect.stringContaining('properties') as string },
        { index: 4, status: 400 }
      ]
    })
    expect(account.activities.map(({ event }) => event)).toEqual(['a'])
  })

  it('stores an activity once for its message id and timestamp', async () => {
    const { account, send } = start()
    const item = { user_id: 'u1', event: 'a', message_id: 'm1', timestamp: '2026-01-01T00:00:00Z' }
    const { status } = await send('/v1/track', [item, item, { ...item, message_id: 'm2' }])

    expect(status).toBe(200)
    expect(account.activities).toHaveLength(2)
  })

  it('keeps the activities of an unknown contact until it is known', async () => {
    const { account, send } = start()
    await send('/v1/track', [{ anonymous_id: 'a1', event: 'a' }])

    expect(account.activities[0].contact).toBeUndefined()
    await send('/v1/identify', [{ user_id: 'u1', anonymous_id: 'a1' }])
    expect(account.activities[0].contact).toBe(account.contacts[0])
  })

  it('creates an audience once, and lets contacts in and out', async () => {
    const { account, send } = start()
    const created = await send('/v1/audiences/create', { name: 'VIP' })
    const { id } = created.body as { id: string }

    expect(created).toEqual({ status: 200, body: { id: expect.any(String) as string, name: 'VIP' } })
    expect(await send('/v1/audiences/create', { name: 'VIP' })).toEqual(created)
    expect((await send('/v1/audiences/create', { name: '' })).status).toBe(400)

    await send('/v1/identify', [{ user_id: 'u1', audience: { mode: 'add', id } }])
    expect([...account.contacts[0].audiences]).toEqual(['VIP'])
    await send('/v1/track', [{ user_id: 'u1', event: 'left', audience: { mode: 'remove', id } }])
    expect([...account.contacts[0].audiences]).toEqual([])
  })

  it('stores the activity when it cannot store the contact, and says so', async () => {
    const { account, send } = start()
    const { body } = await send('/v1/track', [{ user_id: 'u1', event: 'a', audience: { mode: 'add', id: 'none' } }])

    expect(body).toMatchObject({ errors: [{ status: 206, index: 0 }] })
    expect(account.activities).toHaveLength(1)
  })

  it.each([
    ['not JSON', '[{"user_id":'],
    ['not an array', '{"user_id":"u1"}'],
    ['of more than 500 items', JSON.stringify(Array(501).fill({ user_id: 'u1' }))]
  ])('refuses a body that is %s', async (_what, body) => {
    const { account, send } = start()

    expect((await send('/v1/identify', body)).status).toBe(400)
    expect(account.contacts).toHaveLength(0)
  })

  it('refuses a body that is too large with an answer that reaches the sender', async () => {
    const { app, apiKey } = createSandbox()
    const { origin, close } = await serve(app)
    const send = async (size: number) => {
      const headers = { authorization: `Bearer ${apiKey}` }
      const body = JSON.stringify([{ user_id: 'u1', traits: { text: 'x'.repeat(size) } }])
      return (await fetch(`${origin}/v1/identify`, { method: 'POST', headers, body })).status
    }
    try {
      expect(await send(1024 * 1024)).toBe(200)
      expect(await send(30 * 1024 * 1024)).toBe(413)
    } finally {
      await close()
    }
  })

  it('keeps a trait named __proto__ as data', async () => {
    const { account, send } = start()
    await send('/v1/identify', '[{"user_id":"u1","traits":{"__proto__":{"admin":true},"a":1}}]')

    expect(account.contacts[0].traits.get('a')).toBe(1)
    expect(({} as { admin?: boolean }).admin).toBeUndefined()
  })
})
