import { endAll, startWorkbench } from './harness'

afterEach(endAll)

it.each(['/api/setup', '/sandbox/contacts', '/'])('rejects requests for another host at %s', async (path) => {
  const { app } = await startWorkbench()
  const response = await app.request(`http://evil.example:8020${path}`)
  expect(response.status).toBe(403)
  expect(await response.json()).toEqual({ message: 'Use the host 127.0.0.1 or localhost instead of evil.example' })
})

it.each(['10.0.2.2:8020', 'host.docker.internal:8020', 'abc.tunnel.example'])(
  'accepts calls of the tracking API at the host %s, because the write key protects it',
  async (host) => {
    const { app, writeKey } = await startWorkbench()
    const body = JSON.stringify({ userId: 'lana', traits: { firstName: 'Lana' }, writeKey })
    const respond = async (key: string) =>
      (await app.request(`http://${host}/v1/identify`, { method: 'POST', body: body.replace(writeKey, key) })).status
    expect([await respond(writeKey), await respond('other')]).toEqual([200, 401])
  }
)

it.each(['http://localhost:8020', 'http://[::1]:8020'])('also accepts requests at %s', async (origin) => {
  const { app } = await startWorkbench()
  expect((await app.request(`${origin}/api/setup`)).status).toBe(200)
})

it.each([
  ['another origin', { origin: 'https://evil.example' }],
  ['another port of this machine', { origin: 'http://127.0.0.1:3000' }],
  ['a page that hides its origin', { origin: 'null' }],
  ['another site', { 'sec-fetch-site': 'cross-site' }],
  ['another port, by the browser', { 'sec-fetch-site': 'same-site' }]
])('rejects %s at the API and the local Ortto', async (_, headers) => {
  const { app } = await startWorkbench()
  for (const path of ['/api/setup', '/api/feed', '/sandbox/contacts']) {
    expect((await app.request(`http://127.0.0.1:8020${path}`, { headers })).status).toBe(403)
  }
})

it('rejects forms', async () => {
  const { request } = await startWorkbench()
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  expect((await request('/api/try', { method: 'POST', body: 'text=1', headers })).status).toBe(415)
  expect((await request('/sandbox/reset', { method: 'POST', body: '', headers })).status).toBe(415)
})

it('allows links of other sites to open the page, and nothing else', async () => {
  const { app } = await startWorkbench()
  const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }
  expect((await app.request('http://127.0.0.1:8020/try', { headers })).status).toBe(404)
  expect((await app.request('http://127.0.0.1:8020/api/setup', { headers })).status).toBe(403)
})

it('responds with 404 to unknown addresses', async () => {
  const { request } = await startWorkbench()
  const response = await request('/api/fax')
  expect([response.status, await response.json()]).toEqual([404, { message: 'There is nothing at /api/fax' }])
})

it('explains what is wrong with a body', async () => {
  const { request } = await startWorkbench()
  const send = async (body: string): Promise<unknown> => (await request('/api/try', { method: 'POST', body })).json()
  expect(await send('{')).toEqual({ message: expect.stringMatching('JSON') as string })
  expect(await send('{"text":1}')).toEqual({ message: expect.stringMatching('text') as string })
})
