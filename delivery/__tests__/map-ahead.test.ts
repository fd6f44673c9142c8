import { Destination, Response } from '@segment/actions-core'
import type { JSONObject, ModifiedResponse, RequestOptions, SegmentEvent } from '@segment/actions-core'
import { readFileSync } from 'fs'
import fc from 'fast-check'
import { presetMappings, readMappings } from '..'
import type { Mapping } from '..'
import ortto from '../../src'
import type { Settings } from '../../src/generated-types'
import { mapAhead } from '../mapping/map-ahead'
import { withRequests } from '../target/with-requests'

const settings = { api_key: 'pau-key' }
const [contacts, activities] = presetMappings()

/** What the destination sends for a batch, and the results. Every third item is refused. */
async function runBatch(listEvents: () => SegmentEvent[], subscription: JSONObject) {
  const requests: unknown[] = []
  const answer = <Data>(url: string, options: RequestOptions = {}) => {
    const items = options.json as unknown[]
    requests.push(url, JSON.stringify(items))
    const errors = items.flatMap((_, index) => (index % 3 === 2 ? [{ index, status: 422, message: 'No' }] : []))
    const content = JSON.stringify({ errors })
    return Promise.resolve(Object.assign(new Response(content), { content }) as ModifiedResponse<Data>)
  }
  const destination = new Destination<Settings>(withRequests(ortto, () => answer))
  try {
    return { requests, results: await destination.onBatch(listEvents(), { ...settings, subscription }) }
  } catch (error) {
    return { requests, error: (error as Error).message }
  }
}

async function expectSame(events: readonly SegmentEvent[], mapping: Mapping): Promise<void> {
  const { name, partnerAction, subscribe } = mapping
  const theirs = await runBatch(() => [...events], { name, partnerAction, subscribe, mapping: mapping.mapping })
  const before = JSON.stringify(events)
  const { subscription, toMapped } = mapAhead(mapping)
  const ours = await runBatch(() => events.map(toMapped), subscription)

  expect(ours).toEqual(theirs)
  expect(JSON.stringify(events)).toBe(before)
}

const [choosy, followsAudience] = readMappings([
  {
    name: 'A trigger that reads all that a trigger may read',
    subscribe:
      'type != "group" and (context.ip exists or event = "Other" or name = "Other" or properties.total = 1 or ' +
      'traits.plan exists or userId = "u1")',
    partnerAction: 'trackActivity',
    mapping: { event: 'All', user_id: { '@path': '$.userId' }, location: { '@path': '$.context.location' } }
  },
  {
    name: 'An audience',
    subscribe: 'type = "identify" or type = "track"',
    partnerAction: 'upsertContact',
    mapping: {
      user_id: { '@template': '{{userId}}' },
      traits: { plan: 'free', all: { '@path': '$.traits' } },
      audience_update_mode: 'follow_segment',
      onMappingSave: { inputs: { audience_name: 'VIP' }, outputs: { audience_id: 'a1', audience_name: 'VIP' } }
    }
  }
])
const mappings = [contacts, activities, choosy, followsAudience]

describe('events that are mapped ahead', () => {
  const examples = readFileSync('examples/events.ndjson', 'utf8').trim().split('\n').map(parse)

  it.each(mappings)('have the same results as in the framework: $name', (mapping) => expectSame(examples, mapping))

  it('update the audience that the mapping is connected to', async () => {
    const personas = { computation_class: 'audience', computation_key: 'vip' }
    const member = { type: 'identify' as const, userId: 'u1', traits: { vip: false }, context: { personas } }
    const { subscription, toMapped } = mapAhead(followsAudience)

    const { requests } = await runBatch(() => [toMapped(member)], subscription)

    expect(JSON.parse(String(requests[1]))).toMatchObject([{ user_id: 'u1', audience: { id: 'a1', mode: 'remove' } }])
  })

  it('have the same results for any events', () =>
    fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...mappings),
        fc.array(eventOf(), { minLength: 1, maxLength: 8 }),
        (mapping, events) => expectSame(events.map(parse), mapping)
      ),
      { numRuns: 500 }
    ))
})

function parse(text: string): SegmentEvent {
  return JSON.parse(text) as SegmentEvent
}

/** The text of an event that mostly makes sense, with anything in its members now and then. */
function eventOf(): fc.Arbitrary<string> {
  const orAnything = <Value>(value: fc.Arbitrary<Value>) => fc.oneof({ weight: 6, arbitrary: value }, fc.jsonValue())
  const personas = fc.constant({ computation_class: 'audience', computation_key: 'vip' })
  const attributes = fc.record({ vip: orAnything(fc.boolean()), total: fc.nat(2), 'a b': fc.jsonValue() })
  const address = fc.record({ city: orAnything(fc.constant('Sydney')), postalCode: orAnything(fc.constant('2000')) })
  const record = fc.record(
    {
      userId: orAnything(fc.constantFrom('u1', 'u2', '', ' ')),
      anonymousId: orAnything(fc.constantFrom('a1', '')),
      messageId: orAnything(fc.constant('m1')),
      timestamp: orAnything(fc.constantFrom('2026-01-01T00:00:00Z', 'today', '')),
      event: orAnything(fc.constantFrom('Order completed', 'Other')),
      name: orAnything(fc.constantFrom('Home', 'Other')),
      properties: orAnything(attributes),
      traits: orAnything(fc.record({ vip: fc.boolean(), plan: fc.jsonValue(), address }, { requiredKeys: [] })),
      context: orAnything(
        fc.record({ personas, ip: fc.jsonValue(), location: address, traits: attributes }, { requiredKeys: [] })
      ),
      mapped: fc.constant({ user_id: 'theirs' })
    },
    { requiredKeys: [] }
  )
  const type = fc.constantFrom('identify', 'track', 'group', '')
  return fc.tuple(type, record).map(([type, members]) => JSON.stringify({ type, ...members }))
}
