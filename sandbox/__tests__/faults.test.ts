import { setImmediate } from 'timers/promises'
import { serve } from '../serve'
import { startSandbox } from './harness'
import type { Fault } from '../faults'

const ITEM = { user_id: 'u1', traits: { name: 'Lana' } }

/** What a client sees of a request that meets a fault: over a real connection. */
async function meet(fault: object) {
  const sandbox = startSandbox()
  sandbox.faults.add({ once: true, ...fault } as Fault)
  const { origin, close } = await serve(sandbox.app)
  try {
    const response = await fetch(`${origin}/v1/identify`, {
      method: 'POST',
      headers: { authorization: `Bearer ${sandbox.apiKey}` },
      body: JSON.stringify([ITEM]),
      redirect: 'manual'
    })
    const body = await response.text().catch((error: Error) => error.name)
    return { status: response.status, headers: response.headers, body, taken: sandbox.contacts().length === 1 }
  } finally {
    await close()
  }
}

describe('a fault', () => {
  it('refuses a request with a status', async () => {
    expect(await meet({ kind: 'status', status: 503, message: 'Down' })).toMatchObject({
      status: 503,
      body: '{"message":"Down"}',
      taken: false
    })
  })

  it('redirects a request', async () => {
    const { status, headers, taken } = await meet({ kind: 'redirect', location: '/login' })

    expect([status, headers.get('location'), taken]).toEqual([302, '/login', false])
  })

  it('lowers the size limit', async () => {
    const bytes = JSON.stringify([ITEM]).length

    expect(await meet({ kind: 'size limit', bytes: bytes - 1 })).toMatchObject({
      status: 413,
      body: '{"message":"The body is too large"}',
      taken: false
    })
    expect(await meet({ kind: 'size limit', bytes })).toMatchObject({ status: 200, taken: true })
  })

  it('delays the answer', async () => {
    expect(await meet({ kind: 'delay', milliseconds: 1 })).toMatchObject({ status: 200, taken: true })

    const { faults, identify } = startSandbox()
    faults.add({ kind: 'delay', milliseconds: 600_000, once: true })
    const answered: string[] = []
    void identify(ITEM).then(() => answered.push('the delayed one'))
    // Who was answered that there is nothing new came after the delayed one was taken.
    const { message } = await identify(ITEM)
    answered.push(message)
    await setImmediate()
    expect(answered).toEqual(['There is nothing new in it for the contact'])
  })

  it('stalls the answer in its body, and does not keep the sandbox from ending', async () => {
    const sandbox = startSandbox()
    sandbox.faults.add({ kind: 'stall', once: true })
    const { origin, close } = await serve(sandbox.app)
    try {
      const { status, headers, body } = await fetch(`${origin}/v1/identify`, {
        method: 'POST',
        headers: { authorization: `Bearer ${sandbox.apiKey}` },
        body: JSON.stringify([ITEM, {}])
      })
      const reader = body?.getReader()
      const part = await reader?.read()
      const rest = reader?.read().catch(() => 'cut off')

      expect([status, headers.get('content-type')]).toEqual([207, 'application/json'])
      expect(Buffer.from(part?.value ?? []).toString()).toBe('{"errors":[{"status":400,"message":"one of use')
      expect(sandbox.contacts()).toHaveLength(1)
      // A whole answer meanwhile: what only comes late would be there.
      await (await fetch(`${origin}/sandbox/contacts`)).text()
      expect(await Promise.race([rest, setImmediate('still open')])).toBe('still open')
      await close()
      expect(await rest).toBe('cut off')
    } finally {
      await close().catch(() => undefined)
    }
  })

  it('breaks the connection in the body', async () => {
    const complaints = jest.spyOn(console, 'error').mockImplementation()

    expect(await meet({ kind: 'break' })).toMatchObject({ status: 200, body: 'TypeError', taken: true })
    expect(complaints.mock.calls).toEqual([])
  })

  it('breaks off also where there is no connection', async () => {
    const { app, apiKey, faults } = startSandbox()
    faults.add({ kind: 'break', once: true })
    const response = await app.request('/v1/me', { headers: { authorization: `Bearer ${apiKey}` } })

    await expect(response.text()).rejects.toThrow('The connection broke')
  })

  it('answers with a web page', async () => {
    const { headers, ...seen } = await meet({ kind: 'not JSON' })

    expect(seen).toEqual({ status: 200, body: '<html><body>It works!</body></html>', taken: true })
    expect(headers.get('content-type')).toBe('text/html')
  })

  it('reports errors for items that were not sent', async () => {
    expect(await meet({ kind: 'wrong indices' })).toMatchObject({
      status: 207,
      body: '{"errors":[{"status":400,"message":"Invalid data","index":100000}]}',
      taken: true
    })
  })

  it('says nothing on the wire that the real service could not', async () => {
    const { headers } = await meet({ kind: 'status', status: 503 })
    const names: string[] = []
    headers.forEach((_, name) => names.push(name))

    expect(names.sort()).toEqual(['connection', 'content-length', 'content-type', 'date', 'keep-alive'])
  })

  it('is for one request, or until it is switched off', async () => {
    const { faults, identify, identifyAll } = startSandbox()
    faults.add({ kind: 'status', status: 503, message: 'Down', once: true })
    expect((await identifyAll([ITEM])).status).toBe(503)
    expect(await identify(ITEM)).toMatchObject({ status: 200 })

    faults.add({ kind: 'status', status: 500, message: 'Down', once: false })
    expect((await identifyAll([ITEM])).status).toBe(500)
    expect((await identifyAll([ITEM])).status).toBe(500)
    faults.clear()
    expect((await identifyAll([ITEM])).status).toBe(207)
  })

  it('is met by one request after the other, in the order in which they were switched on', async () => {
    const { faults, identifyAll } = startSandbox()
    faults.add({ kind: 'status', status: 503, message: 'Down', once: true })
    faults.add({ kind: 'status', status: 500, message: 'Down', once: true })
    const statuses = [await identifyAll([ITEM]), await identifyAll([ITEM]), await identifyAll([ITEM])]

    expect(statuses.map(({ status }) => status)).toEqual([503, 500, 200])
  })
})
