import { DAY_MS } from '../rules'
import { ACCOUNT, START, startSandbox } from './harness'
import { HISTORY_SENTENCES, ITEM_SENTENCES } from '../model/sentences'

const NOW = new Date(START).toISOString()

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

  it('add and remove contacts at once', async () => {
    const { update, membership, contacts } = await start()

    expect(await update('add')).toMatchObject({ status: 200 })
    expect(membership()).toMatchObject({ isMember: true, isWanted: true })
    expect(await update('add')).toMatchObject({ status: 422 })
    expect(await update('remove')).toMatchObject({ status: 200 })
    expect(membership()).toMatchObject({ isMember: false, isWanted: false })
    expect(contacts()[0].history.slice(1)).toEqual([
      { at: NOW, code: 'entered_audience', text: HISTORY_SENTENCES.entered_audience('VIP') },
      { at: NOW, code: 'left_audience', text: HISTORY_SENTENCES.left_audience('VIP') }
    ])
  })

  it('are updated by activities too', async () => {
    const { track, id, membership } = await start()
    await track({ user_id: 'u1', event: 'Signed up', audience: { mode: 'add', id } })

    expect(membership()).toMatchObject({ isMember: true })
  })

  it('do not add a contact again within a minute; the daily synchronization does', async () => {
    const { update, membership, advanceMinutes, identify, contacts } = await start()
    await update('add')
    await update('remove')
    advanceMinutes(0.9)
    await update('add')

    expect(membership()).toMatchObject({ isMember: false, isWanted: true })
    await update('add')
    expect(contacts()[0].history.slice(3)).toEqual([
      {
        at: '2026-03-10T12:00:54.000Z',
        code: 'reentry_deferred',
        text: HISTORY_SENTENCES.reentry_deferred('VIP', '2026-03-11T00:00:00.000Z')
      }
    ])
    advanceMinutes(12 * 60)
    await identify({ user_id: 'u2', traits: { name: 'Max' } })
    expect(membership()).toMatchObject({ isMember: true, isWanted: true })
  })

  it('add an entry to the history of a contact that the synchronization adds, also if it was merged meanwhile', async () => {
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
    expect(contacts()[0].history).toContainEqual({
      at: new Date(START + DAY_MS / 2).toISOString(),
      code: 'added_by_synchronization',
      text: HISTORY_SENTENCES.added_by_synchronization('VIP')
    })
  })

  it.each([
    ['remove', 'add', true],
    ['add', 'remove', false]
  ])('keep the later update when two contacts are merged: %s, then %s', async (first, second, isMember) => {
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

  it('add an entry to the history if the contact already has the wanted membership', async () => {
    const { update, contacts } = await start()
    for (const mode of ['add', 'remove', 'add', 'remove']) {
      await update(mode)
    }
    const [{ history }] = contacts()

    expect(history[history.length - 1]).toEqual({
      at: NOW,
      code: 'already_out_of_audience',
      text: HISTORY_SENTENCES.already_out_of_audience('VIP')
    })
  })

  it('have nothing new in a repeated update while the re-entry is deferred', async () => {
    const { update } = await start()
    for (const mode of ['add', 'remove', 'add']) {
      expect(await update(mode)).toMatchObject({ status: 200 })
    }
    expect(await update('add')).toMatchObject({ status: 422 })
  })

  it('do not create a contact that is only removed', async () => {
    const { update, contacts } = await start()

    expect(await update('remove')).toMatchObject({ status: 422 })
    expect(contacts()).toHaveLength(0)
  })

  it('add a contact again after a minute', async () => {
    const { update, membership, advanceMinutes } = await start()
    await update('add')
    await update('remove')
    advanceMinutes(1)
    await update('add')

    expect(membership()).toMatchObject({ isMember: true })
  })

  it('that Segment did not create cannot be changed', async () => {
    const { identify, account, post, contacts } = startSandbox({ ...ACCOUNT, otherAudiences: ['By hand'] })
    const [{ id }] = account.audiences.all()

    expect(await identify({ user_id: 'u1', audience: { mode: 'add', id } })).toMatchObject({ status: 400 })
    expect(await identify({ user_id: 'u1', audience: { mode: 'add', id: 'unknown' } })).toMatchObject({
      status: 400,
      message: ITEM_SENTENCES.unknown_audience('unknown')
    })
    expect(await post('/audiences/create', { name: 'By hand' })).toEqual({
      status: 400,
      body: { message: 'The audience "By hand" was not created by Segment' }
    })
    expect(contacts()).toHaveLength(0)
  })

  it('keep their origin when the account is configured again', async () => {
    const { account, update } = await start()
    account.configure({ ...account.file, otherAudiences: ['VIP'] })

    expect(account.audiences.all()).toMatchObject([{ name: 'VIP', isFromSegment: true }])
    expect(await update('add')).toMatchObject({ status: 200 })
  })

  it('have nothing new in a removal of a contact that was never added', async () => {
    const { update, identify, contacts } = await start()
    await identify({ user_id: 'u1', traits: { name: 'Lana' } })

    expect(await update('remove')).toMatchObject({ status: 422 })
    expect(contacts()[0].history).toHaveLength(1)
  })

  it('keep the later update when two contacts are merged, also if it is that of the first', async () => {
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

  it('are synchronized one by one, also after a state was restored', async () => {
    const { post, id, identify, toState, restore, contacts, advanceMinutes, account } = await start()
    const { id: other } = (await post('/audiences/create', { name: 'Buyers' })).body as { id: string }
    await identify({ user_id: 'u1', audience: { mode: 'add', id: other } })
    for (const mode of ['add', 'remove', 'add']) {
      await identify({ user_id: 'u1', audience: { mode, id } })
    }
    const before = account.contacts.all()[0].history.length
    restore(JSON.parse(JSON.stringify(toState())))
    advanceMinutes(12 * 60)
    await identify({ user_id: 'u2', traits: { name: 'Max' } })

    expect(contacts()[0].memberships.get('VIP')).toMatchObject({ isMember: true })
    expect(contacts()[0].history.slice(before)).toMatchObject([{ code: 'added_by_synchronization' }])
  })
})
