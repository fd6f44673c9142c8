import { startSandbox } from './harness'

describe('the log', () => {
  it('keeps the last 500 errors, the newest last', async () => {
    const { identifyAll, account } = startSandbox()
    await identifyAll(Array.from({ length: 400 }, (_, index) => ({ note: index })))
    await identifyAll(Array.from({ length: 200 }, (_, index) => ({ note: 400 + index })))

    const notes = account.log.entries().map(({ item }) => (item as { note: number }).note)
    expect(notes).toEqual(Array.from({ length: 500 }, (_, index) => 100 + index))
  })
})

describe('samples', () => {
  it('are the newest three of a kind', async () => {
    const { identifyAll, trackAll, account } = startSandbox()
    await identifyAll([1, 2, 3, 4].map((index) => ({ user_id: `u${index}`, traits: {} })))
    await trackAll([1, 2, 3, 4].map((index) => ({ user_id: `u${index}`, event: 'Fax sent' })))

    const { contacts, activities } = account.samples.all()
    expect(contacts).toMatchObject([{ user_id: 'u2' }, { user_id: 'u3' }, { user_id: 'u4' }])
    expect(activities['Fax sent']).toHaveLength(3)
  })

  it('offer the 500 most recent activity names', async () => {
    const { trackAll, account } = startSandbox()
    const named = (index: number) => ({ user_id: 'u1', event: `event ${index}` })
    await trackAll(Array.from({ length: 500 }, (_, index) => named(index)))
    await trackAll([named(0), named(500)])

    const names = Object.keys(account.samples.all().activities)
    expect(names).toHaveLength(500)
    expect(names).toContain('event 0')
    expect(names).not.toContain('event 1')
  })
})
