import fc from 'fast-check'
import { createSandbox } from '..'
import { toKey } from '../model/identifiers'
import { ACCOUNT, startSandbox } from './harness'

const pick = <Value>(...values: Value[]) => fc.constantFrom(...values, undefined)

/** Few ids and addresses, so that items share them often. */
const item = fc.record({
  user_id: pick('u1', 'u2', 'u3'),
  anonymous_id: pick('a1', 'a2', 'a3'),
  traits: fc.option(fc.record({ email: pick('1@example.com', '2@example.com'), name: pick('A', 'B', 'C') }), {
    nil: undefined
  }),
  message_id: pick('m1', 'm2', 'm3'),
  timestamp: pick('2026-03-01T00:00:00Z', '2026-03-02T00:00:00Z'),
  ip: pick('203.0.113.7'),
  location: pick({ city: 'Paris' })
})
const step = fc.oneof(
  fc.record({ kind: fc.constant('identify' as const), items: fc.array(item, { maxLength: 5 }) }),
  fc.record({ kind: fc.constant('track' as const), items: fc.array(item, { maxLength: 5 }) }),
  fc.record({ kind: fc.constant('audience' as const), mode: fc.constantFrom('add', 'remove'), item }),
  fc.record({ kind: fc.constant('advance' as const), minutes: fc.constantFrom(0.5, 1, 60, 24 * 60) })
)

type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

/** A sandbox after these steps. */
async function after(steps: readonly Step[], merge: string) {
  const plan = { contacts: 1, activities: 1, trackFactor: 30 }
  const sandbox = startSandbox({ ...ACCOUNT, plan, dataSource: { merge } })
  const { id } = (await sandbox.post('/audiences/create', { name: 'VIP' })).body as { id: string }
  for (const one of steps) {
    switch (one.kind) {
      case 'identify':
        await sandbox.identifyAll(one.items)
        break
      case 'track':
        await sandbox.trackAll(one.items.map((each) => ({ ...each, event: 'Signed up' })))
        break
      case 'audience':
        await sandbox.identifyAll([{ ...one.item, audience: { mode: one.mode, id } }])
        break
      case 'advance':
        sandbox.advanceMinutes(one.minutes)
    }
  }
  return sandbox
}

describe('after any requests in any order', () => {
  const steps = fc.array(step, { maxLength: 25 })
  const merge = fc.constantFrom('overwrite', 'append', 'ignore existing')
  /** A failure prints its seed. */
  const always = (check: (sandbox: Awaited<ReturnType<typeof after>>) => void) =>
    fc.assert(
      fc.asyncProperty(steps, merge, async (done, setting) => check(await after(done, setting))),
      { numRuns: 200 }
    )

  it('no two contacts share an identifier', () =>
    always(({ contacts }) => {
      const identifiers = contacts().flatMap(({ ids, fields }) => {
        const email = fields.get('Email')
        return [...ids.map(toKey), ...(email === undefined ? [] : [`Email ${String(email)}`])]
      })

      expect(new Set(identifiers).size).toBe(identifiers.length)
    }))

  it('no activity is attached twice or to two contacts', () =>
    always(({ contacts, activities }) => {
      const attached = contacts().flatMap((contact) => contact.activities)

      expect(new Set(attached).size).toBe(attached.length)
      expect(attached.length).toBe(activities().filter(({ state }) => state === 'attached').length)
    }))

  it('usage never exceeds the limit', () =>
    always(({ account: { identifyUsage, trackUsage } }) => {
      expect(identifyUsage.used()).toBeLessThanOrEqual(identifyUsage.limit)
      expect(trackUsage.used()).toBeLessThanOrEqual(trackUsage.limit)
    }))

  it('exporting, importing and exporting again gives the same bytes', () =>
    always((sandbox) => {
      const saved = JSON.stringify(sandbox.toState())
      const other = createSandbox({ clock: sandbox.clock })
      other.restore(JSON.parse(saved))

      expect(JSON.stringify(other.toState())).toBe(saved)
    }))
})
