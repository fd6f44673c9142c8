import { startSandbox } from './harness'

const known = { user_id: 'u1', traits: { name: 'Lana' } }

describe('taking a track item', () => {
  it.each([{ event: 'Signed up' }, { user_id: 'u1' }, { user_id: 'u1', event: '' }])(
    'refuses it with 400 without an event name or without ids: %j',
    async (item) => {
      const { track, account } = startSandbox()

      expect(await track(item)).toMatchObject({ status: 400 })
      expect(account.trackUsage.used()).toBe(0)
    }
  )

  it('refuses it with 422 when its activity is not mapped, and keeps it as a sample', async () => {
    const { track, account, activities } = startSandbox()
    const item = { user_id: 'u1', event: 'Fax sent' }

    expect(await track(item)).toMatchObject({
      status: 422,
      message: 'No mappings configured for the activity "Fax sent"'
    })
    expect(account.samples.all().activities).toEqual({ 'Fax sent': [item] })
    expect(activities()).toHaveLength(0)
  })

  it('refuses it with 422 when it is older than the activity is kept', async () => {
    const { track } = startSandbox()
    const viewed = (timestamp: string) => track({ user_id: 'u1', event: 'Page viewed', timestamp })

    expect(await viewed('2026-02-08T12:00:00Z')).toMatchObject({ status: 200 })
    expect(await viewed('2026-02-08T11:59:59Z')).toMatchObject({
      status: 422,
      message: 'The activity is older than the 30 days that "Page viewed" is kept'
    })
  })

  it('stores it once for its message id and timestamp, and answers 200 again', async () => {
    const { track, activities } = startSandbox()
    const item = { user_id: 'u1', event: 'Signed up', message_id: 'm1', timestamp: '2026-03-10T00:00:00Z' }

    expect((await track(item)).status).toBe(200)
    expect((await track(item)).status).toBe(200)
    expect(activities()).toHaveLength(1)
    await track({ ...item, message_id: 'm2' })
    await track({ ...item, timestamp: '2026-03-10T00:00:01Z' })
    expect(activities()).toHaveLength(3)
  })

  it('knows a duplicate by the moment, however it is written', async () => {
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
    ['2026-02-30T10:00:00Z', '2026-03-10T12:00:00.000Z'],
    ['9999-12-31T23:00:00-10:00', '2026-03-10T12:00:00.000Z'],
    ['0000-01-01T00:00:00+10:00', '2026-03-10T12:00:00.000Z'],
    ['garbage', '2026-03-10T12:00:00.000Z'],
    ['+020000-01-01T00:00:00Z', '2026-03-10T12:00:00.000Z']
  ])('reads its timestamp, or takes the time at which it came: %s', async (timestamp, stored) => {
    const { track, activities, toState, restore } = startSandbox()
    await track({ user_id: 'u1', event: 'Signed up', timestamp })
    restore(toState())

    expect(activities()[0].timestamp).toBe(stored)
  })

  it.each(['message_id', 'timestamp'])('cannot tell a duplicate without a %s', async (missing) => {
    const { track, activities } = startSandbox()
    const item = { user_id: 'u1', event: 'Signed up', message_id: 'm1', timestamp: '2026-03-10T00:00:00Z' }
    await track({ ...item, [missing]: undefined })
    await track({ ...item, [missing]: undefined })

    expect(activities()).toHaveLength(2)
  })

  it('converts its attributes, and skips and logs one that cannot be converted', async () => {
    const { track, activities, account } = startSandbox()
    await track({ user_id: 'u1', event: 'Signed up', properties: { count: '3', other: 1 } })
    await track({ user_id: 'u1', event: 'Signed up', properties: { count: 'many' } })

    expect(activities().map(({ attributes }) => Object.fromEntries(attributes))).toEqual([{ Count: 3 }, {}])
    expect(account.log.entries().map(({ message }) => message)).toEqual([
      '"count" was skipped: "many" is no number, which "Count" takes'
    ])
  })

  it('attaches it at once to a contact that is known, and says by what', async () => {
    const { identify, track, contacts } = startSandbox()
    await identify(known)
    await track({ user_id: 'u1', event: 'Signed up' })

    expect(contacts()[0].activities).toMatchObject([
      { event: 'Signed up', state: 'attached', reason: 'Its contact was known by the user id "u1"' }
    ])
  })

  describe('of an unknown contact', () => {
    it('lets it wait in the backlog until an identify item makes the contact known', async () => {
      const { identify, track, activities, contacts } = startSandbox()
      await track({ user_id: 'u1', anonymous_id: 'a1', event: 'Signed up' })

      expect(activities()[0]).toMatchObject({
        state: 'waiting',
        reason: 'It waits in the backlog: no contact with the user id "u1" or anonymous id "a1" is known'
      })
      await identify({ anonymous_id: 'a1', traits: { name: 'Lana' } })
      await identify({ user_id: 'u1', traits: { name: 'Lana', vip_customers: true } })
      expect(activities()[0].state).toBe('attached')
      expect(contacts().flatMap((contact) => contact.activities)).toHaveLength(1)
    })

    it('attaches the oldest 50 of a day, and discards the rest', async () => {
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
      expect(contacts()[0].activities[0].reason).toBe('It waited in the backlog until its contact became known')
      expect(attached[0]).toBe('2026-03-01T00:00:00.000Z')
      expect(attached[49]).toBe('2026-03-01T00:00:49.000Z')
      expect(attached[50]).toBe('2026-03-02T00:00:00.000Z')
      const discarded = activities().filter(({ state }) => state === 'discarded')
      expect(discarded).toHaveLength(10)
      expect(discarded[0].reason).toBe('The backlog gives a contact 50 activities of one day; 2026-03-01 had them')
    })

    it('counts what contacts that became one got from the backlog together', async () => {
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

    it('has no such limit for a contact that is known', async () => {
      const { identify, trackAll, contacts } = startSandbox()
      await identify(known)
      await trackAll(Array(60).fill({ user_id: 'u1', event: 'Signed up', timestamp: '2026-03-01T00:00:00Z' }))

      expect(contacts()[0].activities).toHaveLength(60)
    })
  })

  it('knows the contact by its traits too, without the limit of the backlog', async () => {
    const { identify, trackAll, contacts } = startSandbox()
    const traits = { email: 'a@example.com' }
    await identify({ user_id: 'u1', traits })
    await trackAll(
      Array.from({ length: 60 }, (_, index) => ({ anonymous_id: `a${index}`, event: 'Signed up', traits }))
    )

    expect(contacts()).toHaveLength(1)
    expect(contacts()[0].activities).toHaveLength(60)
  })

  it('counts as a track item alone when its traits are empty', async () => {
    const { track, account } = startSandbox()

    expect(await track({ user_id: 'u1', event: 'Signed up', traits: {} })).toMatchObject({ status: 200 })
    expect(account.identifyUsage.used()).toBe(0)
  })

  describe('with traits', () => {
    it('upserts the contact as well, also when the activity is a duplicate', async () => {
      const { track, contacts, activities } = startSandbox()
      const item = { user_id: 'u1', event: 'Signed up', message_id: 'm1', timestamp: '2026-03-10T00:00:00Z' }
      expect(await track({ ...item, traits: { name: 'Lana' } })).toMatchObject({ status: 200 })
      expect(await track({ ...item, traits: { name: 'Lena' } })).toMatchObject({ status: 200 })

      expect(activities()).toHaveLength(1)
      expect(activities()[0].state).toBe('attached')
      expect(contacts()[0].fields.get('Name')).toBe('Lena')
    })

    it('answers 200 when they bring nothing new', async () => {
      const { identify, track } = startSandbox()
      await identify(known)

      expect(await track({ ...known, event: 'Signed up' })).toMatchObject({ status: 200 })
    })

    it('answers 206 when the contact could not be stored', async () => {
      const { track, activities } = startSandbox()
      const answer = await track({ user_id: 'u1', event: 'Signed up', traits: { birthday: 'never' } })

      expect(answer).toMatchObject({
        status: 206,
        message: 'The activity is queued, but its contact was not stored: There is nothing valid in it to store'
      })
      expect(activities()).toHaveLength(1)
    })
  })
})
