import { setImmediate } from 'timers/promises'
import { serve } from '../http/serve'
import { startSandbox } from './harness'
import type { Fault } from '../http/faults'
import { ITEM_SENTENCES, MISSING_ID } from '../model/sentences'

const ITEM = { user_id: 'u1', traits: { name: 'Lana' } }

/** Sends a request that gets a fault, over a real connection. */
async function sendWithFault(fault: object) {
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
    return { status: response.status, headers: response.headers, body, processed: sandbox.contacts().length === 1 }
  } finally {
    await close()
  }
}

describe('a fault', () => {
  it('rejects a request with a status', async () => {
    expect(await sendWithFault({ kind: 'status', status: 503, message: 'Down' })).toMatchObject({
      status: 503,
      body: '{"message":"Down"}',
      processed: false
    })
  })

  it('redirects a request', async () => {
    const { status, headers, processed } = await sendWithFault({ kind: 'redirect', location: '/login' })

    expect([status, headers.get('location'), processed]).toEqual([302, '/login', false])
  })

  it('lowers the size limit', async () => {
    const bytes = JSON.stringify([ITEM]).length

    expect(await sendWithFault({ kind: 'size limit', bytes: bytes - 1 })).toMatchObject({
      status: 413,
      body: '{"message":"The body is too large"}',
      processed: false
    })
    expect(await sendWithFault({ kind: 'size limit', bytes })).toMatchObject({ status: 200, processed: true })
  })

  it('delays the response', async () => {
    expect(await sendWithFault({ kind: 'delay', milliseconds: 1 })).toMatchObject({ status: 200, processed: true })

    const { faults, identify } = startSandbox()
    faults.add({ kind: 'delay', milliseconds: 600_000, once: true })
    const responses: unknown[] = []
    void identify(ITEM).then(() => responses.push('the delayed response'))
    // Nothing is new in the second item, because the first was processed although its response is late.
    responses.push((await identify(ITEM)).status)
    await setImmediate()
    expect(responses).toEqual([422])
  })

  it('stalls the response in its body, and does not keep the server from closing', async () => {
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
      const rest = reader?.read().catch(() => 'closed')

      expect([status, headers.get('content-type')]).toEqual([207, 'application/json'])
      const whole = JSON.stringify({
        errors: [{ status: 400, message: ITEM_SENTENCES.invalid_item(MISSING_ID), index: 1 }]
      })
      expect(Buffer.from(part?.value ?? []).toString()).toBe(whole.slice(0, Math.ceil(whole.length / 2)))
      expect(sandbox.contacts()).toHaveLength(1)
      // After another complete response, a response that is only late would have arrived.
      await (await fetch(`${origin}/sandbox/contacts`)).text()
      expect(await Promise.race([rest, setImmediate('still open')])).toBe('still open')
      await close()
      expect(await rest).toBe('closed')
    } finally {
      await close().catch(() => undefined)
    }
  })

  it('breaks the connection in the body', async () => {
    const logged = jest.spyOn(console, 'error').mockImplementation()

    expect(await sendWithFault({ kind: 'break' })).toMatchObject({ status: 200, body: 'TypeError', processed: true })
    expect(logged.mock.calls).toEqual([])
  })

  it('breaks the response also without a socket', async () => {
    const { app, apiKey, faults } = startSandbox()
    faults.add({ kind: 'break', once: true })
    const response = await app.request('/v1/me', { headers: { authorization: `Bearer ${apiKey}` } })

    await expect(response.text()).rejects.toThrow('The connection broke')
  })

  it('responds with a web page', async () => {
    const { headers, ...response } = await sendWithFault({ kind: 'not JSON' })

    expect(response).toEqual({ status: 200, body: '<html><body>It works!</body></html>', processed: true })
    expect(headers.get('content-type')).toBe('text/html')
  })

  it('reports errors for items that were not sent', async () => {
    expect(await sendWithFault({ kind: 'wrong indices' })).toMatchObject({
      status: 207,
      body: '{"errors":[{"status":400,"message":"Invalid data","index":100000}]}',
      processed: true
    })
  })

  it('adds nothing to a response by which a client could recognise the sandbox', async () => {
    const { headers } = await sendWithFault({ kind: 'status', status: 503 })
    const names: string[] = []
    headers.forEach((_, name) => names.push(name))

    expect(names.sort()).toEqual(['connection', 'content-length', 'content-type', 'date', 'keep-alive'])
  })

  it('applies to one request, or until it is removed', async () => {
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

  it('applies to one request after the other, in the order in which faults were added', async () => {
    const { faults, identifyAll } = startSandbox()
    faults.add({ kind: 'status', status: 503, message: 'Down', once: true })
    faults.add({ kind: 'status', status: 500, message: 'Down', once: true })
    const statuses = [await identifyAll([ITEM]), await identifyAll([ITEM]), await identifyAll([ITEM])]

    expect(statuses.map(({ status }) => status)).toEqual([503, 500, 200])
  })
})
