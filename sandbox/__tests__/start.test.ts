import { startSandbox } from '..'
import { MAX_LOGGED_REQUESTS } from '../rules'
import { ACCOUNT } from './harness'

type Running = Awaited<ReturnType<typeof startSandbox>>

const LANA = { user_id: 'u1', traits: { name: 'Lana' } }

describe('a sandbox that a test starts', () => {
  let running: Running | undefined
  afterEach(async () => {
    await running?.close()
    running = undefined
  })

  const start = async (...args: Parameters<typeof startSandbox>) => (running = await startSandbox(...args))
  const post = ({ url, apiKey }: Running, path: string, items: unknown, headers: Record<string, string> = {}) =>
    fetch(`${url}/v1/${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, ...headers },
      body: JSON.stringify(items)
    })

  it('has a URL, a fixed API key, its account and the requests that it got', async () => {
    const ortto = await start({ account: ACCOUNT })
    await post(ortto, 'identify', [LANA, { traits: {} }], { 'x-request-id': 'r1' })

    expect(ortto.apiKey).toBe('pau-local-ortto')
    expect(ortto.account.contacts.all().map(({ fields }) => fields.get('Name'))).toEqual(['Lana'])
    expect(ortto.requests).toEqual([
      {
        at: expect.stringMatching(/^\d{4}-.*Z$/) as string,
        method: 'POST',
        path: '/v1/identify',
        requestId: 'r1',
        body: [LANA, { traits: {} }],
        status: 207
      }
    ])
  })

  it('begins with a saved state, at a port of its own and with another key', async () => {
    const first = await start({ account: ACCOUNT })
    await post(first, 'identify', [LANA])
    const state = first.sandbox.toState()
    await first.close()
    const { port } = new URL(first.url)
    const second = await start({ account: ACCOUNT, apiKey: 'pau-other', port: Number(port), state })

    expect([second.url, second.apiKey]).toEqual([first.url, 'pau-other'])
    expect(second.account.contacts.count).toBe(1)
  })

  it('forgets everything when it is reset, also the requests', async () => {
    const ortto = await start({ account: ACCOUNT })
    await post(ortto, 'identify', [LANA])
    ortto.reset()

    expect([ortto.account.contacts.count, ortto.requests]).toEqual([0, []])
  })

  it('logs requests that were refused, and those with a fault', async () => {
    const ortto = await start({ account: ACCOUNT })
    ortto.sandbox.faults.add({ kind: 'status', status: 503, message: 'Down', once: true })
    await post(ortto, 'track', [])
    await post({ ...ortto, apiKey: 'pau-wrong' }, 'track', [])
    await post(ortto, 'track', {})

    expect(ortto.requests).toMatchObject([
      { path: '/v1/track', body: [], status: 503, fault: 'status' },
      { path: '/v1/track', status: 401 },
      { path: '/v1/track', body: {}, status: 400 }
    ])
    expect(ortto.requests[1]).not.toHaveProperty('body')
  })

  it('keeps the latest requests, up to a number and a size', async () => {
    const { sandbox } = await start()
    const logged = (number: number) => ({ at: '', method: 'POST', path: String(number), status: 200 })
    for (let number = 0; number < MAX_LOGGED_REQUESTS + 5; number += 1) {
      sandbox.requests.add(logged(number), 1)
    }
    expect(sandbox.requests.all().map(({ path }) => path)).toEqual(
      Array.from({ length: MAX_LOGGED_REQUESTS }, (_, index) => String(index + 5))
    )

    sandbox.requests.clear()
    for (const number of [1, 2, 3]) {
      sandbox.requests.add(logged(number), 7 * 1024 * 1024)
    }
    expect(sandbox.requests.all().map(({ path }) => path)).toEqual(['2', '3'])
  })

  it('shows the requests to programs, which can clear them', async () => {
    const ortto = await start({ account: ACCOUNT })
    await post(ortto, 'identify', [LANA])
    const control = async (method: string) =>
      (await (
        await fetch(`${ortto.url}/sandbox/requests`, { method, headers: { 'content-type': 'application/json' } })
      ).json()) as object[]

    expect(await control('GET')).toMatchObject([{ path: '/v1/identify', body: [LANA], status: 200 }])
    expect(await control('DELETE')).toEqual([])
    expect(await control('GET')).toEqual([])
  })

  it('says that it lives, and when it is ready', async () => {
    const { url, sandbox } = await start()
    const probe = async (path: string) => {
      const response = await fetch(url + path)
      return [response.status, await response.text()]
    }

    expect(await probe('/livez')).toEqual([200, 'ok\n'])
    expect(await probe('/readyz')).toEqual([200, 'ok\n'])
    sandbox.notReady = 'seeding'
    expect(await probe('/livez')).toEqual([200, 'ok\n'])
    expect(await probe('/readyz')).toEqual([503, 'seeding\n'])
  })

  it('may be called by the names that are allowed, and by no other', async () => {
    const { sandbox } = await start({ allowedHosts: ['ortto'] })
    const statusAt = async (host: string) => (await sandbox.app.request(`http://${host}:8030/sandbox/summary`)).status

    expect(await statusAt('ortto')).toBe(200)
    expect(await statusAt('127.0.0.1')).toBe(200)
    expect(await statusAt('evil.example')).toBe(403)
  })

  it('describes its APIs with the schemas that check the requests', async () => {
    const { url } = await start()
    const { openapi, paths, components } = (await (await fetch(`${url}/openapi.json`)).json()) as {
      openapi: string
      paths: Record<string, object>
      components: { schemas: Record<string, { properties?: Record<string, object>; oneOf?: object[] }> }
    }
    const { Contact, Activity, Account, Fault } = components.schemas

    expect(openapi).toBe('3.1.0')
    expect(Object.keys(Contact.properties ?? {})).toEqual(
      expect.arrayContaining(['user_id', 'anonymous_id', 'traits', 'location', 'audience'])
    )
    expect(Object.keys(Activity.properties ?? {})).toEqual(expect.arrayContaining(['event', 'properties']))
    expect(Object.keys(Account.properties ?? {})).toEqual(expect.arrayContaining(['plan', 'fields', 'traits']))
    expect(Fault.oneOf?.length).toBeGreaterThan(5)
    const routes: { curl: string }[] = (await (await fetch(`${url}/sandbox/`)).json()) as { curl: string }[]
    expect(Object.keys(paths).filter((path) => path.startsWith('/v1'))).toHaveLength(4)
    expect(new Set(Object.values(paths).flatMap((methods) => Object.keys(methods))).size).toBe(4)
    expect(
      Object.entries(paths).flatMap(([path, methods]) => (path.startsWith('/sandbox') ? Object.keys(methods) : []))
    ).toHaveLength(routes.length)
  })
})
