import { createSandbox } from '../../sandbox'
import type { Fault } from '../../sandbox'
import { serve } from '../../sandbox/http/serve'
import { Delivery, presetMappings } from '..'
import { ACCOUNT, fastTime, identify, itemsOf, track } from './harness'

const faults: Fault[] = [
  { kind: 'status', status: 503, message: 'Down', once: true },
  { kind: 'status', status: 429, message: 'Slow down', once: true },
  { kind: 'item status', status: 500, message: 'Broken', every: 7, once: false },
  { kind: 'item status', status: 429, message: 'Slow down', every: 3, once: false },
  { kind: 'redirect', location: '/login', once: true },
  { kind: 'size limit', bytes: 5000, once: false },
  { kind: 'delay', milliseconds: 50, once: true },
  { kind: 'stall', once: true },
  { kind: 'break', once: true },
  { kind: 'not JSON', once: true },
  { kind: 'wrong indices', once: true }
]

describe('a delivery to an Ortto with the fault', () => {
  it.each(faults)(
    '%j stores every event once, and reports no success that was not confirmed',
    async (fault) => {
      const { app, account, apiKey, faults: on } = createSandbox({ account: ACCOUNT })
      const { origin, close } = await serve(app)
      const people = Array.from({ length: 40 }, (_, index) => `u${index}`)
      const events = [
        ...people.map((id) => identify(id)),
        ...people.map((id, index) =>
          track(id, { messageId: `m${index}`, timestamp: '2026-03-01T00:00:00Z', properties: { pad: 'x'.repeat(100) } })
        )
      ]
      on.add(fault)
      const delivery = new Delivery({
        to: origin,
        settings: { api_key: apiKey },
        mappings: presetMappings(),
        time: fastTime()
      })
      const statuses: unknown[] = []
      try {
        for await (const reports of delivery.run(itemsOf(events))) {
          statuses.push(...reports.flatMap(({ results }) => results.map(({ status }) => status)))
        }
      } finally {
        await close()
      }

      // Contacts whose answer was lost were stored, and bring nothing new when they are sent again.
      expect(new Set(statuses.slice(0, 40)).size).toBe(1)
      expect([200, 422]).toContain(statuses[0])
      expect(statuses.slice(40)).toEqual(Array(40).fill(200))
      expect(account.contacts.count).toBe(40)
      expect(account.contacts.all().map(({ activities }) => activities.length)).toEqual(Array(40).fill(1))
    },
    60_000
  )
})
