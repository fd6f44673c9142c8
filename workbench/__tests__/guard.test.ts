import { endAll, startWorkbench } from './harness'

afterEach(endAll)

it.each(['/api/setup', '/sandbox/contacts', '/v1/t', '/'])('refuses at %s who asks for another host', async (path) => {
  const { app } = await startWorkbench()
  const response = await app.request(`http://evil.example:8020${path}`)
  expect(response.status).toBe(403)
  expect(await response.json()).toEqual({ message: 'Use the host 127.0.0.1 or localhost instead of evil.example' })
})

it.each(['http://localhost:8020', 'http://[::1]:8020'])('answers at %s as well', async (origin) => {
  const { app } = await startWorkbench()
  expect((await app.request(`${origin}/api/setup`)).status).toBe(200)
})

it.each([
  ['another origin', { origin: 'https://evil.example' }],
  ['another port of this machine', { origin: 'http://127.0.0.1:3000' }],
  ['a page that hides its origin', { origin: 'null' }],
  ['another site', { 'sec-fetch-site': 'cross-site' }],
  ['another port, by the browser', { 'sec-fetch-site': 'same-site' }]
])('keeps %s out of the API and of Ortto', async (_, headers) => {
  const { app } = await startWorkbench()
  for (const path of ['/api/setup', '/api/feed', '/sandbox/contacts']) {
    expect((await app.request(`http://127.0.0.1:8020${path}`, { headers })).status).toBe(403)
  }
})

it('takes no form', async () => {
  const { request } = await startWorkbench()
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  expect((await request('/api/try', { method: 'POST', body: 'text=1', headers })).status).toBe(415)
  expect((await request('/sandbox/reset', { method: 'POST', body: '', headers })).status).toBe(415)
})

it('lets a link from elsewhere open the page, and nothing more', async () => {
  const { app } = await startWorkbench()
  const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }
  expect((await app.request('http://127.0.0.1:8020/try', { headers })).status).toBe(404)
  expect((await app.request('http://127.0.0.1:8020/api/setup', { headers })).status).toBe(403)
})

it('says what it does not know', async () => {
  const { request } = await startWorkbench()
  const response = await request('/api/fax')
  expect([response.status, await response.json()]).toEqual([404, { message: 'There is nothing at /api/fax' }])
})

it('tells what is wrong with a body', async () => {
  const { request } = await startWorkbench()
  const send = async (body: string): Promise<unknown> => (await request('/api/try', { method: 'POST', body })).json()
  expect(await send('{')).toEqual({ message: expect.stringMatching('JSON') as string })
  expect(await send('{"text":1}')).toEqual({ message: expect.stringMatching('text') as string })
})
