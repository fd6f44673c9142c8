import { readFileSync } from 'fs'
import { join } from 'path'
import { startSandbox } from './harness'

/** A state that was saved by the version before reason codes: see sandbox/state/version-1.ts. */
const saved = JSON.parse(readFileSync(join(__dirname, 'state-version-1.json'), 'utf8')) as {
  clockAhead: number
  account: { traits: object }
  contacts: { story: string[] }[]
  activities: { reason: string }[]
  log: { message: string }[]
}

describe('a state of version 1', () => {
  it('is restored, with the code earlier for each decision', () => {
    const sandbox = startSandbox({})
    sandbox.restore(saved)
    const [lana, kim] = sandbox.contacts()

    expect(lana.history.map(({ code, from }) => [code, from])).toEqual([
      ...Array.from({ length: 6 }, () => ['earlier', undefined]),
      ['earlier', 2],
      ...Array.from({ length: 2 }, () => ['earlier', undefined])
    ])
    expect(lana.history[0]).toEqual({
      at: '2026-03-10T12:00:00.000Z',
      code: 'earlier',
      text: 'Created: no contact had the Email "a@example.com"'
    })
    expect(lana.history[6]).toEqual({
      at: '2026-03-10T12:01:00.000Z',
      code: 'earlier',
      text: 'Created: no contact had the anonymous id "Contact 9: me"',
      from: 2
    })
    expect(kim.history.map(({ from }) => from)).toEqual([undefined, 4, undefined])
    expect(sandbox.activities().map(({ reasonCode, reason }) => [reasonCode, reason])).toEqual(
      saved.activities.map(({ reason }) => ['earlier', reason])
    )
    expect(sandbox.account.log.entries().map(({ code, message }) => [code, message])).toEqual(
      saved.log.map(({ message }) => ['earlier', message])
    )
    expect(sandbox.clock.offsetMs).toBe(saved.clockAhead)
  })

  it('is saved as version 3 with the same contacts, activities, audiences, samples and usage', () => {
    const { restore, toState } = startSandbox({})
    restore(saved)
    const state = JSON.parse(JSON.stringify(toState())) as typeof saved & Record<string, unknown>

    expect(state.version).toBe(3)
    expect(state.account).toMatchObject({ traits: saved.account.traits, uniqueIdentifiers: ['Email', 'Name'] })
    for (const part of ['audiences', 'nextSynchronization', 'contactsCreated', 'fingerprints']) {
      expect([part, state[part]]).toEqual([part, (saved as Record<string, unknown>)[part]])
    }
    expect(state.samples).toMatchObject((saved as Record<string, unknown>).samples as object)
    expect(state.usage).toEqual((saved as Record<string, unknown>).usage)
    expect(state.contacts.map((contact) => ({ ...contact, history: undefined }))).toEqual(
      saved.contacts.map((contact) => ({ ...contact, story: undefined }))
    )
    expect(state.activities.map((activity) => ({ ...activity, reasonCode: undefined }))).toEqual(saved.activities)
    expect(state.log.map((entry) => ({ ...entry, code: undefined }))).toEqual(saved.log)
  })

  it('keeps working: released backlog, duplicates, merges and new entries with their codes', async () => {
    const { restore, identify, track, contacts, activities } = startSandbox({})
    restore(saved)
    const count = activities().length
    await track({ user_id: 'u1', event: 'Signed up', message_id: 'm1', timestamp: '2026-03-10T00:00:00Z' })
    expect(activities()).toHaveLength(count)

    await identify({ user_id: 'u3', traits: { email: 'a@example.com', name: 'Lana' } })
    const [lana] = contacts()
    expect(lana.ids.map(({ value }) => value)).toContain('u3')
    expect(lana.activities.map(({ reasonCode }) => reasonCode)).toContain('released_from_backlog')
    await identify({ anonymous_id: 'new', traits: { name: 'Zoe' } })
    expect(contacts().slice(-1)[0].history).toMatchObject([{ code: 'created' }])
  })

  it('may contain a history line without a time, which gets the time of the last change', () => {
    const odd = JSON.parse(JSON.stringify(saved)) as typeof saved & { contacts: { changedAt: number }[] }
    odd.contacts[0].story = ['Odd']
    const { restore, contacts } = startSandbox({})
    restore(odd)

    expect(contacts()[0].history).toEqual([
      { at: new Date(odd.contacts[0].changedAt).toISOString(), code: 'earlier', text: 'Odd' }
    ])
  })

  it('that is not valid is rejected with the path of the problem', () => {
    const { restore } = startSandbox({})

    expect(() => restore({ ...saved, contacts: [{}] })).toThrow('contacts[0].story: Invalid input')
    expect(() => restore({ ...saved, audiences: [] })).toThrow('contacts[0].memberships[0]: there is no audience "VIP"')
  })
})
