import fc from 'fast-check'
import { Clock, createSandbox, PlanUsage } from '..'

const NOW = Date.parse('2026-03-10T12:00:00Z')
const RETENTION_DAYS = 30

const pick = <Value>(...values: Value[]) => fc.constantFrom(...values, undefined)
const item = fc.record({
  ids: fc
    .record({ user_id: pick('u1', 'u2', 'u3'), anonymous_id: pick('a1', 'a2', 'a3') })
    .filter(({ user_id, anonymous_id }) => user_id !== undefined || anonymous_id !== undefined),
  kind: fc.constantFrom('contact', 'activity', 'activity'),
  repeated: fc.constantFrom(1, 2, 30, 60),
  timestamp: pick('2026-02-01T00:00:00Z', '2026-03-08T23:00:00Z', '2026-03-09T01:00:00+02:00', '2026-03-10T02:00:00Z'),
  traits: fc.constantFrom({ name: 'Lana' }, {}, undefined, undefined),
  ip: pick('203.0.113.7', ''),
  location: fc.constantFrom({ city: 'Sydney' }, {}, undefined, undefined),
  audience: fc.constantFrom('add' as const, 'remove' as const, undefined, undefined)
})

describe('the usage of a plan that an estimate counts', () => {
  it('is what a local Ortto counts for the same items, and so is its backlog', () => {
    fc.assert(
      fc.property(fc.array(item, { maxLength: 20 }), (items) => {
        const { account } = createSandbox({
          clock: new Clock(() => NOW),
          account: {
            plan: { contacts: 1_000_000 },
            fields: [{ name: 'Name', type: 'text' }],
            traits: { name: 'Name' },
            activities: [{ name: 'Signed up', retentionDays: RETENTION_DAYS }],
            audiences: ['VIP']
          }
        })
        const id = account.audiences.find('VIP')?.id ?? ''
        const usage = new PlanUsage({ contacts: 1, activities: 1, trackFactor: 5, retentionDays: RETENTION_DAYS }, NOW)
        const counts = { identify: 0, track: 0, tooOld: 0, empty: 0, waiting: 0 }
        const codes: string[] = []
        let number = 0
        for (const { ids, kind, repeated, audience: mode, ...members } of items) {
          for (let count = 0; count < repeated; count++) {
            number += 1
            const audience = mode && { mode, id }
            const sent = { ...ids, ...members, audience, message_id: `m${number}`, event: 'Signed up' }
            if (kind === 'contact') {
              counts.identify += 1
              counts.empty += usage.addContact(sent).isEmpty ? 1 : 0
              codes.push(account.identify({ ...sent, ip: sent.ip || undefined, location: present(sent.location) }).code)
            } else {
              const { bringsContact, isTooOld, isWaiting } = usage.addActivity(sent)
              counts.track += 1
              counts.identify += bringsContact ? 1 : 0
              counts.tooOld += isTooOld ? 1 : 0
              counts.waiting += isWaiting ? 1 : 0
              account.track({ ...sent, ip: sent.ip || undefined, location: present(sent.location) })
            }
          }
        }
        const stored = account.activities.all()
        const inState = (state: string) => stored.filter((activity) => activity.state === state).length
        const attachedLater = stored.filter(({ reasonCode }) => reasonCode === 'released_from_backlog').length
        const { known, discarded, unknown } = usage.waiting

        expect({ identify: account.identifyUsage.used(), track: account.trackUsage.used() }).toEqual({
          identify: counts.identify,
          track: counts.track
        })
        expect(counts.track - stored.length).toBe(counts.tooOld)
        expect({ known, discarded, unknown }).toEqual({
          known: inState('discarded') + attachedLater,
          discarded: inState('discarded'),
          unknown: inState('waiting')
        })
        expect(counts.waiting).toBe(known + unknown)
        expect(codes.filter((code) => code === 'nothing_valid')).toHaveLength(counts.empty)
      }),
      { numRuns: 300 }
    )
  })

  it('has the limits of the plan', () => {
    const plan = { contacts: 5000, activities: 5, trackFactor: 5, retentionDays: 90 }
    const { retentionDays: _, ...sizes } = plan
    const { account } = createSandbox({ account: { plan: sizes } })

    expect(new PlanUsage(plan, NOW).limits).toEqual({ identify: 50_000, track: 125_000 })
    expect([account.identifyUsage.limit, account.trackUsage.limit]).toEqual([50_000, 125_000])
  })

  it('refuses an item of another shape, as Ortto does', () => {
    const usage = new PlanUsage({ contacts: 1, activities: 1, trackFactor: 5, retentionDays: 90 }, NOW)

    expect(() => usage.addContact({ traits: { name: 'Lana' } })).toThrow('user_id')
    expect(() => usage.addActivity({ user_id: 'u1' })).toThrow('event')
  })
})

/** Ortto reads an empty location as none. */
function present(location: { city?: string } | undefined): { city?: string } | undefined {
  return location && Object.keys(location).length > 0 ? location : undefined
}
