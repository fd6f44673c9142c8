import { ACCOUNT, START, startSandbox } from './harness'
import { describeConversionProblem, describeSkippedValue, HISTORY_SENTENCES, ITEM_SENTENCES } from '../model/sentences'

const email = { kind: 'Email', value: 'a@example.com' }
const userId = (value: string) => ({ kind: 'user id', value })

describe('an identify item', () => {
  it('is rejected with 400 without a user id and an anonymous id', async () => {
    const { identify, contacts, account } = startSandbox()

    expect(await identify({ traits: { name: 'A' } })).toMatchObject({ status: 400 })
    expect(await identify({ user_id: '', anonymous_id: '', traits: { name: 'A' } })).toMatchObject({ status: 400 })
    expect(contacts()).toHaveLength(0)
    expect(account.identifyUsage.used()).toBe(0)
  })

  it('is rejected with 422 if no trait mapping is saved, and kept as a sample', async () => {
    const { identify, account } = startSandbox({ ...ACCOUNT, traits: undefined })
    const item = { user_id: 'u1', traits: { name: 'A' } }

    expect(await identify(item)).toMatchObject({ status: 422, message: ITEM_SENTENCES.no_contact_mapping() })
    expect(account.samples.all().contacts).toEqual([item])
  })

  it('creates the contact with its mapped traits, each converted to its type; unmapped traits are ignored', async () => {
    const { identify, contacts } = startSandbox()
    const traits = { name: 'Lana', birthday: '28-07-1980', vip_customers: true, shoe: 38 }

    expect(await identify({ user_id: 'u1', anonymous_id: 'a1', traits })).toMatchObject({ status: 200 })
    expect(contacts()).toHaveLength(1)
    expect(contacts()[0].fields).toEqual(
      new Map<string, unknown>([
        ['Name', 'Lana'],
        ['Birthday', '1980-07-28'],
        ['VIP', true]
      ])
    )
    expect(contacts()[0].ids.map(({ value }) => value)).toEqual(['u1', 'a1'])
  })

  it('is stored without a value that cannot be converted, and the log says why', async () => {
    const { identify, contacts, account } = startSandbox()
    const item = { user_id: 'u1', traits: { name: 'Lana', birthday: '1980-07-28' } }

    expect(await identify(item)).toMatchObject({ status: 200 })
    expect([...contacts()[0].fields.keys()]).toEqual(['Name'])
    expect(account.log.entries()).toEqual([
      {
        time: new Date(START).toISOString(),
        status: 200,
        code: 'value_skipped',
        message: describeSkippedValue(
          'birthday',
          'Birthday',
          describeConversionProblem('1980-07-28', { name: 'Birthday', type: 'date', format: 'DD-MM-YYYY' })
        ),
        item,
        key: 'birthday',
        field: 'Birthday'
      }
    ])
  })

  it('gets 422 if it contains nothing valid, and 200 then 422 if it is sent twice', async () => {
    const { identify, contacts } = startSandbox()
    const item = { user_id: 'u1', traits: { name: 'Lana' } }

    expect(await identify({ user_id: 'u9', traits: { birthday: 'never' } })).toMatchObject({
      status: 422,
      message: ITEM_SENTENCES.nothing_valid()
    })
    expect(contacts()).toHaveLength(0)
    expect(await identify(item)).toMatchObject({ status: 200 })
    expect(await identify(item)).toMatchObject({
      status: 422,
      message: ITEM_SENTENCES.nothing_new()
    })
  })

  it('sets the location rather than the IP address', async () => {
    const { identify, contacts } = startSandbox()
    await identify({ user_id: 'u1', ip: '203.0.113.7' })
    expect(contacts()[0].ip).toBe('203.0.113.7')

    await identify({ user_id: 'u1', ip: '203.0.113.8', location: { city: 'Paris' } })
    expect(contacts()[0]).toMatchObject({ ip: '203.0.113.7', location: { city: 'Paris' } })
    expect(await identify({ user_id: 'u1', location: { city: 'Paris' } })).toMatchObject({ status: 422 })
    expect(await identify({ user_id: 'u1', ip: '203.0.113.9' })).toMatchObject({ status: 422 })
  })

  it('can change the IP address alone, and keeps it if the item has none', async () => {
    const { identify, contacts } = startSandbox()
    await identify({ user_id: 'u1', ip: '203.0.113.7' })

    expect(await identify({ user_id: 'u1', ip: '203.0.113.8' })).toMatchObject({ status: 200 })
    await identify({ user_id: 'u1', traits: { name: 'Lana' } })
    expect(contacts()[0].ip).toBe('203.0.113.8')
  })

  it('may have an empty location and an empty IP address, which are ignored', async () => {
    const { identify, contacts } = startSandbox()

    expect(await identify({ user_id: 'u1', location: {}, ip: '' })).toMatchObject({ status: 422 })
    await identify({ user_id: 'u1', location: {}, ip: '203.0.113.7' })
    expect(contacts()[0].location).toBeUndefined()
    expect(contacts()[0].ip).toBe('203.0.113.7')
  })

  it('fills a yes/no field with an Engage audience that is sent as a trait', async () => {
    const { identify, contacts } = startSandbox()
    await identify({ user_id: 'u1', traits: { vip_customers: true } })
    await identify({ user_id: 'u1', traits: { vip_customers: false } })

    expect(contacts()[0].fields.get('VIP')).toBe(false)
  })

  it('may have a trait named __proto__, which is ignored', async () => {
    const { post, contacts } = startSandbox()
    await post('/identify', '[{"user_id":"u1","traits":{"__proto__":{"admin":true},"name":"A"}}]')

    expect(contacts()[0].fields).toEqual(new Map([['Name', 'A']]))
    expect(({} as { admin?: boolean }).admin).toBeUndefined()
  })

  describe('finds the contact', () => {
    it.each<[string, { traits?: object }]>([
      ['user id', { user_id: 'u1' } as object],
      ['anonymous id', { anonymous_id: 'a1' } as object],
      ['unique identifier', { anonymous_id: 'a2', traits: { email: 'a@example.com' } } as object]
    ])('by the %s', async (_by, item) => {
      const { identify, contacts } = startSandbox()
      await identify({ user_id: 'u1', anonymous_id: 'a1', traits: { email: 'a@example.com' } })
      await identify({ ...item, traits: { ...item.traits, name: 'Lana' } })

      expect(contacts()).toHaveLength(1)
      expect(contacts()[0].fields.get('Name')).toBe('Lana')
    })

    it('and merges contacts that one item identifies, with their activities and their history', async () => {
      const { identify, track, contacts } = startSandbox()
      await identify({ user_id: 'u1', traits: { email: 'a@example.com' } })
      await identify({ anonymous_id: 'a1', traits: { name: 'Lana' } })
      await track({ anonymous_id: 'a1', event: 'Signed up' })
      expect(await identify({ anonymous_id: 'a1', traits: { email: 'a@example.com' } })).toMatchObject({ status: 200 })

      expect(contacts()).toHaveLength(1)
      const [contact] = contacts()
      expect(contact.ids.map(({ value }) => value)).toEqual(['u1', 'a1'])
      expect(Object.fromEntries(contact.fields)).toEqual({ Email: 'a@example.com', Name: 'Lana' })
      expect(contact.activities.map(({ event }) => event)).toEqual(['Signed up'])
      expect(contact.history[contact.history.length - 1]).toEqual({
        at: '2026-03-10T12:00:00.000Z',
        code: 'merged',
        text: HISTORY_SENTENCES.merged(2, email, { kind: 'anonymous id', value: 'a1' })
      })
    })

    it('and merges any number of activities', () => {
      const { account } = startSandbox({ ...ACCOUNT, plan: { contacts: 10_000 } })
      account.identify({ user_id: 'u1', traits: { name: 'A' }, ip: undefined, location: undefined })
      account.identify({ anonymous_id: 'a1', traits: { name: 'B' }, ip: undefined, location: undefined })
      for (let index = 0; index < 150_000; index += 1) {
        account.track({ anonymous_id: 'a1', event: 'Signed up', ip: undefined, location: undefined })
      }
      account.identify({ user_id: 'u1', anonymous_id: 'a1', traits: {}, ip: undefined, location: undefined })

      expect(account.contacts.all().map(({ activities }) => activities.length)).toEqual([150_000])
    })

    it('but not by an email address that changed while Email was not a unique identifier', async () => {
      const { identify, contacts, account } = startSandbox()
      await identify({ user_id: 'u1', traits: { email: 'old@example.com' } })
      account.configure({ ...account.file, uniqueIdentifiers: [] })
      await identify({ user_id: 'u1', traits: { email: 'new@example.com' } })
      account.configure({ ...account.file, uniqueIdentifiers: ['Email'] })
      await identify({ user_id: 'u2', traits: { email: 'old@example.com' } })

      expect(contacts().map(({ fields }) => fields.get('Email'))).toEqual(['new@example.com', 'old@example.com'])
    })

    it('and names in its history the contact that each entry came from', async () => {
      const { identify, contacts } = startSandbox()
      for (let index = 1; index <= 12; index += 1) {
        await identify({ user_id: `Contact ${index}: me`, traits: { name: 'A' } })
      }
      await identify({ user_id: 'Contact 11: me', traits: { email: 'a@example.com' } })
      await identify({ user_id: 'Contact 12: me', traits: { email: 'a@example.com' } })
      await identify({ user_id: 'Contact 1: me', traits: { email: 'a@example.com' } })
      const [last] = contacts().slice(-1)

      expect(last.history.map(({ code, from, text }) => [code, from, text])).toEqual([
        ['created', undefined, HISTORY_SENTENCES.created(userId('Contact 11: me'))],
        ['created', 12, HISTORY_SENTENCES.created(userId('Contact 12: me'))],
        ['merged', undefined, HISTORY_SENTENCES.merged(12, email, userId('Contact 12: me'))],
        ['created', 1, HISTORY_SENTENCES.created(userId('Contact 1: me'))],
        ['merged', undefined, HISTORY_SENTENCES.merged(1, email, userId('Contact 1: me'))]
      ])

      await identify({ user_id: 'Contact 2: me', traits: { email: 'b@example.com' } })
      await identify({ anonymous_id: 'a2', traits: { email: 'b@example.com' } })
      await identify({ user_id: 'Contact 11: me', traits: { email: 'b@example.com' } })
      expect(contacts()[0].history.map(({ code, from }) => [code, from])).toEqual([
        ['created', undefined],
        ['created', 11],
        ['created', 12],
        ['merged', 11],
        ['created', 1],
        ['merged', 11],
        ['merged', undefined]
      ])
    })

    it('but not by the anonymous id of another user: two people on one browser stay two contacts', async () => {
      const { identify, track, contacts, activities } = startSandbox()
      await identify({ user_id: 'anna', anonymous_id: 'browser', traits: { name: 'Anna', email: 'anna@example.com' } })
      await identify({ user_id: 'ben', anonymous_id: 'browser', traits: { name: 'Ben', email: 'ben@example.com' } })
      await identify({ user_id: 'ben', anonymous_id: 'browser', traits: { name: 'Benjamin' } })
      await track({ user_id: 'ben', anonymous_id: 'browser', event: 'Signed up' })
      await track({ anonymous_id: 'browser', event: 'Signed up' })

      expect(contacts().map(({ ids, fields }) => [ids.map(({ value }) => value), fields.get('Name')])).toEqual([
        [['anna', 'browser'], 'Anna'],
        [['ben'], 'Benjamin']
      ])
      const [, ben] = contacts()
      const browser = { kind: 'anonymous id', value: 'browser' }
      expect(ben.history.map(({ code, text }) => [code, text])).toEqual([
        ['created', expect.any(String)],
        ['anonymous_id_of_other_user', HISTORY_SENTENCES.anonymous_id_of_other_user(browser, 1, userId('anna'))]
      ])
      expect(contacts().map(({ activities }) => activities.length)).toEqual([1, 1])
      expect(activities()[0].ids).toEqual([userId('ben')])
    })

    it('but gives a contact no activities that another user did with its anonymous id', async () => {
      const { identify, track, contacts, activities } = startSandbox()
      await track({ user_id: 'ben', anonymous_id: 'browser', event: 'Signed up' })
      await track({ anonymous_id: 'browser', event: 'Signed up' })
      await identify({ user_id: 'anna', anonymous_id: 'browser', traits: { name: 'Anna' } })
      expect(activities().map(({ state }) => state)).toEqual(['waiting', 'attached'])

      await identify({ user_id: 'ben', traits: { name: 'Ben' } })
      expect(contacts().map(({ activities }) => activities.length)).toEqual([1, 1])
    })

    it('by an anonymous id that was used before the user id was known', async () => {
      const { identify, contacts } = startSandbox()
      await identify({ anonymous_id: 'browser', traits: { name: 'Anna' } })
      await identify({ user_id: 'anna', anonymous_id: 'browser', traits: { email: 'anna@example.com' } })

      expect(contacts().map(({ ids }) => ids.map(({ value }) => value))).toEqual([['browser', 'anna']])
    })

    it('but not by an email address that changed', async () => {
      const { identify, contacts } = startSandbox()
      await identify({ user_id: 'u1', traits: { email: 'old@example.com' } })
      await identify({ user_id: 'u1', traits: { email: 'new@example.com' } })
      await identify({ user_id: 'u2', traits: { email: 'old@example.com' } })

      expect(contacts().map(({ fields }) => fields.get('Email'))).toEqual(['new@example.com', 'old@example.com'])
    })
  })

  describe('with the merge setting', () => {
    it.each([
      ['overwrite', 'the later changed', { Name: 'Second' }, '203.0.113.2'],
      ['append', 'the first', { Name: 'First' }, '203.0.113.1']
    ])('%s, when two contacts are merged, the values of %s are kept', async (merge, _which, fields, ip) => {
      const { identify, contacts, advanceMinutes } = startSandbox({ ...ACCOUNT, dataSource: { merge } })
      await identify({ user_id: 'u1', traits: { name: 'First' }, ip: '203.0.113.1' })
      advanceMinutes(1)
      await identify({ anonymous_id: 'a1', traits: { name: 'Second' }, ip: '203.0.113.2' })
      await identify({ user_id: 'u1', anonymous_id: 'a1' })

      expect(contacts().map((contact) => [Object.fromEntries(contact.fields), contact.ip])).toEqual([[fields, ip]])
    })

    it.each([0, 1])(
      'overwrite, when two contacts are merged, the values of the first are kept if it changed %d minutes later',
      async (minutes) => {
        const { identify, contacts, advanceMinutes } = startSandbox()
        await identify({ user_id: 'u1', traits: { name: 'Old' } })
        await identify({ anonymous_id: 'a1', traits: { name: 'Second' } })
        advanceMinutes(minutes)
        await identify({ user_id: 'u1', traits: { name: 'First' } })
        await identify({ user_id: 'u1', anonymous_id: 'a1' })

        expect(contacts().map((contact) => Object.fromEntries(contact.fields))).toEqual([{ Name: 'First' }])
      }
    )

    it.each([
      ['overwrite', ['first', 'second', 'third'], 'third'],
      ['overwrite', ['first', 'third', 'second'], 'third'],
      ['overwrite', ['third', 'second', 'first'], 'third'],
      ['overwrite', ['second', 'third', undefined], 'third'],
      ['overwrite', ['first', undefined, 'third'], 'third'],
      ['overwrite', [undefined, 'second', 'first'], 'second'],
      ['overwrite', [undefined, 'first', 'second'], 'second'],
      ['append', [undefined, 'first', 'second'], 'first']
    ])(
      '%s, when three contacts are merged that changed in the order %j, the value of the %s is kept',
      async (merge, order, name) => {
        const { identify, contacts, advanceMinutes } = startSandbox({ ...ACCOUNT, dataSource: { merge } })
        const traits = { email: 'a@example.com' }
        const ids = [{ user_id: 'u0' }, { user_id: 'u1' }, { anonymous_id: 'a1' }]
        await identify({ ...ids[0], traits })
        await identify({ ...ids[1], ip: '203.0.113.1' })
        await identify({ ...ids[2], ip: '203.0.113.2' })
        for (const time of ['first', 'second', 'third']) {
          const which = order.indexOf(time)
          advanceMinutes(1)
          if (which >= 0) {
            await identify({ ...ids[which], traits: { name: time } })
          }
        }
        await identify({ ...ids[1], ...ids[2], traits })

        expect(contacts().map(({ fields }) => fields.get('Name'))).toEqual([name])
      }
    )

    it.each([
      ['u1', { user_id: 'u1' }, { anonymous_id: 'a1' }],
      ['a1', { anonymous_id: 'a1' }, { user_id: 'u1' }]
    ])('overwrite, when two contacts are merged, the only location is kept: of %s', async (_id, placed, other) => {
      const { identify, contacts, advanceMinutes } = startSandbox()
      await identify({ ...placed, ip: '203.0.113.1' })
      await identify({ ...placed, location: { city: 'Paris' } })
      advanceMinutes(1)
      await identify({ ...other, traits: { name: 'Lana' } })
      await identify({ user_id: 'u1', anonymous_id: 'a1' })

      expect(contacts()).toMatchObject([{ ip: '203.0.113.1', location: { city: 'Paris' } }])
    })

    it.each([
      ['overwrite', { city: 'Rome' }, undefined, '203.0.113.9'],
      ['append', { city: 'Paris' }, { city: 'Rome' }, '203.0.113.8'],
      ['ignore existing', { city: 'Paris' }, undefined, '203.0.113.8']
    ])('%s, the same rule applies to the location and the IP address', async (merge, location, added, ip) => {
      const { identify, contacts } = startSandbox({ ...ACCOUNT, dataSource: { merge } })
      await identify({ user_id: 'u1', location: { city: 'Paris' } })
      await identify({ user_id: 'u2', ip: '203.0.113.8' })
      const placed = await identify({ user_id: 'u1', location: { city: 'Rome' } })
      await identify({ user_id: 'u2', ip: '203.0.113.9' })

      expect(placed.status).toBe(merge === 'overwrite' ? 200 : 422)
      expect(contacts().map((contact) => contact.location ?? contact.ip)).toEqual([location, ip])
      await identify({ user_id: 'u2', location: { city: 'Rome' } })
      expect(contacts()[1].location).toEqual(merge === 'overwrite' ? { city: 'Rome' } : added)
    })

    it.each([
      ['overwrite', 'Rome'],
      ['append', 'Paris']
    ])('%s, when two contacts are merged, the location is: %s', async (merge, city) => {
      const { identify, contacts, advanceMinutes } = startSandbox({ ...ACCOUNT, dataSource: { merge } })
      await identify({ user_id: 'u1', location: { city: 'Paris' }, ip: '203.0.113.8' })
      advanceMinutes(1)
      await identify({ anonymous_id: 'a1', location: { city: 'Rome' } })
      await identify({ user_id: 'u1', anonymous_id: 'a1' })

      expect(contacts().map(({ location }) => location)).toEqual([{ city }])
    })

    const update = async (merge: string) => {
      const { identify, contacts } = startSandbox({ ...ACCOUNT, dataSource: { merge } })
      await identify({ user_id: 'u1', traits: { name: 'Old' } })
      const { status } = await identify({ user_id: 'u1', traits: { name: 'New', vip_customers: true } })
      return { status, fields: Object.fromEntries(contacts()[0].fields) }
    }

    it('overwrite, newer values replace older ones', async () => {
      expect(await update('overwrite')).toEqual({ status: 200, fields: { Name: 'New', VIP: true } })
    })

    it('append, only empty fields are filled', async () => {
      expect(await update('append')).toEqual({ status: 200, fields: { Name: 'Old', VIP: true } })
    })

    it('ignore existing, existing contacts do not change', async () => {
      expect(await update('ignore existing')).toEqual({ status: 422, fields: { Name: 'Old' } })
    })

    it.each([
      ['new data for existing contacts only', { Name: 'Old', VIP: true }],
      ['overwrite for existing contacts only', { Name: 'New', VIP: true }]
    ] as const)('%s, no contact is created, and an activity waits', async (merge, fields) => {
      const sandbox = startSandbox()
      const { identify, track, contacts, activities } = sandbox
      await identify({ user_id: 'u1', traits: { name: 'Old' } })
      sandbox.account.configure({ ...sandbox.account.file, dataSource: { ...sandbox.account.file.dataSource, merge } })

      expect(await identify({ user_id: 'u1', traits: { name: 'New', vip_customers: true } })).toMatchObject({
        status: 200
      })
      expect(Object.fromEntries(contacts()[0].fields)).toEqual(fields)
      expect(await identify({ user_id: 'u2', traits: { name: 'New' } })).toMatchObject({
        status: 422,
        message: ITEM_SENTENCES.contact_not_created()
      })
      expect(await track({ user_id: 'u2', event: 'Signed up', traits: { name: 'New' } })).toMatchObject({ status: 206 })
      expect([contacts().length, activities().map(({ state }) => state)]).toEqual([1, ['waiting']])
    })
  })
})
