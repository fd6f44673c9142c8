import { startSandbox } from './harness'

describe('a saved state', () => {
  it('restores contacts, backlog, duplicates, audiences, limits and the clock', async () => {
    const first = startSandbox()
    const { id } = (await first.post('/audiences/create', { name: 'VIP' })).body as { id: string }
    await first.identify({ user_id: 'u1', traits: { email: 'a@example.com' }, location: { city: 'Paris' } })
    for (const mode of ['add', 'remove', 'add']) {
      await first.identify({ user_id: 'u1', audience: { mode, id } })
    }
    const activity = { user_id: 'u2', event: 'Signed up', message_id: 'm1', timestamp: '2026-03-10T00:00:00Z' }
    await first.track(activity)
    await first.track({ user_id: 'u3', event: 'Fax sent' })
    first.advanceMinutes(30)

    const second = startSandbox({})
    const response = await second.app.request('http://127.0.0.1/sandbox/state', {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(first.toState())
    })
    expect(await response.json()).toEqual({ contacts: 1 })
    expect(second.clock.now()).toBe(first.clock.now())
    expect(second.account.identifyUsage.used()).toBe(4)
    expect(second.account.log.entries()).toEqual(first.account.log.entries())
    expect(second.account.samples.all()).toEqual(first.account.samples.all())

    await second.track(activity)
    expect(second.activities()).toHaveLength(1)
    await second.identify({ user_id: 'u2', traits: { name: 'Max' } })
    expect(second.contacts()[1]).toMatchObject({ number: 2, activities: [{ event: 'Signed up', state: 'attached' }] })
    await second.identify({ anonymous_id: 'a9', traits: { email: 'a@example.com', name: 'Lana' } })
    expect(second.contacts()).toHaveLength(2)
    second.advanceMinutes(24 * 60)
    await second.identify({ user_id: 'u2', traits: { name: 'Moritz' } })
    expect(second.contacts()[0].memberships.get('VIP')).toMatchObject({ isMember: true })
  })

  it('contains all audiences, the values of activities, and the counts of the backlog', async () => {
    const first = startSandbox()
    await first.post('/audiences/create', { name: 'VIP' })
    await first.post('/audiences/create', { name: 'Buyers' })
    const signUp = { event: 'Signed up', timestamp: '2026-03-01T00:00:00Z', properties: { count: 2 } }
    await first.trackAll(Array(50).fill({ user_id: 'u1', ...signUp }))
    await first.identify({ user_id: 'u1', traits: { name: 'Lana' } })
    const second = startSandbox()
    second.restore(JSON.parse(JSON.stringify(first.toState())))

    await second.track({ anonymous_id: 'a1', ...signUp })
    await second.identify({ user_id: 'u1', anonymous_id: 'a1', traits: { vip_customers: true } })
    expect(second.contacts()[0].activities).toEqual(second.activities().slice(0, 50))
    expect(second.account.audiences.all().map(({ name }) => name)).toEqual(['VIP', 'Buyers'])
    expect(second.activities().map(({ attributes, state }) => [attributes.get('Count'), state])).toEqual([
      ...Array.from({ length: 50 }, () => [2, 'attached']),
      [2, 'discarded']
    ])
  })

  it.each([
    [{}, 'version: Invalid input: expected 3'],
    [{ version: 4 }, 'version: Invalid input: expected 3'],
    ['text', 'Invalid input: expected object, received string']
  ])('that is not valid is rejected, and nothing changes: %j', async (state, problem) => {
    const { restore, identify, contacts } = startSandbox()
    await identify({ user_id: 'u1', traits: { name: 'Lana' } })

    expect(() => restore(state)).toThrow(problem)
    expect(contacts()).toHaveLength(1)
  })

  /** A state with two contacts, an activity of the first, a waiting activity, an audience, and some usage. */
  const saved = async () => {
    const { post, identify, track, toState, advanceMinutes } = startSandbox()
    const { id } = (await post('/audiences/create', { name: 'VIP' })).body as { id: string }
    await identify({ user_id: 'u1', traits: { name: 'Lana' }, audience: { mode: 'add', id } })
    advanceMinutes(5)
    await identify({ user_id: 'u2', traits: { name: 'Max' } })
    await track({ user_id: 'u1', event: 'Signed up' })
    await track({ user_id: 'u3', event: 'Signed up' })
    return toState()
  }
  type Saved = Awaited<ReturnType<typeof saved>>

  it.each<[string, (state: Saved) => void]>([
    ['contacts[1].number: it is a duplicate of an earlier one', ({ contacts }) => (contacts[1].number = 1)],
    ['contacts[1].number: contactsCreated is 1', (state) => (state.contactsCreated = 1)],
    ['contacts[1].ids[0]: it is a duplicate of an earlier one', ({ contacts }) => (contacts[1].ids = contacts[0].ids)],
    [
      'contacts[1].activities[0]: it is a duplicate of an earlier one',
      ({ contacts }) => (contacts[1].activities = [0])
    ],
    ['contacts[1].activities[0]: there is no attached activity 1', ({ contacts }) => (contacts[1].activities = [1])],
    ['contacts[1].activities[0]: there is no attached activity 7', ({ contacts }) => (contacts[1].activities = [7])],
    ['activities[0].state: no contact has this attached activity', ({ contacts }) => (contacts[0].activities = [])],
    ['contacts[0].memberships[0]: there is no audience "VIP"', (state) => (state.audiences = [])],
    ['audiences[1].id: it is a duplicate of an earlier one', ({ audiences }) => audiences.push(audiences[0])],
    ['contacts[0].changedAt: Too big', ({ contacts }) => (contacts[0].changedAt = 1e300)],
    ['nextSynchronization: Too big', (state) => (state.nextSynchronization = 1e300)],
    [
      'audiences[1].name: it is a duplicate of an earlier one',
      (state) => state.audiences.push({ ...state.audiences[0], id: 'b' })
    ],
    ['usage.identify: the minutes are not in order', ({ usage }) => usage.identify.reverse()],
    ['usage.track: the minutes are not in order', ({ usage }) => usage.track.push(usage.track[0])],
    ['usage.track[0][0]: Too big', ({ usage }) => (usage.track = [[1e15, 1]])],
    ['The clock ends with the year 9998', (state) => (state.clockOffsetMs = 253e12)]
  ])('that contradicts itself is rejected: %s', async (problem, spoil) => {
    const state = await saved()
    startSandbox().restore(JSON.parse(JSON.stringify(state)))
    spoil(state)
    const { restore, contacts, clock } = startSandbox()

    expect(() => restore(JSON.parse(JSON.stringify(state)))).toThrow(problem)
    expect(contacts()).toHaveLength(0)
    expect(clock.offsetMs).toBe(0)
  })

  it('with very many problems is rejected with some of them', async () => {
    const state = await saved()
    const [contact] = state.contacts
    state.contacts = Array.from({ length: 100 }, () => contact)

    expect(() => startSandbox().restore(state)).toThrow(/\n… and \d+ more$/)
  })
})
