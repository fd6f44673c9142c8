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
  ['type = "identify"', 'type = "identify" does not hold: its type is "track"'],
  ['event = "Order started"', 'event = "Order started" does not hold: its event is "Order completed"'],
  ['userId = "max"', 'userId = "max" does not hold: its userId is "lana"'],
  ['properties.total > 10', 'properties.total > 10 does not hold: its properties.total is 5'],
  [
    'properties.address.city = "Perth"',
    'properties.address.city = "Perth" does not hold: its properties.address.city is "Sydney"'
  ],
  ['traits.plan = "pro"', 'traits.plan = "pro" does not hold: its traits.plan is "free"'],
  ['context.locale = "nl"', 'context.locale = "nl" does not hold: the event has no context.locale'],
  [
    'type = "identify" and event = "Order completed" and properties.total > 10',
    'type = "identify" does not hold: its type is "track"; properties.total > 10 does not hold: its properties.total is 5'
  ],
  [
    'type = "identify" or type = "page"',
    'type = "identify" does not hold: its type is "track"; type = "page" does not hold: its type is "track"'
  ]
])('says why %s does not match an event', (fql, why) => {
  expect(explain(fql)).toEqual({ matches: false, why })
})

it.each([
  ['type = "track"', 'type = "track" holds'],
  ['type = "page" or event = "Order completed"', 'event = "Order completed" holds'],
  [
    'type = "track" and (event = "Fax sent" or properties.total < 10)',
    'type = "track" holds; properties.total < 10 holds'
  ]
])('says why %s matches an event', (fql, why) => {
  expect(explain(fql)).toEqual({ matches: true, why })
})

it('does not take for the event what it only inherits', () => {
  expect(explain('properties.constructor = "x"').why).toBe(
    'properties.constructor = "x" does not hold: the event has no properties.constructor'
  )
})

it('cuts a long value short', () => {
  expect(explain('event = "x"', { ...event, event: 'y'.repeat(1000) }).why.length).toBeLessThan(200)
})

it('says of any event what Segment decides, with a reason', () => {
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
