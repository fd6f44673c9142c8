import { parseFql, validate } from '@segment/destination-subscriptions'
import fc from 'fast-check'
import { explainTrigger } from '../server/explain-trigger'

const event = {
  type: 'track',
  event: 'Order completed',
  userId: 'lana',
  properties: { total: 5, currency: 'EUR', address: { city: 'Sydney' } },
  traits: { plan: 'free' },
  context: { ip: '203.0.113.7' }
}

function explain(fql: string, given: object = event) {
  const trigger = parseFql(fql)
  if ('error' in trigger) {
    throw trigger.error
  }
  return explainTrigger(trigger, given as never)
}

it.each([
  ['type = "identify"', 'type = "identify" is false: its type is "track"'],
  ['event = "Order started"', 'event = "Order started" is false: its event is "Order completed"'],
  ['userId = "max"', 'userId = "max" is false: its userId is "lana"'],
  ['properties.total > 10', 'properties.total > 10 is false: its properties.total is 5'],
  [
    'properties.address.city = "Perth"',
    'properties.address.city = "Perth" is false: its properties.address.city is "Sydney"'
  ],
  ['traits.plan = "pro"', 'traits.plan = "pro" is false: its traits.plan is "free"'],
  ['context.locale = "nl"', 'context.locale = "nl" is false: the event has no context.locale'],
  [
    'type = "identify" and event = "Order completed" and properties.total > 10',
    'type = "identify" is false: its type is "track"; properties.total > 10 is false: its properties.total is 5'
  ],
  [
    'type = "identify" or type = "page"',
    'type = "identify" is false: its type is "track"; type = "page" is false: its type is "track"'
  ]
])('explains why %s does not match an event', (fql, why) => {
  expect(explain(fql)).toEqual({ matches: false, why })
})

it.each([
  ['type = "track"', 'type = "track" is true'],
  ['type = "page" or event = "Order completed"', 'event = "Order completed" is true'],
  [
    'type = "track" and (event = "Fax sent" or properties.total < 10)',
    'type = "track" is true; properties.total < 10 is true'
  ]
])('explains why %s matches an event', (fql, why) => {
  expect(explain(fql)).toEqual({ matches: true, why })
})

it('ignores inherited properties', () => {
  expect(explain('properties.constructor = "x"').why).toBe(
    'properties.constructor = "x" is false: the event has no properties.constructor'
  )
})

it('truncates a long value', () => {
  expect(explain('event = "x"', { ...event, event: 'y'.repeat(1000) }).why.length).toBeLessThan(200)
})

it('agrees with Segment for any event, and gives a reason', () => {
  const triggers = ['type = "track"', 'properties.total > 3 and event = "a"', 'context.ip = null or traits.plan != "x"']
  fc.assert(
    fc.property(
      fc.constantFrom(...triggers),
      fc.record({
        type: fc.constantFrom('track', 'identify'),
        event: fc.constantFrom('a', 'b', undefined),
        properties: fc.oneof(fc.record({ total: fc.jsonValue() }), fc.jsonValue()),
        traits: fc.oneof(fc.record({ plan: fc.jsonValue() }), fc.jsonValue()),
        context: fc.jsonValue()
      }),
      (fql, given) => {
        const { matches, why } = explain(fql, given)
        expect(matches).toBe(validate(parseFql(fql), given as never))
        expect(why).not.toBe('')
      }
    )
  )
})
