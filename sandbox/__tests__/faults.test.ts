import { setImmediate } from 'timers/promises'
import { serve } from '../http/serve'
import { startSandbox } from './harness'
import { Fault } from '../http/faults'
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

  describe('of single items', () => {
    const fault = (members: object = {}) => Fault.parse({ kind: 'item status', once: false, ...members })
    const items = (count: number) => Array.from({ length: count }, (_, index) => ({ ...ITEM, user_id: `u${index}` }))

    it('fails every second item with 500, over requests, and processes the others', async () => {
      const { faults, identifyAll, contacts, account } = startSandbox()
      faults.add(fault({ every: 2 }))

      expect((await identifyAll(items(5))).errors.map(({ index, status }) => [index, status])).toEqual([
        [1, 500],
        [3, 500]
      ])
      expect((await identifyAll(items(3))).errors.map(({ index, status }) => [index, status])).toEqual([
        [0, 500],
        [2, 500]
      ])
      expect(contacts().flatMap(({ ids }) => ids.map(({ value }) => value))).toEqual(['u0', 'u2', 'u4', 'u1'])
      expect(account.log.entries()).toContainEqual(
        expect.objectContaining({
          code: 'item_fault',
          status: 500,
          message: ITEM_SENTENCES.item_fault('Internal error')
        })
      )
    })

    it('fails the item that it names, once', async () => {
      const { faults, identifyAll, trackAll } = startSandbox()
      const named = items(3).map((item, index) => ({ ...item, message_id: `m${index}` }))
      faults.add(fault({ messageId: 'm1', status: 429, message: 'Too many', once: true }))

      expect((await identifyAll(named)).errors).toEqual([{ index: 1, status: 429, message: 'Too many' }])
      expect((await identifyAll(named)).errors.map(({ index, status }) => [index, status])).toEqual([
        [0, 422],
        [2, 422]
      ])

      const events = ['Signed up', 'Page viewed', 'Signed up'].map((event) => ({ user_id: 'u1', event }))
      faults.add(fault({ event: 'Page viewed' }))
      expect((await trackAll(events)).errors.map(({ index, status }) => [index, status])).toEqual([[1, 500]])
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
