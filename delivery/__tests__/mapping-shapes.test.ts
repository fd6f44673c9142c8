import type { JSONObject } from '@segment/actions-core'
import fc from 'fast-check'
import { Delivery, inShape, presetMappings, readMappings } from '..'
import { readMappingsFile } from '../mapping/mappings'
import { itemsOf } from './harness'

const saved = {
  name: 'Contacts',
  enabled: true,
  subscribe: 'type = "identify"',
  partnerAction: 'upsertContactProfile',
  mapping: { user_id: { '@path': '$.userId' }, traits: { email: { '@path': '$.traits.email' } } }
}

/** The same, as Segment's API gives it. */
const subscription = {
  id: 'eoeXaMeAYcB2XvEApJDrQs',
  name: 'Contacts',
  actionId: 'uD9jEQ4DxJZzhzVqppM7UD',
  actionSlug: 'upsertContactProfile',
  destinationId: 'fP7qoQw2HTWt9WdMr718gn',
  modelId: '',
  enabled: true,
  trigger: 'type = "identify"',
  settings: saved.mapping
}

function problemOf(file: unknown): string {
  try {
    readMappings(file)
  } catch (error) {
    return (error as Error).message
  }
  return ''
}

describe('a mappings file', () => {
  it.each([
    ["a mapping in the framework's shape", saved],
    ['a subscription alone', subscription],
    ['a list of subscriptions', [subscription]],
    [
      "the response of Segment's API to a list",
      { data: { subscriptions: [subscription], pagination: { totalEntries: 1 } } }
    ],
    ["the response of Segment's API to one", { data: { subscription } }],
    ['a response in the envelope of another tool', { data: { data: { subscriptions: [subscription] } } }],
    ['settings that Terraform wrote as text', [{ ...subscription, settings: JSON.stringify(saved.mapping) }]],
    [
      'settings with what Segment saves for any warehouse',
      [{ ...subscription, settings: { ...saved.mapping, __segment_internal_sync_mode: 'upsert' } }]
    ]
  ])('may be %s', (_, file) => {
    expect(readMappings(file)).toEqual(readMappings([saved]))
  })

  it('may have both shapes, and disabled mappings of each', () => {
    const file = [
      { ...saved, name: 'A' },
      { ...subscription, enabled: false },
      { ...subscription, name: 'B' }
    ]

    expect(readMappings(file).map(({ name }) => name)).toEqual(['A', 'B'])
  })

  it('is not one page of a longer list: events of the other mappings would be lost', () => {
    const page = { data: { subscriptions: [subscription], pagination: { totalEntries: 12, next: 'MQ==' } } }

    expect(problemOf(page)).toBe("The file has 1 of 12 mappings: it is one page of Segment's list. Get all pages.")
  })

  it.each([
    [
      { ...subscription, actionSlug: 'sendFax' },
      /^Mapping "Contacts" \(number 1\): its "partnerAction" .*"actionSlug"\) must be/
    ],
    [{ ...subscription, trigger: undefined }, /^Mapping "Contacts" \(number 1\): .*"subscribe" .*"trigger"\)$/],
    [{ ...subscription, settings: 'none' }, /^Mapping "Contacts" \(number 1\): it needs "mapping" .*"settings"\) by/],
    [
      { ...subscription, subscribe: 'type = "track"' },
      /^Mapping "Contacts" \(number 1\): it has both "subscribe" and "trigger"/
    ],
    [
      { ...subscription, settings: { userid: 1 } },
      /^Mapping "Contacts" \(number 1\): the field "userid" is not one of/
    ],
    [{ data: 5 }, /shape \{ name, .*subscribe, .* shape|or the one of Segment's API: \{ name, enabled, trigger/],
    [JSON.parse(`${'{"data":'.repeat(20_000)}1${'}'.repeat(20_000)}`), /JSON array of mappings/]
  ])('names the mapping, the member and both shapes when it is wrong: %#', (file, problem) => {
    expect(problemOf(file)).toMatch(problem)
  })

  it('keeps a member that would pollute a prototype in sight', () => {
    const file: unknown = JSON.parse('[{"name":"A","trigger":"x","settings":{"__proto__":{"y":1}}}]')

    expect(problemOf(file)).toContain('it has a member "__proto__" in "mapping"')
  })
})

describe('both shapes of one mapping', () => {
  it.each(['framework', 'segment'] as const)('are the same mappings when written and read: %s', (shape) => {
    const file = readMappingsFile([saved, { ...saved, name: 'Off', enabled: false }])

    expect(readMappingsFile(JSON.parse(JSON.stringify(inShape(file, shape))))).toEqual(file)
  })

  it('give equal payloads for random events', async () => {
    const keys = fc.constantFrom('email', 'name', 'plan')
    const values = fc.oneof(fc.string(), fc.integer(), fc.constant(null), fc.dictionary(keys, fc.string()))
    const event = fc.record(
      {
        type: fc.constantFrom('identify', 'track'),
        event: fc.string(),
        userId: fc.string(),
        anonymousId: fc.string(),
        messageId: fc.uuid(),
        timestamp: fc.constantFrom('2026-01-31T12:00:00Z', '', '31'),
        traits: fc.dictionary(keys, values),
        properties: fc.dictionary(keys, values),
        context: fc.dictionary(fc.constantFrom('ip', 'traits'), values)
      },
      { requiredKeys: ['type'] }
    )
    const own = presetMappings().map((one) => ({ ...one, enabled: true }))
    const paths = fc.constantFrom('$.userId', '$.traits.email', '$.context.traits', '$.properties', '$.none')
    const field = paths.map((path): JSONObject => ({ '@path': path }))
    const mapping = fc
      .record({ user_id: field, traits: field, batch_size: fc.integer({ min: 1, max: 500 }) }, { requiredKeys: [] })
      .map((changed) => own.map((one) => ({ ...one, mapping: { ...one.mapping, ...changed } })))
    await fc.assert(
      fc.asyncProperty(mapping, fc.array(event, { maxLength: 5 }), async (file, events) => {
        const other = JSON.parse(JSON.stringify({ data: { subscriptions: inShape(file, 'segment') } })) as unknown

        expect(await payloadsOf(other, events)).toEqual(await payloadsOf(file, events))
      }),
      { numRuns: 100 }
    )
  }, 60_000)
})

/** What would be sent. */
async function payloadsOf(file: unknown, events: readonly object[]): Promise<object[]> {
  const mappings = readMappings(file)
  const delivery = new Delivery({ to: 'nowhere', settings: { api_key: 'pau-dry-run' }, mappings })
  const sent: object[] = []
  for await (const reports of delivery.run(itemsOf(events))) {
    for (const { results } of reports) {
      sent.push(
        ...results.map(({ mapping, status, message, item }) => ({ mapping: mapping.name, status, message, item }))
      )
    }
  }
  return sent
}
