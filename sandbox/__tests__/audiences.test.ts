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

    expect(created).toEqual({
      status: 200,
      body: { id: expect.stringMatching(/^[0-9a-f]{24}$/) as string, name: 'VIP' }
    })
    expect(await post('/audiences/create', { name: 'VIP' })).toEqual(created)
    expect((await post('/audiences/create', { name: 'vip' })).body).not.toEqual(created.body)
    expect(await post('/audiences/create', { name: '' })).toMatchObject({
      status: 400,
      body: { message: expect.stringMatching(/^name: /) as string }
    })
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
    await update('add')
    expect(
      contacts()[0]
        .story.slice(3)
        .map((line) => line.slice(25))
    ).toEqual([
      'Not let back into the audience "VIP": it left less than a minute ago. ' +
        'The daily synchronization lets it in at 2026-03-11T00:00:00.000Z'
    ])
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
    expect(await identify({ user_id: 'u1', audience: { mode: 'add', id: 'none' } })).toMatchObject({
      status: 400,
      message: 'audience.id: Segment has created no audience "none"'
    })
    expect(await post('/audiences/create', { name: 'By hand' })).toEqual({
      status: 400,
      body: { message: 'The audience "By hand" was not created by Segment' }
    })
    expect(contacts()).toHaveLength(0)
  })

  it('stay whose they are when the account is set up anew', async () => {
    const { account, update } = await start()
    account.configure({ ...account.file, otherAudiences: ['VIP'] })

    expect(account.audiences.all()).toMatchObject([{ name: 'VIP', isFromSegment: true }])
    expect(await update('add')).toMatchObject({ status: 200 })
  })

  it('learn nothing from somebody who leaves and was never in', async () => {
    const { update, identify, contacts } = await start()
    await identify({ user_id: 'u1', traits: { name: 'Lana' } })

    expect(await update('remove')).toMatchObject({ status: 422 })
    expect(contacts()[0].story).toHaveLength(1)
  })

  it('of two contacts that become one: the place that was updated later holds, also when it is the own one', async () => {
    const { id, identify, contacts, advanceMinutes } = await start()
    await identify({ user_id: 'u1', traits: { name: 'Lana' } })
    await identify({ anonymous_id: 'a1', audience: { mode: 'add', id } })
    advanceMinutes(5)
    await identify({ anonymous_id: 'a1', audience: { mode: 'remove', id } })
    advanceMinutes(5)
    await identify({ user_id: 'u1', audience: { mode: 'add', id } })
    await identify({ user_id: 'u1', anonymous_id: 'a1' })

    expect(contacts()).toHaveLength(1)
    expect(contacts()[0].memberships.get('VIP')).toMatchObject({ isMember: true })
  })

  it('are set right by the synchronization one by one, also after the state was restored', async () => {
    const { post, id, identify, toState, restore, contacts, advanceMinutes, account } = await start()
    const { id: other } = (await post('/audiences/create', { name: 'Buyers' })).body as { id: string }
    await identify({ user_id: 'u1', audience: { mode: 'add', id: other } })
    for (const mode of ['add', 'remove', 'add']) {
      await identify({ user_id: 'u1', audience: { mode, id } })
    }
    const before = account.contacts.all()[0].story.length
    restore(JSON.parse(JSON.stringify(toState())))
    advanceMinutes(12 * 60)
    await identify({ user_id: 'u2', traits: { name: 'Somebody' } })

    expect(contacts()[0].memberships.get('VIP')).toMatchObject({ isMember: true })
    expect(
      contacts()[0]
        .story.slice(before)
        .map((line) => line.slice(25))
    ).toEqual(['The daily synchronization let it into the audience "VIP"'])
  })
})
