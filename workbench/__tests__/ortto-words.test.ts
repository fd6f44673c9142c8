import { Fault } from '../../sandbox'
import type { ContactJson, UsageJson, Summary } from '../../sandbox'
import { namesOf } from '../page/src/ortto/account'
import { describeFault, faultOf, FAULTS } from '../page/src/ortto/faults'
import { describeUsage, limitsOf, percentOf } from '../page/src/ortto/limits'
import { inWords } from '../page/src/ortto/words'
import { timelineOf } from '../page/src/ortto/timeline'
import { localOrtto, START } from './local-ortto'

describe('the limits of a plan', () => {
  it('are the same as in Ortto', async () => {
    const plan = {
      contacts: 20,
      activities: 3,
      customFields: 100,
      trackFactor: 7,
      classicUsage: { identify: 0, track: 0 }
    }
    const { usage } = await localOrtto({ plan }).ask<Summary>('summary')
    expect(limitsOf(plan)).toEqual({ identify: usage.identify.limit, track: usage.track.limit })
  })

  it('are described with the time when more events are accepted', async () => {
    const { identify, clock, ask } = localOrtto({ plan: { contacts: 1 }, traits: {} })
    await identify(...Array.from({ length: 10 }, (_, index) => ({ user_id: `u${index}`, ip: '203.0.113.7' })))
    clock.advance(60 * 60_000)
    const { usage, now } = await ask<Summary>('summary')
    expect(describeUsage(usage.identify, now)).toBe(
      'Limit reached: events get 429. More are accepted from 2026-03-11 12:01 UTC, in 23 hours.'
    )
    expect(percentOf(usage.identify)).toBe(100)
  })

  it.each<[UsageJson, string, number]>([
    [{ used: 3, limit: 50_000 }, '49,997 remaining.', 0.006],
    [{ used: 0, limit: 0 }, 'The plan includes no events: every event gets 429.', 100],
    [{ used: 60, limit: 50 }, 'Limit reached: events get 429. Waiting does not help', 100]
  ])('are described in words: %j', (usage, words, percent) => {
    expect(describeUsage(usage, START)).toContain(words)
    expect(percentOf(usage)).toBeCloseTo(percent)
  })

  it.each([
    ['2026-03-10T12:00:00.200Z', 'in 1 second'],
    ['2026-03-10T12:00:59Z', 'in 59 seconds'],
    ['2026-03-10T13:00:00Z', 'in 1 hour'],
    ['2026-03-13T12:00:00Z', 'in 3 days']
  ])('are described with the time until %s', (to, words) => {
    expect(inWords(START, to)).toBe(words)
  })
})

describe("a contact's timeline", () => {
  it('combines its history, including that of merged contacts, with its activities, newest first', async () => {
    const { identify, track, clock, ask } = localOrtto({
      fields: [{ name: 'Email', type: 'email' }],
      uniqueIdentifiers: ['Email'],
      traits: { email: 'Email' },
      activities: [{ name: 'Signed up', retentionDays: 'for ever' }]
    })
    await identify({ user_id: 'u1', traits: { email: 'a@example.org' } })
    clock.advance(60_000)
    await track({ user_id: 'u1', event: 'Signed up' }, { user_id: 'u1', event: 'Signed up', timestamp: '2020-01-01' })
    clock.advance(60_000)
    await identify({ anonymous_id: 'a1', traits: { email: 'b@example.org' } })
    clock.advance(60_000)
    await identify({ user_id: 'u1', anonymous_id: 'a1' })
    const [contact] = await ask<ContactJson[]>('contacts')

    const entries = timelineOf(contact, [
      { contact: 1, time: '2026-03-10T12:05:00Z', isCreated: false, set: [['Email', 'b']] }
    ])
    expect(entries.map(({ time }) => time.slice(0, 16))).toEqual([
      '2026-03-10T12:05',
      '2026-03-10T12:03',
      '2026-03-10T12:02',
      '2026-03-10T12:01',
      '2026-03-10T12:00',
      '2020-01-01T00:00'
    ])
    expect(entries[0].update?.set).toEqual([['Email', 'b']])
    expect(entries[1].text).toBe(contact.history[2].text)
    expect(entries[2].text).toBe(`Contact 2: ${contact.history[1].text}`)
    expect(entries[3].activity).toMatchObject({ event: 'Signed up', state: 'attached' })
  })
})

describe('a fault', () => {
  const form = {
    status: 503,
    itemStatus: 500 as const,
    every: 2,
    event: 'Signed up',
    message: 'No',
    location: '/login',
    bytes: 1000,
    milliseconds: 3000,
    once: false
  }

  it.each(namesOf(FAULTS))('is valid in the control API, and has a description: %s', (kind) => {
    const fault = faultOf({ kind, ...form })
    expect(Fault.parse(fault)).toEqual(fault)
    const start = kind === 'item status' ? 'status 500 “No” of one in 2 of each activity “Signed up”' : kind
    expect(describeFault(fault)).toMatch(new RegExp(`^${start}.*, until it is switched off$`))
  })
})
