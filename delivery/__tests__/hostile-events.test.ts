import { readMappings } from '..'
import { deliverToSandbox, deliverTo, track, took } from './harness'

const MEMBERS =
  '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":2}},"a":{"__proto__":{"polluted":3}}}'

/** Text as long as an event may be on which a careless pattern would try every way to cut it. */
const LONG = ['a', 'a.', 'a@', '<', '< ', ' ', '1', '1.', '0:', '2020-01-01T', '"\\', '[', '%', '\u202e', 'é'].map(
  (part) => part.repeat(1_000_000 / part.length)
)

const trackWith = (mapping: object) =>
  readMappings([
    {
      name: 'Hostile',
      partnerAction: 'trackActivity',
      subscribe: 'type = "track"',
      mapping: { user_id: { '@path': '$.userId' }, event: { '@path': '$.event' }, ...mapping }
    }
  ])

describe('an event whose keys are those of prototypes', () => {
  it.each([
    ['as it is', { '@path': '$.properties' }],
    ['through the prototype itself', { '@path': '$.properties.__proto__' }],
    ['through the constructor', { '@path': '$.constructor.prototype' }],
    ['merged', { '@merge': { direction: 'right', objects: [{ a: 1 }, { '@path': '$.properties' }] } }],
    ['flattened', { '@flatten': { separator: '.', value: { '@path': '$.properties' } } }],
    ['as a template', { text: { '@liquid': '{{ properties.constructor.prototype }}{{ __proto__.polluted }}' } }]
  ])('changes no other object, mapped %s', async (_, properties) => {
    const before = Reflect.ownKeys(Object.prototype)
    const event: unknown = JSON.parse(
      `{"type":"track","event":"Signed up","userId":"u1","__proto__":{"polluted":4},"properties":${MEMBERS},
        "context":{"traits":${MEMBERS},"location":${MEMBERS}},"integrations":${MEMBERS}}`
    )
    const mappings = trackWith({
      properties,
      traits: { '@path': '$.context.traits' },
      location: { '@path': '$.context.location' }
    })
    const { statuses } = await deliverToSandbox([event as object], { mappings })

    expect(statuses).toHaveLength(1)
    expect(Reflect.ownKeys(Object.prototype)).toEqual(before)
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
    expect((() => undefined) as { polluted?: unknown }).not.toHaveProperty('polluted')
  })
})

describe('a template of a mapping', () => {
  it.each([
    "{% include '/etc/hostname' %}",
    "{% render '/etc/hostname' %}",
    "{% layout '/etc/hostname' %}",
    '{% for i in (1..100000000) %}x{% endfor %}'
  ])('reads no file and does not loop: %s', async (template) => {
    const mappings = trackWith({ message_id: { '@liquid': template } })
    const { rows } = await deliverTo(took, [track('u1')], { mappings })

    expect(rows).toMatchObject([{ status: 400, message: expect.stringContaining('is disabled') as string }])
  })
})

describe('an event with very long texts', () => {
  it('has its verdict: no pattern tries every way to cut them', async () => {
    const events = LONG.map((text) =>
      track('u1', { timestamp: text, context: { ip: text }, properties: { text }, messageId: text })
    )
    const { statuses } = await deliverTo(took, events)

    // A timestamp of white space is none.
    expect(statuses).toEqual(LONG.map((text) => (text.trim() === '' ? 200 : 400)))
  }, 30_000)
})
