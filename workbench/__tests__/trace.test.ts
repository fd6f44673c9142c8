import { endAll, identify, startWorkbench, track } from './harness'

afterEach(endAll)

it('shows all steps of an event: mapping, payload, request, response, result and changes', async () => {
  const { tryOut, traceOf } = await startWorkbench()
  const [{ id, results }] = await tryOut(identify({ messageId: 'm1' }))
  expect(results).toEqual([
    {
      mapping: 'Upsert Contact',
      status: 200,
      message: 'Processed by Ortto.',
      outcome: 'delivered',
      isRetryable: false,
      wasSent: true,
      skippedCount: 0
    }
  ])

  const { mappings } = await traceOf(id)
  const [matching, other] = mappings
  expect(matching).toMatchObject({
    number: 1,
    matches: true,
    why: 'type = "identify" is true',
    result: { status: 200 }
  })
  expect(matching.payload).toContainEqual(
    expect.objectContaining({ key: 'user_id', label: 'User ID', value: 'lana', from: '$.userId' })
  )
  expect(matching.request).toMatchObject({
    method: 'POST',
    count: 1,
    position: 1,
    item: { message_id: 'm1', user_id: 'lana', traits: { firstName: 'Lana' } },
    response: { status: 200, body: '{}' }
  })
  expect(matching.request?.url).toMatch(/\/v1\/identify$/)
  expect(matching.processed).toMatchObject({
    contact: { after: { number: 1, fields: { 'First name': 'Lana' } }, merged: [] }
  })
  expect(matching.processed?.contact?.before).toBeUndefined()
  expect(other).toMatchObject({ name: 'Track Activity', matches: false })
  expect(other.why).toBe('type = "track" is false: its type is "identify"')
  expect(other.result).toBeUndefined()
})

it('shows the result and the changes of each event of a batch', async () => {
  const { tryOut, traceOf } = await startWorkbench()
  const traces = await tryOut(
    identify({ userId: 'ada', traits: { firstName: 'Ada' } }),
    { type: 'identify', traits: { firstName: 'Nobody' } },
    identify({ userId: 'max', traits: { birthday: 'never', lastName: 'Max' } })
  )
  expect(traces.map(({ results }) => results.map(({ status }) => status))).toEqual([[200], [400], [200]])

  const [first, second, third] = await Promise.all(traces.map(async ({ id }) => (await traceOf(id)).mappings[0]))
  expect(first.request).toMatchObject({ count: 2, position: 1 })
  expect(first.processed?.contact?.after.fields).toEqual({ 'First name': 'Ada' })
  expect(second.request).toBeUndefined()
  expect(second.processed).toBeUndefined()
  expect(second.result?.message).toMatch('neither a User ID nor an Anonymous ID')
  expect(third.request).toMatchObject({ count: 2, position: 2 })
  expect(third.processed?.contact?.after.fields).toEqual({ 'Last name': 'Max' })
  expect(third.processed?.log).toEqual([
    expect.objectContaining({ message: expect.stringMatching('birthday') as string })
  ])
})

it('shows the contact before and after', async () => {
  const { tryOut, traceOf } = await startWorkbench()
  await tryOut(identify())
  const [{ id }] = await tryOut(identify({ traits: { firstName: 'Lena' } }))
  const contact = (await traceOf(id)).mappings[0].processed?.contact
  expect(contact?.before?.fields).toEqual({ 'First name': 'Lana' })
  expect(contact?.after.fields).toEqual({ 'First name': 'Lena' })
})

it('keeps the order of one user across the mappings, so that the activity finds its contact', async () => {
  const { tryOut, traceOf } = await startWorkbench()
  const traces = await tryOut(identify(), track({ messageId: 'm1' }), identify({ traits: { firstName: 'Lena' } }))
  const processed = (await traceOf(traces[1].id)).mappings[1].processed
  expect(processed?.activity).toMatchObject({ state: 'attached', event: 'Sign-in button clicked' })
  expect(processed?.contact?.after.fields).toEqual({ 'First name': 'Lana' })
})

it('explains why an event was not sent', async () => {
  const { tryOut, traceOf } = await startWorkbench()
  const traces = await tryOut(
    { type: 'page', userId: 'lana' },
    identify({ integrations: { All: false } }),
    '"a text"',
    '{"type":"identify"'
  )
  expect(traces.map(({ results, note }) => [results.length, note])).toEqual([
    [0, 'No mapping matches this event, so it was not sent.'],
    [0, 'Not sent: the event\'s `integrations` set "All" to false and do not name Ortto.'],
    [0, 'This line is not a Segment event: an object with a "type".'],
    [0, expect.stringMatching(/^This (line|value) is not JSON/)]
  ])
  const [, keptOut] = await Promise.all(traces.map(({ id }) => traceOf(id)))
  expect(keptOut.mappings[0]).toMatchObject({ matches: false, why: expect.stringMatching('integrations') as string })
})

it('explains that a disabled mapping is disabled', async () => {
  const { tryOut, traceOf, send } = await startWorkbench()
  const { mappings } = (await send('GET', '/api/mappings')) as { mappings: object[] }
  await send('PUT', '/api/mappings', { mappings: mappings.map((one) => ({ ...one, enabled: false })) })
  const [{ id, results }] = await tryOut(identify())
  expect(results).toEqual([])
  expect((await traceOf(id)).mappings[0]).toMatchObject({ enabled: false, matches: false, why: 'it is disabled' })
})

it('shows a failure, and does not retry', async () => {
  const { tryOut, traceOf, send, sandbox } = await startWorkbench()
  await send('POST', '/sandbox/faults', { kind: 'status', status: 503, message: 'Try later' })
  const [{ id, results }] = await tryOut(identify())
  expect(results).toEqual([
    expect.objectContaining({
      mapping: 'Upsert Contact',
      status: 503,
      message: 'Try later',
      outcome: 'rejected',
      isRetryable: true,
      wasSent: true
    })
  ])
  const [{ request, processed }] = (await traceOf(id)).mappings
  expect(request?.response).toEqual({ status: 503, body: '{"message":"Try later"}' })
  expect(processed).toBeUndefined()
  expect(sandbox.account.contacts.count).toBe(0)
})

it.each([
  [{ kind: 'status', status: 422, message: 'Nothing new' }, 'unchanged', false],
  [{ kind: 'status', status: 423, message: 'Locked' }, 'rejected', true],
  [{ kind: 'status', status: 501, message: 'Never' }, 'rejected', false]
])('shows the outcome that a delivery reports: %j', async (fault, outcome, isRetryable) => {
  const { tryOut, send } = await startWorkbench()
  await send('POST', '/sandbox/faults', fault)

  expect((await tryOut(identify()))[0].results).toMatchObject([{ outcome, isRetryable }])
})

it('does not find a trace of an earlier start', async () => {
  const [before] = await (await startWorkbench()).tryOut(identify())
  const again = await startWorkbench()
  const [after] = await again.tryOut(identify({ userId: 'another' }))

  expect(before.id).not.toBe(after.id)
  expect((await again.request(`/api/traces/${before.id}`)).status).toBe(404)
})

it('shows a broken connection', async () => {
  const { tryOut, traceOf, send } = await startWorkbench()
  await send('POST', '/sandbox/faults', { kind: 'break' })
  const [{ id, results }] = await tryOut(identify({ userId: '1' }), { ...identify(), userId: undefined })
  expect(results[0].status).toBe(503)
  const [{ request, processed }] = (await traceOf(id)).mappings
  expect(request?.response).toBeUndefined()
  expect(request?.failure).toBeTruthy()
  // Ortto stored the event, but its response was lost.
  expect(processed?.contact?.after.number).toBe(1)
})

it('shows the last request of each event of a batch that was too large', async () => {
  const { tryOut, traceOf, send } = await startWorkbench()
  await send('POST', '/sandbox/faults', { kind: 'size limit', bytes: 250, once: false })
  const traces = await tryOut(...['1', '2', '3', '4'].map((userId) => identify({ userId, messageId: `m${userId}` })))
  const shown = await Promise.all(traces.map(async ({ id }) => (await traceOf(id)).mappings[0]))
  expect(shown.map(({ result }) => result?.status)).toEqual([200, 200, 200, 200])
  expect(shown.map(({ request }) => [request?.position, request?.count])).toEqual([
    [1, 2],
    [2, 2],
    [1, 2],
    [2, 2]
  ])
})

it('reads one event on several lines, an array, and one event per line', async () => {
  const { tryOut } = await startWorkbench()
  const status = async (text: string) =>
    (await tryOut(text)).map(({ results: [result] }) => (result as { status: number } | undefined)?.status)
  expect(await status(JSON.stringify(identify({ userId: 'a' }), null, 2))).toEqual([200])
  expect(await status(JSON.stringify([identify({ userId: 'b' }), identify({ userId: 'c' })], null, 2))).toEqual([
    200, 200
  ])
  expect(await status(`${JSON.stringify(identify({ userId: 'd' }))}\n\nnonsense`)).toEqual([200, undefined])
})

it('accepts a thousand events at once', async () => {
  const { tryOut, sandbox } = await startWorkbench()
  const traces = await tryOut(...Array.from({ length: 1000 }, (_, index) => identify({ userId: `u${index}` })))
  expect(traces.filter(({ results: [{ status }] }) => status === 200)).toHaveLength(1000)
  expect(sandbox.account.contacts.count).toBe(1000)
})

it('rejects more events than it can show, and sends none of them', async () => {
  const { request, sandbox } = await startWorkbench()
  const text = Array.from({ length: 10_001 }, () => '{"type":"identify","userId":"u"}').join('\n')
  const response = await request('/api/try', { method: 'POST', body: JSON.stringify({ text }) })
  expect(response.status).toBe(413)
  expect(await response.json()).toEqual({ message: expect.stringMatching('ortto deliver') as string })
  expect(sandbox.account.contacts.count).toBe(0)
})

it('reports that an event is no longer stored', async () => {
  const { request } = await startWorkbench()
  const response = await request('/api/traces/12345')
  expect(response.status).toBe(404)
  expect(await response.json()).toEqual({ message: expect.stringMatching('no longer stored') as string })
})

it.each([3000, 6000, 100_000])('shows an event that is nested %i levels deep, as far as possible', async (levels) => {
  const { tryOut, traceOf } = await startWorkbench()
  const nested = `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`
  const [{ id, results }] = await tryOut(
    `{"type":"identify","userId":"u","traits":{"firstName":"Deep","more":${nested}}}`
  )
  const { text, mappings } = await traceOf(id)
  expect(text.length).toBeGreaterThan(nested.length)
  expect(mappings[0].result?.status).toBe(results[0].status)
  expect(mappings[0].payload?.length).toBeGreaterThan(5)
})

it('delivers events although the ID of another event is nested too deep', async () => {
  const { tryOut, traceOf } = await startWorkbench()
  const nested = `${'['.repeat(20_000)}${']'.repeat(20_000)}`
  const traces = await tryOut(`${JSON.stringify(identify())}\n{"type":"page","userId":${nested},"event":${nested}}`)

  expect(traces.map(({ results }) => results.map(({ status }) => status))).toEqual([[200], []])
  expect(traces[1].user).toBe('nested too deep to be shown')
  expect((await traceOf(traces[1].id)).mappings[0].matches).toBe(false)
})

it('reads a rejected event on several lines', async () => {
  const { tryOut } = await startWorkbench()
  const traces = await tryOut(JSON.stringify({ ...identify(), _rejected: [{ status: 400 }] }, null, 2))

  expect(traces.map(({ results }) => results.map(({ status }) => status))).toEqual([[200]])
})
