import fc from 'fast-check'
import { createSandbox } from '..'
import type { Taken } from '..'
import { ACCOUNT, startSandbox } from './harness'

/** A sandbox that is watched, and what the watcher was told. */
function startWatched(account: object = ACCOUNT) {
  const sandbox = startSandbox(account)
  const told: Taken[] = []
  const stop = sandbox.watch((taken) => told.push(taken))
  /** What the watcher was told of the only item. */
  const seen = async (kind: 'identify' | 'track', item: object): Promise<Taken> => {
    told.length = 0
    await sandbox[kind](item)
    expect(told).toHaveLength(1)
    return told[0]
  }
  return { ...sandbox, told, stop, seen }
}

/** The lines of a story without their times. */
const linesOf = ({ contact }: Taken) => contact?.story.map((line) => line.replace(/^\S+Z /, ''))

const lana = { user_id: 'u1', traits: { name: 'Lana' } }

describe('who watches is told of a contact item', () => {
  it('and keeps what it was told, whatever comes when it watches no more', async () => {
    const { seen, stop, identify } = startWatched()
    const first = await seen('identify', lana)
    const told = JSON.stringify(first)
    stop()
    await identify({ anonymous_id: 'a1', traits: { name: 'Max' } })
    await identify({ user_id: 'u1', anonymous_id: 'a1', traits: { shoe: 38 } })

    expect(JSON.stringify(first)).toBe(told)
  })

  it('that it created the contact', async () => {
    const { seen } = startWatched()

    const taken = await seen('identify', lana)
    expect(taken).toEqual({
      kind: 'contact',
      index: 0,
      item: lana,
      answer: { status: 200, message: 'Processed successfully' },
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
        story: ['2026-03-10T12:00:00.000Z Created: no contact had the user id "u1"']
      },
      ignored: [],
      log: []
    })
    // toEqual takes [undefined] for [].
    expect(taken.contact?.merged).toHaveLength(0)
  })

  it('which traits fill no field, also of an activity, and which properties no attribute', async () => {
    const { seen } = startWatched()

    expect((await seen('identify', { user_id: 'u1', traits: { name: 'Lana', shoeSize: 38 } })).ignored).toEqual([
      'shoeSize'
    ])
    const activity = { user_id: 'u1', event: 'Signed up', traits: { hat: 'M' }, properties: { colour: 'red' } }
    expect((await seen('track', activity)).ignored.sort()).toEqual(['colour', 'hat'])
  })

  it('how the contact was before, and is after', async () => {
    const { seen, advanceMinutes } = startWatched()
    await seen('identify', lana)
    advanceMinutes(1)
    const { contact } = await seen('identify', { user_id: 'u1', anonymous_id: 'a1', traits: { name: 'Lena' } })

    expect(contact).toMatchObject({
      before: { ids: [{ value: 'u1' }], fields: { Name: 'Lana' }, changedAt: '2026-03-10T12:00:00.000Z' },
      after: {
        ids: [{ value: 'u1' }, { value: 'a1' }],
        fields: { Name: 'Lena' },
        changedAt: '2026-03-10T12:01:00.000Z'
      },
      story: []
    })
  })

  it('that there was nothing new for the contact', async () => {
    const { seen } = startWatched()
    await seen('identify', lana)
    const { answer, contact, log } = await seen('identify', lana)

    expect(answer.status).toBe(422)
    expect(contact?.before).toEqual(contact?.after)
    expect(log).toMatchObject([{ ...answer, item: lana }])
  })

  it('that no mapping is configured, and no contact was touched', async () => {
    const { seen } = startWatched({})
    const { answer, contact, log } = await seen('identify', lana)

    expect(answer).toEqual({ status: 422, message: 'No mappings configured for contacts' })
    expect(contact).toBeUndefined()
    expect(log).toHaveLength(1)
  })

  it('that it is invalid', async () => {
    const { seen } = startWatched()
    const taken = await seen('identify', { traits: { name: 'Lana' } })

    expect(taken.answer).toEqual({ status: 400, message: 'one of user_id and anonymous_id is needed' })
    expect(taken.item).toEqual({ traits: { name: 'Lana' } })
    expect(taken.contact).toBeUndefined()
  })

  it('that the limit was used up', async () => {
    const { seen } = startWatched({ ...ACCOUNT, plan: { contacts: 0 } })
    const { answer, contact } = await seen('identify', lana)

    expect(answer.status).toBe(429)
    expect(contact).toBeUndefined()
  })

  it('which values were skipped', async () => {
    const { seen } = startWatched()
    const { answer, log } = await seen('identify', { user_id: 'u1', traits: { name: 'Lana', birthday: 'never' } })

    expect(answer.status).toBe(200)
    expect(log).toMatchObject([{ status: 200, message: expect.stringContaining('"birthday" was skipped') as string }])
  })

  it('which contacts were merged into which', async () => {
    const { seen } = startWatched()
    await seen('identify', { user_id: 'u1', traits: { email: '1@example.com' } })
    await seen('identify', { user_id: 'u2', traits: { name: 'Max' } })
    const taken = await seen('identify', { user_id: 'u2', traits: { email: '1@example.com' } })

    expect(taken.contact).toMatchObject({
      before: { number: 1, ids: [{ value: 'u1' }], fields: { Email: '1@example.com' } },
      after: { number: 1, ids: [{ value: 'u1' }, { value: 'u2' }], fields: { Email: '1@example.com', Name: 'Max' } },
      merged: [2]
    })
    expect(linesOf(taken)).toEqual([expect.stringMatching(/^Contact 2 was merged into it: one item named both/)])
  })

  it('of its way into an audience, out of it, and not back', async () => {
    const { seen, post } = startWatched()
    const { id } = (await post('/audiences/create', { name: 'VIP' })).body as { id: string }
    const put = (mode: string) => seen('identify', { user_id: 'u1', audience: { mode, id } })
    const first = await put('add')
    const left = await put('remove')
    const refused = await put('add')

    expect(linesOf(first)).toEqual(['Created: no contact had the user id "u1"', 'Entered the audience "VIP"'])
    expect(left.contact?.before?.audiences).toMatchObject({ VIP: { isMember: true, isWanted: true } })
    expect(left.contact?.after.audiences).toMatchObject({ VIP: { isMember: false, isWanted: false } })
    expect(linesOf(left)).toEqual(['Left the audience "VIP"'])
    expect(refused.contact?.after.audiences).toMatchObject({ VIP: { isMember: false, isWanted: true } })
    expect(linesOf(refused)).toEqual([expect.stringMatching(/^Not let back into the audience "VIP"/)])
  })

  it('what the backlog gave the contact, and what was too much', async () => {
    const { seen, trackAll } = startWatched()
    await trackAll(Array.from({ length: 53 }, () => ({ user_id: 'u1', event: 'Signed up' })))
    const { contact } = await seen('identify', lana)

    expect(contact).toMatchObject({ after: { activityCount: 50 }, fromBacklog: { attached: 50, discarded: 3 } })
  })
})

describe('who watches is told of an activity item', () => {
  const signedUp = { user_id: 'u1', event: 'Signed up', properties: { count: 2 } }

  it('that it waits for its contact', async () => {
    const { seen } = startWatched()
    const { kind, answer, contact, activity } = await seen('track', signedUp)

    expect({ kind, answer, contact }).toMatchObject({ kind: 'activity', answer: { status: 200 }, contact: undefined })
    expect(activity).toEqual({
      event: 'Signed up',
      timestamp: '2026-03-10T12:00:00.000Z',
      attributes: { Count: 2 },
      ids: [{ kind: 'user id', value: 'u1' }],
      state: 'waiting',
      reason: 'It waits in the backlog: no contact with the user id "u1" is known'
    })
  })

  it('whose it is, when the contact is known', async () => {
    const { seen } = startWatched()
    await seen('identify', lana)
    const { contact, activity } = await seen('track', signedUp)

    expect(activity).toMatchObject({ state: 'attached', reason: 'Its contact was known by the user id "u1"' })
    expect(contact).toMatchObject({ before: { activityCount: 0 }, after: { number: 1, activityCount: 1 }, story: [] })
  })

  it('that it created its contact', async () => {
    const { seen } = startWatched()
    const { contact, activity } = await seen('track', { ...signedUp, traits: { name: 'Lana' } })

    expect(contact).toMatchObject({ before: undefined, after: { number: 1, activityCount: 1 } })
    expect(activity).toMatchObject({ state: 'attached' })
  })

  it('that it is queued, but its contact was not stored', async () => {
    const { seen } = startWatched()
    const { answer, contact, activity, log } = await seen('track', { ...signedUp, traits: { birthday: 'never' } })

    expect(answer.status).toBe(206)
    expect(contact).toBeUndefined()
    expect(activity).toMatchObject({ state: 'waiting' })
    expect(log.map(({ status }) => status)).toEqual([200, 206])
  })

  it('that it was there before', async () => {
    const { seen } = startWatched()
    const item = { ...signedUp, message_id: 'm1', timestamp: '2026-03-10T00:00:00Z' }
    await seen('track', item)
    const { answer, activity } = await seen('track', item)

    expect(answer.status).toBe(200)
    expect(activity).toEqual({
      state: 'duplicate',
      reason: 'An activity of this message id and timestamp was there before: it was not stored again',
      event: 'Signed up',
      timestamp: '2026-03-10T00:00:00.000Z'
    })
  })

  it.each([
    ['without a mapping', { user_id: 'u1', event: 'Fax sent' }, 422],
    ['too old', { user_id: 'u1', event: 'Page viewed', timestamp: '2020-01-01' }, 422],
    ['invalid', { user_id: 'u1' }, 400]
  ])('that it is %s', async (_, item, status) => {
    const { seen } = startWatched()
    const { answer, contact, activity, log } = await seen('track', item)

    expect({ status: answer.status, contact, activity }).toEqual({ status })
    expect(log).toMatchObject([answer])
  })

  it('that the limit was used up', async () => {
    const { seen } = startWatched({ ...ACCOUNT, plan: { activities: 0 } })
    const { answer, activity } = await seen('track', signedUp)

    expect({ status: answer.status, activity }).toEqual({ status: 429 })
  })
})

describe('watching', () => {
  const postWith = ({ app, apiKey }: ReturnType<typeof startWatched>, requestId: string) =>
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
  ])('tells which request an item came with: %j', async (sent, requestId) => {
    const watched = startWatched()
    await postWith(watched, sent)

    expect(watched.told.map((taken) => [taken.index, taken.requestId])).toEqual([
      [0, requestId],
      [1, requestId]
    ])
  })

  it('goes on after a reset and after a state was restored, until it is stopped', async () => {
    const { identify, toState, reset, restore, told, stop } = startWatched()
    await identify(lana)
    const saved = JSON.stringify(toState())
    reset()
    await identify(lana)
    restore(JSON.parse(saved))
    await identify(lana)
    expect(told.map(({ answer, contact }) => [answer.status, contact?.before?.number])).toEqual([
      [200, undefined],
      [200, undefined],
      [422, 1]
    ])

    stop()
    await identify(lana)
    expect(told).toHaveLength(3)
  })

  it('does not change the answer, even when who watches throws; others are told all the same', async () => {
    const warnings = jest.spyOn(process, 'emitWarning').mockImplementation()
    const { identify, watch } = startSandbox()
    const told: number[] = []
    watch(() => {
      throw new Error('The page is gone')
    })
    watch(({ index }) => told.push(index))

    expect(await identify(lana)).toEqual({ status: 200, message: '' })
    expect(await identify(lana)).toMatchObject({ status: 422 })
    expect(told).toEqual([0, 0])
    expect(warnings.mock.calls[0][0]).toContain('The page is gone')
  })

  it('for changes does not change the answer either', async () => {
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
  ])('tells what is taken under a fault: %j', async (fault, count) => {
    const { app, apiKey, told } = startWatched()
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

    expect(told).toHaveLength(count)
  })

  it('keeps what it told as it was, and no more of a very large item than the log does', async () => {
    const { seen, identify } = startWatched()
    const first = await seen('identify', lana)
    const shown = JSON.stringify(first)
    await identify({ user_id: 'u1', anonymous_id: 'a1', traits: { name: 'Lena' }, location: { city: 'Paris' } })
    expect(JSON.stringify(first)).toBe(shown)

    const large = await seen('identify', { user_id: 'u1', traits: { other: 'x'.repeat(1_000_000) } })
    expect(JSON.stringify(large).length).toBeLessThan(100_000)
  })

  it('tells the same that the contacts, the activities and the answers show, whatever comes', async () => {
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
        const watched = startWatched()
        const unwatched = startSandbox()
        for (const { kind, items } of requests) {
          const send = (sandbox: typeof unwatched) =>
            kind === 'identify'
              ? sandbox.identifyAll(items)
              : sandbox.trackAll(items.map((one) => ({ ...one, event: 'Signed up' })))
          const from = watched.told.length
          const answer = await send(watched)

          expect(await send(unwatched)).toEqual(answer)
          const told = watched.told.slice(from)
          expect(told.map(({ index }) => index)).toEqual(items.map((_, index) => index))
          const failed = told.filter((taken) => taken.answer.status !== 200)
          expect(failed.map((taken) => ({ ...taken.answer, index: taken.index }))).toEqual(answer.errors)
        }
        expect(JSON.stringify(watched.toState())).toBe(JSON.stringify(unwatched.toState()))
        expect(watched.told.flatMap(({ log }) => log)).toEqual(watched.account.log.entries())
        const stored = watched.told.filter(({ activity }) => activity && activity.state !== 'duplicate')
        expect(stored).toHaveLength(watched.activities().length)
        const held = new Map<number, unknown>()
        for (const { contact } of watched.told) {
          if (contact) {
            expect(contact.before).toEqual(held.get(contact.after.number))
            contact.merged.forEach((number) => held.delete(number))
            held.set(contact.after.number, contact.after)
          }
        }
        expect([...held.keys()].sort()).toEqual(
          watched
            .contacts()
            .map(({ number }) => number)
            .sort()
        )
      }),
      { numRuns: 200 }
    )
  })
})
