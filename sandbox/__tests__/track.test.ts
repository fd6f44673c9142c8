import { ACCOUNT, startSandbox } from './harness'
import { ACTIVITY_SENTENCES, describeConversionProblem, describeSkippedValue, ITEM_SENTENCES } from '../model/sentences'

const known = { user_id: 'u1', traits: { name: 'Lana' } }

describe('a track item', () => {
  it.each([{ event: 'Signed up' }, { user_id: 'u1' }, { user_id: 'u1', event: '' }])(
    'is rejected with 400 without an event name or without ids: %j',
    async (item) => {
      const { track, account } = startSandbox()

      expect(await track(item)).toMatchObject({ status: 400 })
      expect(account.trackUsage.used()).toBe(0)
    }
  )

  it('is rejected with 422 if its activity is not mapped, and kept as a sample', async () => {
    const { track, account, activities } = startSandbox()
    const item = { user_id: 'u1', event: 'Fax sent' }

    expect(await track(item)).toMatchObject({
      status: 422,
      message: ITEM_SENTENCES.no_activity_mapping('Fax sent')
    })
    expect(account.samples.all().activities).toEqual({ 'Fax sent': [item] })
    expect(activities()).toHaveLength(0)
  })

  it('is rejected with 422 if no trait mapping is saved, also if its activity is mapped, and kept as a sample', async () => {
    const { track, activities, account } = startSandbox({ activities: ACCOUNT.activities })

    expect(await track({ user_id: 'u1', event: 'Signed up' })).toMatchObject({
      status: 422,
      message: ITEM_SENTENCES.no_contact_mapping()
    })
    expect(activities()).toEqual([])
    expect(account.samples.all().activities).toHaveProperty(['Signed up'])
  })

  it('is rejected with 422 if it is older than 90 days, unless the account keeps it longer', async () => {
    const [signedUp] = ACCOUNT.activities
    const { track, activities } = startSandbox({
      ...ACCOUNT,
      activities: [signedUp, { name: 'Kept', retentionDays: 'for ever' }, { name: 'A year', retentionDays: 365 }]
    })
    const statusOf = async (event: string, timestamp: string) =>
      (await track({ user_id: 'u1', event, timestamp })).status

    expect(await statusOf('Signed up', '2025-12-10T12:00:00Z')).toBe(200)
    expect(await statusOf('Signed up', '2025-12-10T11:59:59Z')).toBe(422)
    expect(await statusOf('Kept', '2001-01-01T00:00:00Z')).toBe(200)
    expect(await statusOf('A year', '2025-04-01T00:00:00Z')).toBe(200)
    expect(await statusOf('A year', '2025-03-01T00:00:00Z')).toBe(422)
    expect(activities()).toHaveLength(3)
  })

  it('is stored with its place, and its contact stays where it is', async () => {
    const { identify, track, contacts, activities, toState, restore } = startSandbox()
    const [sydney, perth] = ['Sydney', 'Perth'].map((city) => ({ city }))
    await identify({ user_id: 'u1', traits: { name: 'Lana' }, ip: '203.0.113.1', location: sydney })
    const place = { ip: '203.0.113.7', location: perth }
    await track({ user_id: 'u1', event: 'Signed up', ...place, traits: { name: 'Lena' } })
    await track({ user_id: 'u2', event: 'Signed up', ...place })
    restore(toState())

    expect(activities()).toMatchObject([place, place])
    expect(contacts()).toHaveLength(1)
    expect(contacts()[0].location).toEqual(sydney)
    await identify({ user_id: 'u1', location: perth })
    expect(contacts()[0].location).toEqual(perth)
  })

  it('is rejected with 422 if it is older than the retention period', async () => {
    const { track } = startSandbox()
    const viewed = (timestamp: string) => track({ user_id: 'u1', event: 'Page viewed', timestamp })

    expect(await viewed('2026-02-08T12:00:00Z')).toMatchObject({ status: 200 })
    expect(await viewed('2026-02-08T11:59:59Z')).toMatchObject({
      status: 422,
      message: ITEM_SENTENCES.too_old('Page viewed', 30)
    })
  })

  it('is stored once for its message id and timestamp, and gets 200 again', async () => {
    const { track, activities } = startSandbox()
    const item = { user_id: 'u1', event: 'Signed up', message_id: 'm1', timestamp: '2026-03-10T00:00:00Z' }

    expect((await track(item)).status).toBe(200)
    expect((await track(item)).status).toBe(200)
    expect(activities()).toHaveLength(1)
    await track({ ...item, message_id: 'm2' })
    await track({ ...item, timestamp: '2026-03-10T00:00:01Z' })
    expect(activities()).toHaveLength(3)
  })

  it('is a duplicate if its timestamp is the same time in another notation', async () => {
    const { track, activities } = startSandbox()
    const item = { user_id: 'u1', event: 'Signed up', message_id: 'm1' }
    await track({ ...item, timestamp: '2026-03-10T00:00:00Z' })
    await track({ ...item, timestamp: '2026-03-10T01:00:00.000+01:00' })
    expect(activities()).toHaveLength(1)

    await track({ ...item, message_id: '', timestamp: '2026-03-10T00:00:00Z' })
    await track({ ...item, message_id: '', timestamp: '2026-03-10T00:00:00Z' })
    expect(activities()).toHaveLength(3)
  })

  it.each([
    ['2026-03-09T10:00:00', '2026-03-09T10:00:00.000Z'],
    ['2026-03-09T10:00:00+0200', '2026-03-09T08:00:00.000Z'],
    ['2026-03-09', '2026-03-09T00:00:00.000Z'],
    ['2026-03-09T10:00Z', '2026-03-09T10:00:00.000Z'],
    ['0001-01-01T10:00-0200', '0001-01-01T12:00:00.000Z'],
    ['0001-01-01t10:00z', '0001-01-01T10:00:00.000Z'],
    ['0001-01-01', '0001-01-01T00:00:00.000Z'],
    ['', '2026-03-10T12:00:00.000Z'],
    [undefined, '2026-03-10T12:00:00.000Z']
  ])('is stored with its timestamp, or with the time when it arrived: %s', async (timestamp, stored) => {
    const [signedUp] = ACCOUNT.activities
    const { track, activities, toState, restore } = startSandbox({
      ...ACCOUNT,
      activities: [{ ...signedUp, retentionDays: 'for ever' }]
    })
    await track({ user_id: 'u1', event: 'Signed up', timestamp })
    restore(toState())

    expect(activities()[0].timestamp).toBe(stored)
  })

  it.each([
    ['timestamp', '2026-02-30T10:00:00Z'],
    ['timestamp', '9999-12-31T23:00:00-10:00'],
    ['timestamp', '0000-01-01T00:00:00+10:00'],
    ['timestamp', 'yesterday'],
    ['timestamp', '+020000-01-01T00:00:00Z'],
    ['ip', '999.1.1.1'],
    ['ip', 'home']
  ])('is rejected with an invalid %s: %s', async (key, value) => {
    const { identify, track, activities, contacts } = startSandbox()
    const problem = key === 'ip' ? 'ip: it is not an IP address' : 'timestamp: it is not a timestamp in ISO 8601'

    for (const result of [
      await track({ user_id: 'u1', event: 'Signed up', [key]: value }),
      await identify({ user_id: 'u1', traits: { name: 'Lana' }, [key]: value })
    ]) {
      expect(result).toMatchObject({ status: 400, message: problem })
    }
    expect([activities(), contacts()]).toEqual([[], []])
  })

  it.each(['message_id', 'timestamp'])('is never a duplicate without a %s', async (missing) => {
    const { track, activities } = startSandbox()
    const item = { user_id: 'u1', event: 'Signed up', message_id: 'm1', timestamp: '2026-03-10T00:00:00Z' }
    await track({ ...item, [missing]: undefined })
    await track({ ...item, [missing]: undefined })

    expect(activities()).toHaveLength(2)
  })

  it('is stored with converted attributes; one that cannot be converted is skipped and logged', async () => {
    const { track, activities, account } = startSandbox()
    await track({ user_id: 'u1', event: 'Signed up', properties: { count: '3', other: 1 } })
    await track({ user_id: 'u1', event: 'Signed up', properties: { count: 'many' } })

    expect(activities().map(({ attributes }) => Object.fromEntries(attributes))).toEqual([{ Count: 3 }, {}])
    const problem = describeConversionProblem('many', { name: 'Count', type: 'number' })
    expect(account.log.entries()).toMatchObject([
      { code: 'value_skipped', key: 'count', field: 'Count', message: describeSkippedValue('count', 'Count', problem) }
    ])
  })

  it('is attached at once to a known contact, with the reason', async () => {
    const { identify, track, contacts } = startSandbox()
    await identify(known)
    await track({ user_id: 'u1', event: 'Signed up' })

    expect(contacts()[0].activities).toMatchObject([
      {
        event: 'Signed up',
        state: 'attached',
        reasonCode: 'contact_known',
        reason: ACTIVITY_SENTENCES.contact_known({ kind: 'user id', value: 'u1' })
      }
    ])
  })

  describe('of an unknown contact', () => {
    it('waits in the backlog until an identify item makes the contact known', async () => {
      const { identify, track, activities, contacts } = startSandbox()
      await track({ user_id: 'u1', anonymous_id: 'a1', event: 'Signed up' })

      expect(activities()[0]).toMatchObject({
        state: 'waiting',
        reasonCode: 'waiting',
        reason: ACTIVITY_SENTENCES.waiting([
          { kind: 'user id', value: 'u1' },
          { kind: 'anonymous id', value: 'a1' }
        ])
      })
      await identify({ anonymous_id: 'a1', traits: { name: 'Lana' } })
      await identify({ user_id: 'u1', traits: { name: 'Lana', vip_customers: true } })
      expect(activities()[0].state).toBe('attached')
      expect(contacts().flatMap((contact) => contact.activities)).toHaveLength(1)
    })

    it('is attached if it is one of the oldest 50 of a day, and discarded otherwise', async () => {
      const { identify, trackAll, contacts, activities } = startSandbox()
      const timestamps = Array.from(
        { length: 60 },
        (_, index) => `2026-03-01T00:00:${String(59 - index).padStart(2, '0')}Z`
      )
      const sent = [...timestamps, '2026-03-02T00:00:00Z'].map((timestamp) => ({
        user_id: 'u1',
        event: 'Signed up',
        timestamp
      }))
      await trackAll(sent)
      await identify(known)

      const attached = contacts()[0].activities.map(({ timestamp }) => timestamp)
      expect(attached).toHaveLength(51)
      expect(contacts()[0].activities[0]).toMatchObject({
        reasonCode: 'released_from_backlog',
        reason: ACTIVITY_SENTENCES.released_from_backlog()
      })
      expect(attached[0]).toBe('2026-03-01T00:00:00.000Z')
      expect(attached[49]).toBe('2026-03-01T00:00:49.000Z')
      expect(attached[50]).toBe('2026-03-02T00:00:00.000Z')
      const discarded = activities().filter(({ state }) => state === 'discarded')
      expect(discarded).toHaveLength(10)
      expect(discarded[0]).toMatchObject({
        reasonCode: 'backlog_full',
        reason: ACTIVITY_SENTENCES.backlog_full('2026-03-01')
      })
    })

    it('counts toward the sum of its merged contacts', async () => {
      const { identify, trackAll, contacts, activities } = startSandbox()
      const wait = (user_id: string, count: number) =>
        trackAll(Array(count).fill({ user_id, event: 'Signed up', timestamp: '2026-03-01T00:00:00Z' }))
      for (const [user_id, count] of [['u1', 30] as const, ['u2', 10] as const]) {
        await wait(user_id, count)
        await identify({ user_id, traits: { name: user_id } })
      }
      await identify({ user_id: 'u1', traits: { email: 'a@example.com' } })
      await identify({ user_id: 'u2', traits: { email: 'a@example.com' } })
      await wait('u3', 15)
      await identify({ user_id: 'u3', traits: { email: 'a@example.com', name: 'Lana' } })

      expect(contacts().map((contact) => contact.activities.length)).toEqual([50])
      expect(activities().filter(({ state }) => state === 'discarded')).toHaveLength(5)
    })

    it('has no such limit once the contact is known', async () => {
      const { identify, trackAll, contacts } = startSandbox()
      await identify(known)
      await trackAll(Array(60).fill({ user_id: 'u1', event: 'Signed up', timestamp: '2026-03-01T00:00:00Z' }))

      expect(contacts()[0].activities).toHaveLength(60)
    })
  })

  it('belongs to the contact that its traits identify, without the limit of the backlog', async () => {
    const { identify, trackAll, contacts } = startSandbox()
    const traits = { email: 'a@example.com' }
    await identify({ user_id: 'u1', traits })
    await trackAll(
      Array.from({ length: 60 }, (_, index) => ({ anonymous_id: `a${index}`, event: 'Signed up', traits }))
    )

    expect(contacts()).toHaveLength(1)
    expect(contacts()[0].activities).toHaveLength(60)
  })

  it('counts only as a track item if its traits are empty', async () => {
    const { track, account } = startSandbox()

    expect(await track({ user_id: 'u1', event: 'Signed up', traits: {} })).toMatchObject({ status: 200 })
    expect(account.identifyUsage.used()).toBe(0)
  })

  describe('with traits', () => {
    it('updates the contact, also if the activity is a duplicate', async () => {
      const { track, contacts, activities } = startSandbox()
      const item = { user_id: 'u1', event: 'Signed up', message_id: 'm1', timestamp: '2026-03-10T00:00:00Z' }
      expect(await track({ ...item, traits: { name: 'Lana' } })).toMatchObject({ status: 200 })
      expect(await track({ ...item, traits: { name: 'Lena' } })).toMatchObject({ status: 200 })

      expect(activities()).toHaveLength(1)
      expect(activities()[0].state).toBe('attached')
      expect(contacts()[0].fields.get('Name')).toBe('Lena')
    })

    it('gets 200 if they contain nothing new', async () => {
      const { identify, track } = startSandbox()
      await identify(known)

      expect(await track({ ...known, event: 'Signed up' })).toMatchObject({ status: 200 })
    })

    it('gets 206 if the contact could not be stored', async () => {
      const { track, activities } = startSandbox()
      const result = await track({ user_id: 'u1', event: 'Signed up', traits: { birthday: 'never' } })

      expect(result).toMatchObject({
        status: 206,
        message: ITEM_SENTENCES.contact_not_stored(ITEM_SENTENCES.nothing_valid())
      })
      expect(activities()).toHaveLength(1)
    })
  })

  it('without traits gets no 206: an audience that cannot be updated rejects the whole item', async () => {
    const { track, activities } = startSandbox()
    const audience = { mode: 'add', id: 'unknown' }

    expect(await track({ user_id: 'u1', event: 'Signed up', audience })).toMatchObject({
      status: 400,
      message: ITEM_SENTENCES.unknown_audience('unknown')
    })
    expect(activities()).toHaveLength(0)
    expect(await track({ user_id: 'u1', event: 'Signed up', audience, traits: { name: 'A' } })).toMatchObject({
      status: 206,
      message: ITEM_SENTENCES.contact_not_stored(ITEM_SENTENCES.unknown_audience('unknown'))
    })
    expect(activities()).toHaveLength(1)
  })
})
