import { startSandbox } from './harness'

describe('a saved state', () => {
  it('goes on where it was: contacts, backlog, duplicates, audiences, limits and the clock', async () => {
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
      body: JSON.stringify(first.save())
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

  it.each([
    [{}, 'clockAhead: Invalid input: expected number, received undefined'],
    ['text', 'Invalid input: expected object, received string']
  ])('that is none is refused, and nothing changes: %j', async (state, problem) => {
    const { restore, identify, contacts } = startSandbox()
    await identify({ user_id: 'u1', traits: { name: 'Lana' } })

    expect(() => restore(state)).toThrow(problem)
    expect(contacts()).toHaveLength(1)
  })
})
