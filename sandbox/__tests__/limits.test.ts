import { ACCOUNT, startSandbox } from './harness'
import { ITEM_SENTENCES } from '../model/sentences'

const plan = { contacts: 1, activities: 2 }
const contactItem = (index: number) => ({ user_id: `u${index}`, traits: { name: 'A' } })
const contactItems = (count: number) => Array.from({ length: count }, (_, index) => contactItem(index))
const signUps = (count: number) => contactItems(count).map(({ user_id }) => ({ user_id, event: 'Signed up' }))

describe('the rate limits of 24 hours', () => {
  it('are 10 identify items for each contact of the plan', async () => {
    const { identifyAll, contacts } = startSandbox({ ...ACCOUNT, plan })
    const { errors } = await identifyAll(contactItems(12))

    expect(errors.map(({ index, status }) => [index, status])).toEqual([
      [10, 429],
      [11, 429]
    ])
    expect(errors[0].message).toBe(ITEM_SENTENCES.rate_limited('identify', 10, '2026-03-11T12:01:00.000Z'))
    expect(contacts()).toHaveLength(10)
  })

  it('are 5 track items for each contact and activity of the plan, or another factor', async () => {
    const { trackAll } = startSandbox({ ...ACCOUNT, plan })
    const other = startSandbox({ ...ACCOUNT, plan: { ...plan, trackFactor: 10 } })

    const { errors } = await trackAll(signUps(12))

    expect(errors.map(({ index }) => index)).toEqual([10, 11])
    expect(errors[0].message).toBe(ITEM_SENTENCES.rate_limited('track', 10, '2026-03-11T12:01:00.000Z'))
    expect((await other.trackAll(signUps(22))).errors.map(({ index }) => index)).toEqual([20, 21])
  })

  it('have room again when the items are a day old, to the minute', async () => {
    const { identifyAll, advanceMinutes, account } = startSandbox({ ...ACCOUNT, plan })
    await identifyAll(contactItems(10))
    advanceMinutes(24 * 60)
    expect((await identifyAll([contactItem(20)])).status).toBe(207)
    advanceMinutes(1)
    expect((await identifyAll([contactItem(20)])).status).toBe(200)
    expect(account.identifyUsage.used()).toBe(1)
  })

  it('count a track item with traits in both', async () => {
    const { trackAll, account } = startSandbox({ ...ACCOUNT, plan })
    const withTraits = signUps(2).map((item) => ({ ...item, traits: { name: 'A' } }))
    await trackAll([...withTraits, ...signUps(1)])

    expect([account.trackUsage.used(), account.identifyUsage.used()]).toEqual([3, 2])
  })

  it('count a track item with traits in both also if its activity is rejected', async () => {
    const { trackAll, account } = startSandbox({ ...ACCOUNT, plan })
    const traits = { name: 'A' }
    const { errors } = await trackAll([
      { user_id: 'u1', event: 'Fax sent', traits },
      { user_id: 'u1', event: 'Page viewed', timestamp: '2020-01-01T00:00:00Z', traits }
    ])

    expect(errors.map(({ status }) => status)).toEqual([422, 422])
    expect([account.trackUsage.used(), account.identifyUsage.used()]).toEqual([2, 2])
    expect(account.contacts.all()).toHaveLength(0)
  })

  it('have room again when enough items are a day old, if more than the limit is used', async () => {
    const { identifyAll, account, advanceMinutes } = startSandbox({ ...ACCOUNT, plan })
    await identifyAll(contactItems(2))
    advanceMinutes(10)
    await identifyAll(contactItems(6).map((item) => ({ ...item, user_id: `b${item.user_id}` })))
    account.configure({ ...account.file, plan: { ...account.file.plan, classicUsage: { identify: 5, track: 0 } } })

    expect((await identifyAll([contactItem(20)])).errors[0].message).toBe(
      ITEM_SENTENCES.rate_limited('identify', 10, '2026-03-11T12:11:00.000Z')
    )
  })

  it('are shared with the classic integration', async () => {
    const classicUsage = { identify: 9, track: 10 }
    const { identifyAll, trackAll } = startSandbox({ ...ACCOUNT, plan: { ...plan, classicUsage } })

    expect((await identifyAll(contactItems(2))).errors.map(({ index }) => index)).toEqual([1])
    expect((await trackAll(signUps(1))).errors).toMatchObject([
      { status: 429, message: ITEM_SENTENCES.rate_limited('track', 10, undefined) }
    ])
  })

  it('let an activity be stored if only its contact is over the limit', async () => {
    const { trackAll, activities } = startSandbox({
      ...ACCOUNT,
      plan: { ...plan, classicUsage: { identify: 10, track: 0 } }
    })
    const { errors } = await trackAll([{ user_id: 'u1', event: 'Signed up', traits: { name: 'A' } }])

    expect(errors).toMatchObject([{ status: 206 }])
    expect(activities()).toHaveLength(1)
  })
})
