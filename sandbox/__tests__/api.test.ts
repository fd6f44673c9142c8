import { serve } from '../http/serve'
import { startSandbox } from './harness'
import { ITEM_SENTENCES, MISSING_ID } from '../model/sentences'

describe("Ortto's API", () => {
  it('responds to GET /v1/me with 200 for its own key only', async () => {
    const { app, apiKey } = startSandbox()
    const me = async (key: string) =>
      (await app.request('/v1/me', { headers: { authorization: `Bearer ${key}` } })).status

    expect(await me(apiKey)).toBe(200)
    expect(await me('pau-other')).toBe(401)
    expect((await app.request('/v1/me')).status).toBe(401)
  })

  it('processes nothing with another key', async () => {
    const { identifyAll, contacts } = startSandbox()

    expect(await identifyAll([{ user_id: 'u1', traits: { name: 'A' } }], 'pau-other')).toEqual({
      status: 401,
      errors: [],
      message: 'The API key is not valid'
    })
    expect(contacts()).toHaveLength(0)
  })

  it('responds 200 if every item was processed, otherwise 207 with the other results by their position', async () => {
    const { trackAll, activities } = startSandbox()
    const good = { user_id: 'u1', event: 'Signed up' }

    expect(await trackAll([good])).toEqual({ status: 200, errors: [] })
    const { status, errors } = await trackAll([good, { event: 'Signed up' }, { ...good, properties: [] }, 'text', good])
    expect(status).toBe(207)
    expect(errors).toEqual([
      { index: 1, status: 400, message: ITEM_SENTENCES.invalid_item(MISSING_ID) },
      { index: 2, status: 400, message: expect.stringContaining('properties: ') as string },
      { index: 3, status: 400, message: expect.stringContaining('expected object') as string }
    ])
    expect(activities()).toHaveLength(3)
  })

  it('accepts 500 items in one request', async () => {
    const { trackAll, activities } = startSandbox()
    const items = Array.from({ length: 500 }, (_, index) => ({ user_id: `u${index}`, event: 'Signed up' }))

    expect(await trackAll(items)).toEqual({ status: 200, errors: [] })
    expect(activities()).toHaveLength(500)
  })

  it.each([
    ['not JSON', '[{"user_id":', 'The body is not JSON'],
    ['not an array', '{"user_id":"u1"}', 'The body must be a JSON array of at most 500 items'],
    ['of more than 500 items', JSON.stringify(Array(501).fill({ user_id: 'u1' })), 'at most 500 items']
  ])('rejects a body that is %s', async (_what, body, message) => {
    const { post, contacts } = startSandbox()

    expect(await post('/identify', body)).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining(message) as string }
    })
    expect(contacts()).toHaveLength(0)
  })

  it.each(['[', '{"a":'])('rejects a body that is nested too deep, and keeps working: %s', async (opening) => {
    const { post, identify } = startSandbox()
    const nest = (levels: number) => `[{"user_id":"u1","traits":{"name":"A","x":${opening.repeat(levels)}1`

    expect(await post('/identify', nest(100_000))).toMatchObject({
      status: 400,
      body: { message: 'The body is nested deeper than 2000 levels' }
    })
    const text = JSON.stringify([{ user_id: 'u1', traits: { name: `\\" ${opening.repeat(3000)}` } }])
    expect(await post('/identify', text)).toMatchObject({ status: 200 })
    expect(await identify({ user_id: 'u2', traits: { name: 'B' } })).toMatchObject({ status: 200 })
  })

  it('rejects a body that is too large with a response that reaches the client', async () => {
    const { app, apiKey } = startSandbox()
    const { origin, close } = await serve(app)
    const send = async (size: number) => {
      const headers = { authorization: `Bearer ${apiKey}` }
      const body = JSON.stringify([{ user_id: 'u1', traits: { name: 'x'.repeat(size) } }])
      return (await fetch(`${origin}/v1/identify`, { method: 'POST', headers, body })).status
    }
    try {
      expect(await send(1024 * 1024)).toBe(200)
      expect(await send(30 * 1024 * 1024)).toBe(413)
    } finally {
      await close()
    }
  })

  it('has no other paths', async () => {
    const { post } = startSandbox()

    expect((await post('/groups', [])).status).toBe(404)
  })
})
