import fc from 'fast-check'
import { createSandbox } from '..'
import type { ProcessedItem } from '..'
import { ACCOUNT, startSandbox } from './harness'
import { ACTIVITY_SENTENCES, HISTORY_SENTENCES, ITEM_SENTENCES, MISSING_ID } from '../model/sentences'

/** A sandbox with a listener, and the items that the listener got. */
function startWithListener(account: object = ACCOUNT) {
  const sandbox = startSandbox(account)
  const items: ProcessedItem[] = []
  const stop = sandbox.onItemProcessed((item) => items.push(item))
  /** Sends one item, and returns what the listener got. */
  const process = async (kind: 'identify' | 'track', item: object): Promise<ProcessedItem> => {
    items.length = 0
    await sandbox[kind](item)
    expect(items).toHaveLength(1)
    return items[0]
  }
  return { ...sandbox, items, stop, process }
}

/** The codes of the history entries that an item added. */
const codesOf = ({ contact }: ProcessedItem) => contact?.history.map(({ code }) => code)

const lana = { user_id: 'u1', traits: { name: 'Lana' } }
const userId = { kind: 'user id', value: 'u1' }

describe('a processed contact', () => {
  it('does not change when the account changes later', async () => {
    const { process, stop, identify } = startWithListener()
    const first = await process('identify', lana)
    const json = JSON.stringify(first)
    stop()
    await identify({ anonymous_id: 'a1', traits: { name: 'Max' } })
    await identify({ user_id: 'u1', anonymous_id: 'a1', traits: { shoe: 38 } })

    expect(JSON.stringify(first)).toBe(json)
  })

  it('shows that the item created the contact', async () => {
    const { process } = startWithListener()

    const processed = await process('identify', lana)
    expect(processed).toEqual({
      kind: 'contact',
      index: 0,
      item: lana,
      result: { status: 200, code: 'processed', message: ITEM_SENTENCES.processed() },
      contact: {
        after: {
          number: 1,
          ids: [{ kind: 'user id', value: 'u1' }],
          fields: { Name: 'Lana' },
          audiences: {},
          changedAt: '2026-03-10T12:00:00.000Z',
          activityCount: 0
        },
        merged: [],
        fromBacklog: { attached: 0, discarded: 0 },
        history: [{ at: '2026-03-10T12:00:00.000Z', code: 'created', text: HISTORY_SENTENCES.created(userId) }]
      },
      unmapped: [],
      log: []
    })
    // toEqual treats [undefined] like [].
    expect(processed.contact?.merged).toHaveLength(0)
  })

  it('lists the traits and properties that are not mapped', async () => {
    const { process } = startWithListener()

    expect((await process('identify', { user_id: 'u1', traits: { name: 'Lana', shoeSize: 38 } })).unmapped).toEqual([
      'shoeSize'
    ])
    const activity = { user_id: 'u1', event: 'Signed up', traits: { hat: 'M' }, properties: { colour: 'red' } }
    expect((await process('track', activity)).unmapped.sort()).toEqual(['colour', 'hat'])
  })

  it('shows the contact before and after the item', async () => {
    const { process, advanceMinutes } = startWithListener()
    await process('identify', lana)
    advanceMinutes(1)
    const { contact } = await process('identify', { user_id: 'u1', anonymous_id: 'a1', traits: { name: 'Lena' } })

    expect(contact).toMatchObject({
      before: { ids: [{ value: 'u1' }], fields: { Name: 'Lana' }, changedAt: '2026-03-10T12:00:00.000Z' },
      after: {
        ids: [{ value: 'u1' }, { value: 'a1' }],
        fields: { Name: 'Lena' },
        changedAt: '2026-03-10T12:01:00.000Z'
      },
      history: []
    })
  })

  it('shows that nothing was new for the contact', async () => {
    const { process } = startWithListener()
    await process('identify', lana)
    const { result, contact, log } = await process('identify', lana)

    expect(result.status).toBe(422)
    expect(contact?.before).toEqual(contact?.after)
    expect(log).toMatchObject([{ ...result, item: lana }])
  })

  it('shows that no mapping is configured, and no contact was found', async () => {
    const { process } = startWithListener({})
    const { result, contact, log } = await process('identify', lana)

    expect(result).toEqual({
      status: 422,
      code: 'no_contact_mapping',
      message: ITEM_SENTENCES.no_contact_mapping()
    })
    expect(contact).toBeUndefined()
    expect(log).toHaveLength(1)
  })

  it('shows that the item is invalid', async () => {
    const { process } = startWithListener()
    const processed = await process('identify', { traits: { name: 'Lana' } })

    expect(processed.result).toEqual({
      status: 400,
      code: 'invalid_item',
      message: ITEM_SENTENCES.invalid_item(MISSING_ID)
    })
    expect(processed.item).toEqual({ traits: { name: 'Lana' } })
    expect(processed.contact).toBeUndefined()
  })

  it('shows that the limit is reached', async () => {
    const { process } = startWithListener({ ...ACCOUNT, plan: { contacts: 0 } })
    const { result, contact } = await process('identify', lana)

    expect(result.status).toBe(429)
    expect(contact).toBeUndefined()
  })

  it('shows the values that were skipped', async () => {
    const { process } = startWithListener()
    const { result, log } = await process('identify', { user_id: 'u1', traits: { name: 'Lana', birthday: 'never' } })

    expect(result.status).toBe(200)
    expect(log).toMatchObject([{ status: 200, code: 'value_skipped', key: 'birthday', field: 'Birthday' }])
  })

  it('shows the contacts that were merged', async () => {
    const { process } = startWithListener()
    await process('identify', { user_id: 'u1', traits: { email: '1@example.com' } })
    await process('identify', { user_id: 'u2', traits: { name: 'Max' } })
    const processed = await process('identify', { user_id: 'u2', traits: { email: '1@example.com' } })

    expect(processed.contact).toMatchObject({
      before: { number: 1, ids: [{ value: 'u1' }], fields: { Email: '1@example.com' } },
      after: { number: 1, ids: [{ value: 'u1' }, { value: 'u2' }], fields: { Email: '1@example.com', Name: 'Max' } },
      merged: [2]
    })
    expect(codesOf(processed)).toEqual(['merged'])
  })

  it('shows that the contact entered an audience, left it, and did not re-enter it', async () => {
    const { process, post } = startWithListener()
    const { id } = (await post('/audiences/create', { name: 'VIP' })).body as { id: string }
    const put = (mode: string) => process('identify', { user_id: 'u1', audience: { mode, id } })
    const first = await put('add')
    const left = await put('remove')
    const deferred = await put('add')

    expect(codesOf(first)).toEqual(['created', 'entered_audience'])
    expect(left.contact?.before?.audiences).toMatchObject({ VIP: { isMember: true, isWanted: true } })
    expect(left.contact?.after.audiences).toMatchObject({ VIP: { isMember: false, isWanted: false } })
    expect(codesOf(left)).toEqual(['left_audience'])
    expect(deferred.contact?.after.audiences).toMatchObject({ VIP: { isMember: false, isWanted: true } })
    expect(codesOf(deferred)).toEqual(['reentry_deferred'])
  })

  it('shows the activities that the backlog released and discarded', async () => {
    const { process, trackAll } = startWithListener()
    await trackAll(Array.from({ length: 53 }, () => ({ user_id: 'u1', event: 'Signed up' })))
    const { contact } = await process('identify', lana)

    expect(contact).toMatchObject({ after: { activityCount: 50 }, fromBacklog: { attached: 50, discarded: 3 } })
  })
})

describe('a processed activity', () => {
  const signedUp = { user_id: 'u1', event: 'Signed up', properties: { count: 2 } }

  it('shows that the activity is waiting for its contact', async () => {
    const { process } = startWithListener()
    const { kind, result, contact, activity } = await process('track', signedUp)

    expect({ kind, result, contact }).toMatchObject({ kind: 'activity', result: { status: 200 }, contact: undefined })
    expect(activity).toEqual({
      event: 'Signed up',
      timestamp: '2026-03-10T12:00:00.000Z',
      attributes: { Count: 2 },
      ids: [{ kind: 'user id', value: 'u1' }],
      state: 'waiting',
      reasonCode: 'waiting',
      reason: ACTIVITY_SENTENCES.waiting([userId])
    })
  })

  it('shows the known contact of the activity', async () => {
    const { process } = startWithListener()
    await process('identify', lana)
    const { contact, activity } = await process('track', signedUp)

    expect(activity).toMatchObject({
      state: 'attached',
      reasonCode: 'contact_known',
      reason: ACTIVITY_SENTENCES.contact_known(userId)
    })
    expect(contact).toMatchObject({ before: { activityCount: 0 }, after: { number: 1, activityCount: 1 }, history: [] })
  })

  it('shows that the item created the contact', async () => {
    const { process } = startWithListener()
    const { contact, activity } = await process('track', { ...signedUp, traits: { name: 'Lana' } })

    expect(contact).toMatchObject({ before: undefined, after: { number: 1, activityCount: 1 } })
    expect(activity).toMatchObject({ state: 'attached' })
  })

  it('shows that the activity was queued, but its contact was not stored', async () => {
    const { process } = startWithListener()
    const { result, contact, activity, log } = await process('track', { ...signedUp, traits: { birthday: 'never' } })

    expect(result.status).toBe(206)
    expect(contact).toBeUndefined()
    expect(activity).toMatchObject({ state: 'waiting' })
    expect(log).toMatchObject([
      { status: 200, code: 'value_skipped' },
      { status: 206, code: 'contact_not_stored', cause: 'nothing_valid' }
    ])
    expect(result).toMatchObject({ code: 'contact_not_stored', cause: 'nothing_valid' })
  })

  it('shows that the activity is a duplicate', async () => {
    const { process } = startWithListener()
    const item = { ...signedUp, message_id: 'm1', timestamp: '2026-03-10T00:00:00Z' }
    await process('track', item)
    const { result, activity } = await process('track', item)

    expect(result.status).toBe(200)
    expect(activity).toEqual({
      state: 'duplicate',
      reasonCode: 'duplicate',
      reason: ACTIVITY_SENTENCES.duplicate(),
      event: 'Signed up',
      timestamp: '2026-03-10T00:00:00.000Z'
    })
  })

  it.each([
    ['no_activity_mapping', { user_id: 'u1', event: 'Fax sent' }, 422],
    ['too_old', { user_id: 'u1', event: 'Page viewed', timestamp: '2020-01-01' }, 422],
    ['invalid_item', { user_id: 'u1' }, 400]
  ])('shows that it was rejected: %s', async (code, item, status) => {
    const { process } = startWithListener()
    const { result, contact, activity, log } = await process('track', item)

    expect({ status: result.status, code: result.code, contact, activity }).toEqual({ status, code })
    expect(log).toMatchObject([result])
  })

  it('shows that the limit is reached', async () => {
    const { process } = startWithListener({ ...ACCOUNT, plan: { activities: 0 } })
    const { result, activity } = await process('track', signedUp)

    expect({ status: result.status, code: result.code, activity }).toEqual({ status: 429, code: 'rate_limited' })
  })
})

describe('a listener for processed items', () => {
  const postWith = ({ app, apiKey }: ReturnType<typeof startWithListener>, requestId: string) =>
    app.request('/v1/identify', {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'x-request-id': requestId },
      body: JSON.stringify([lana, lana])
    })

  it.each([
    ['delivery 7, batch 12', 'delivery 7, batch 12'],
    ['x'.repeat(100), 'x'.repeat(100)],
    ['x'.repeat(101), undefined],
    ['é', undefined],
    ['', undefined]
  ])('gets the id of the request: %j', async (sent, requestId) => {
    const sandbox = startWithListener()
    await postWith(sandbox, sent)

    expect(sandbox.items.map((item) => [item.index, item.requestId])).toEqual([
      [0, requestId],
      [1, requestId]
    ])
  })

  it('is called also after a reset and after a state was restored, until it is removed', async () => {
    const { identify, toState, reset, restore, items, stop } = startWithListener()
    await identify(lana)
    const saved = JSON.stringify(toState())
    reset()
    await identify(lana)
    restore(JSON.parse(saved))
    await identify(lana)
    expect(items.map(({ result, contact }) => [result.status, contact?.before?.number])).toEqual([
      [200, undefined],
      [200, undefined],
      [422, 1]
    ])

    stop()
    await identify(lana)
    expect(items).toHaveLength(3)
  })

  it('does not affect the response or other listeners when it throws', async () => {
    const warnings = jest.spyOn(process, 'emitWarning').mockImplementation()
    const { identify, onItemProcessed } = startSandbox()
    const indices: number[] = []
    onItemProcessed(() => {
      throw new Error('The page is gone')
    })
    onItemProcessed(({ index }) => indices.push(index))

    expect(await identify(lana)).toEqual({ status: 200, message: '' })
    expect(await identify(lana)).toMatchObject({ status: 422 })
    expect(indices).toEqual([0, 0])
    expect(warnings.mock.calls[0][0]).toContain('The page is gone')
  })

  it('for changes does not affect the response, either', async () => {
    const warnings = jest.spyOn(process, 'emitWarning').mockImplementation()
    const sandbox = createSandbox({ account: ACCOUNT })
    let changes = 0
    sandbox.onChange(() => {
      throw new Error('The page is gone')
    })
    sandbox.onChange(() => (changes += 1))
    const { status } = await sandbox.app.request('/v1/identify', {
      method: 'POST',
      headers: { authorization: `Bearer ${sandbox.apiKey}` },
      body: JSON.stringify([lana])
    })

    expect([status, changes, sandbox.account.contacts.count]).toEqual([200, 1, 1])
    expect(warnings.mock.calls[0][0]).toContain('The page is gone')
  })

  it.each([
    [{ kind: 'not JSON' }, 1],
    [{ kind: 'wrong indices' }, 1],
    [{ kind: 'status', status: 503 }, 0]
  ])('gets the items that are processed despite a fault: %j', async (fault, count) => {
    const { app, apiKey, items } = startWithListener()
    await app.request('http://127.0.0.1/sandbox/faults', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(fault)
    })
    await app.request('/v1/identify', {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}` },
      body: JSON.stringify([lana])
    })

    expect(items).toHaveLength(count)
  })

  it('gets only the beginning of a very large item', async () => {
    const { process, identify } = startWithListener()
    const first = await process('identify', lana)
    const json = JSON.stringify(first)
    await identify({ user_id: 'u1', anonymous_id: 'a1', traits: { name: 'Lena' }, location: { city: 'Paris' } })
    expect(JSON.stringify(first)).toBe(json)

    const large = await process('identify', { user_id: 'u1', traits: { other: 'x'.repeat(1_000_000) } })
    expect(JSON.stringify(large).length).toBeLessThan(100_000)
  })

  it('gets what the contacts, the activities and the responses show, after any requests', async () => {
    const pick = <Value>(...values: Value[]) => fc.constantFrom(...values, undefined)
    const item = fc.record({
      user_id: pick('u1', 'u2'),
      anonymous_id: pick('a1', 'a2'),
      traits: pick({ email: '1@example.com' }, { email: '2@example.com', name: 'B' }, { birthday: 'never' }),
      message_id: pick('m1'),
      timestamp: pick('2026-03-01T00:00:00Z')
    })
    const request = fc.record({
      kind: fc.constantFrom('identify' as const, 'track' as const),
      items: fc.array(item, { maxLength: 3 })
    })

    await fc.assert(
      fc.asyncProperty(fc.array(request, { maxLength: 15 }), async (requests) => {
        const sandbox = startWithListener()
        const withoutListener = startSandbox()
        for (const { kind, items } of requests) {
          const send = (to: typeof withoutListener) =>
            kind === 'identify'
              ? to.identifyAll(items)
              : to.trackAll(items.map((each) => ({ ...each, event: 'Signed up' })))
          const from = sandbox.items.length
          const response = await send(sandbox)

          expect(await send(withoutListener)).toEqual(response)
          const processed = sandbox.items.slice(from)
          expect(processed.map(({ index }) => index)).toEqual(items.map((_, index) => index))
          const failed = processed.filter(({ result }) => result.status !== 200)
          expect(failed.map(({ result: { status, message }, index }) => ({ status, message, index }))).toEqual(
            response.errors
          )
        }
        expect(JSON.stringify(sandbox.toState())).toBe(JSON.stringify(withoutListener.toState()))
        expect(sandbox.items.flatMap(({ log }) => log)).toEqual(sandbox.account.log.entries())
        const stored = sandbox.items.filter(({ activity }) => activity && activity.state !== 'duplicate')
        expect(stored).toHaveLength(sandbox.activities().length)
        const known = new Map<number, unknown>()
        for (const { contact } of sandbox.items) {
          if (contact) {
            expect(contact.before).toEqual(known.get(contact.after.number))
            contact.merged.forEach((number) => known.delete(number))
            known.set(contact.after.number, contact.after)
          }
        }
        expect([...known.keys()].sort()).toEqual(
          sandbox
            .contacts()
            .map(({ number }) => number)
            .sort()
        )
      }),
      { numRuns: 200 }
    )
  })
})
