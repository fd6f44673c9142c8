import { DAY } from '../clock'
import { ACCOUNT, START, startSandbox } from './harness'

describe('audiences', () => {
  const start = async () => {
    const sandbox = startSandbox()
    const created = await sandbox.post('/audiences/create', { name: 'VIP' })
    const { id } = created.body as { id: string }
    const update = (mode: string) => sandbox.identify({ user_id: 'u1', audience: { mode, id } })
    const membership = () => sandbox.contacts()[0].memberships.get('VIP')
    return { ...sandbox, created, id, update, membership }
  }

  it('are created once for a name, which is case-sensitive', async () => {
    const { post, created } = await start()

    expect(created).toEqual({ status: 200, body: { id: expect.any(String) as string, name: 'VIP' } })
    expect(await post('/audiences/create', { name: 'VIP' })).toEqual(created)
    expect((await post('/audiences/create', { name: 'vip' })).body).not.toEqual(created.body)
    expect(await post('/audiences/create', { name: '' })).toMatchObject({ status: 400 })
  })

  it('let contacts in and out at once', async () => {
    const { update, membership, contacts } = await start()

    expect(await update('add')).toMatchObject({ status: 200 })
    expect(membership()).toMatchObject({ isMember: true, isWanted: true })
    expect(await update('add')).toMatchObject({ status: 422 })
    expect(await update('remove')).toMatchObject({ status: 200 })
    expect(membership()).toMatchObject({ isMember: false, isWanted: false })
    expect(
      contacts()[0]
        .story.slice(1)
        .map((line) => line.slice(25))
    ).toEqual(['Entered the audience "VIP"', 'Left the audience "VIP"'])
  })

  it('are updated by activities too', async () => {
    const { track, id, membership } = await start()
    await track({ user_id: 'u1', event: 'Signed up', audience: { mode: 'add', id } })

    expect(membership()).toMatchObject({ isMember: true })
  })

  it('do not let a contact back in within a minute; the daily synchronization does', async () => {
    const { update, membership, advanceMinutes, identify, contacts } = await start()
    await update('add')
    await update('remove')
    advanceMinutes(0.9)
    await update('add')

    expect(membership()).toMatchObject({ isMember: false, isWanted: true })
    expect(contacts()[0].story[3]).toContain('It left less than a minute ago'.slice(3))
    advanceMinutes(12 * 60)
    await identify({ user_id: 'u2', traits: { name: 'Somebody' } })
    expect(membership()).toMatchObject({ isMember: true, isWanted: true })
  })

  it('tell the contact when the synchronization let it in, also when it was merged meanwhile', async () => {
    const { id, identify, contacts, advanceMinutes, account } = await start()
    await identify({ user_id: 'u2', traits: { email: 'a@example.com' } })
    for (const mode of ['add', 'remove', 'add']) {
      await identify({ anonymous_id: 'a1', audience: { mode, id } })
    }
    await identify({ user_id: 'u2', anonymous_id: 'a1', traits: { name: 'Lana' } })
    advanceMinutes(12 * 60)
    account.audiences.synchronize()

    expect(contacts()).toHaveLength(1)
    expect(contacts()[0].memberships.get('VIP')).toMatchObject({ isMember: true })
    expect(contacts()[0].story).toContain(
      `${new Date(START + DAY / 2).toISOString()} The daily synchronization let it into the audience "VIP"`
    )
  })

  it.each([
    ['remove', 'add', true],
    ['add', 'remove', false]
  ])('of two contacts that become one: after %s, then %s the later holds', async (first, second, isMember) => {
    const { id, identify, contacts, advanceMinutes } = await start()
    const update = (user_id: string, mode: string) => identify({ user_id, audience: { mode, id } })
    for (const user of ['u1', 'u2']) {
      await update(user, 'add')
    }
    advanceMinutes(5)
    await update('u1', 'remove')
    advanceMinutes(5)
    await update('u1', 'add')
    await update('u1', first)
    advanceMinutes(5)
    await update('u2', 'remove')
    advanceMinutes(5)
    await update('u2', second)
    await identify({ user_id: 'u1', traits: { email: 'a@example.com' } })
    await identify({ user_id: 'u2', traits: { email: 'a@example.com' } })

    expect(contacts()).toHaveLength(1)
    expect(contacts()[0].memberships.get('VIP')).toMatchObject({ isMember })
  })

  it('are told to a contact whose place was what the update asks for already', async () => {
    const { update, contacts } = await start()
    for (const mode of ['add', 'remove', 'add', 'remove']) {
      await update(mode)
    }
    const [{ story }] = contacts()

    expect(story[story.length - 1]).toContain('It was out of the audience "VIP" already')
  })

  it('learn nothing new from the same update while the contact is kept out', async () => {
    const { update } = await start()
    for (const mode of ['add', 'remove', 'add']) {
      expect(await update(mode)).toMatchObject({ status: 200 })
    }
    expect(await update('add')).toMatchObject({ status: 422 })
  })

  it('make no contact of somebody who only leaves', async () => {
    const { update, contacts } = await start()

    expect(await update('remove')).toMatchObject({ status: 422 })
    expect(contacts()).toHaveLength(0)
  })

  it('let a contact back in after a minute', async () => {
    const { update, membership, advanceMinutes } = await start()
    await update('add')
    await update('remove')
    advanceMinutes(1)
    await update('add')

    expect(membership()).toMatchObject({ isMember: true })
  })

  it('that Segment has not created cannot be changed', async () => {
    const { identify, account, post, contacts } = startSandbox({ ...ACCOUNT, otherAudiences: ['By hand'] })
    const [{ id }] = account.audiences.all()

    expect(await identify({ user_id: 'u1', audience: { mode: 'add', id } })).toMatchObject({ status: 400 })
    expect(await identify({ user_id: 'u1', audience: { mode: 'add', id: 'none' } })).toMatchObject({ status: 400 })
    expect(await post('/audiences/create', { name: 'By hand' })).toMatchObject({ status: 400 })
    expect(contacts()).toHaveLength(0)
  })
})
