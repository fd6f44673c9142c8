import { transform } from '@segment/actions-core/mapping-kit'
import { presetMappings } from '../../delivery'
import { originsOf } from '../server/origins'

const event = { type: 'track', userId: 'lana', event: 'Fax sent', context: { traits: { address: { city: 'Perth' } } } }

function originOf(directive: unknown, given: object = event) {
  const [origin] = originsOf({ user_id: directive } as never, 'upsertContact', given as never)
  return { value: origin.value, from: origin.from, because: origin.because }
}

it.each([
  [{ '@path': '$.userId' }, { value: 'lana', from: '$.userId' }],
  [{ '@path': '$.anonymousId' }, { value: undefined, from: '$.anonymousId' }],
  ['a text', { value: 'a text', from: 'fixed' }],
  [{ '@literal': 'a text' }, { value: 'a text', from: 'fixed' }],
  [{ '@template': 'u-{{userId}}' }, { value: 'u-lana', from: 'the template u-{{userId}}' }],
  [
    { '@case': { operator: 'upper', value: { '@path': '$.userId' } } },
    { value: 'LANA', from: '$.userId in upper case' }
  ],
  [
    { '@replace': { pattern: ' ', replacement: '_', value: { '@path': '$.event' } } },
    { value: 'Fax_sent', from: '$.event with “ ” replaced by “_”' }
  ],
  [
    { '@replace': { pattern: 'a', pattern2: 'x', replacement2: 'ß', value: { '@path': '$.event' } } },
    { value: 'Fß sent', from: '$.event with “a” replaced by “”, “x” by “ß”' }
  ],
  [
    { '@flatten': { separator: '_', value: { '@path': '$.context' } } },
    { value: { traits_address_city: 'Perth' }, from: '$.context flattened with “_”' }
  ],
  [
    { '@json': { mode: 'encode', value: { '@path': '$.context.traits.address' } } },
    { value: '{"city":"Perth"}', from: '$.context.traits.address as JSON text' }
  ],
  [{ '@json': { mode: 'decode', value: { '@literal': '[1]' } } }, { value: [1], from: 'fixed read from JSON text' }],
  [
    { '@excludeWhenNull': { city: { '@path': '$.context.traits.address.city' }, zip: null } },
    { value: { city: 'Perth' }, from: '{ city: $.context.traits.address.city, zip: null } without null' }
  ],
  [{ '@liquid': '{{ userId | upcase }}' }, { value: 'LANA', from: 'the Liquid template {{ userId | upcase }}' }],
  [
    {
      '@merge': { direction: 'left', objects: [{ '@path': '$.context.traits.address' }, { city: 'Rome', zip: 6000 }] }
    },
    {
      value: { city: 'Perth', zip: 6000 },
      from: '$.context.traits.address and { city: “Rome”, zip: 6000 } merged, where the first object wins'
    }
  ],
  [
    { '@arrayPath': ['$.context.traits', { town: { '@path': '$.address.city' } }] },
    { value: [{ town: 'Perth' }], from: 'each item of $.context.traits as { town: $.address.city }' }
  ],
  [
    { '@arrayPath': ['$.context.traits.address.city'] },
    { value: 'Perth', from: 'the items of $.context.traits.address.city' }
  ],
  [
    { '@transform': { apply: { who: { '@path': '$.userId' } }, mapping: { id: { '@template': 'u-{{who}}' } } } },
    { value: { id: 'u-lana' }, from: '{ id: the template u-{{who}} } made of { who: $.userId }' }
  ],
  [
    {
      '@case': {
        operator: 'lower',
        value: { '@if': { exists: { '@path': '$.traits' }, then: 'yes', else: { '@path': '$.event' } } }
      }
    },
    { value: 'fax sent', from: '$.event in lower case', because: '$.traits does not exist' }
  ],
  // Of a directive that is not as the framework describes it, only the name is known.
  [
    { '@flatten': { separator: '.', value: { '@path': '$.userId' }, depth: 2 } },
    { value: { '': 'lana' }, from: '@flatten' }
  ],
  [
    { '@if': { exists: { '@path': '$.traits' }, then: 'yes', else: { '@path': '$.event' } } },
    { value: 'Fax sent', from: '$.event', because: '$.traits does not exist' }
  ],
  [
    { '@if': { blank: { '@path': '$.userId' }, then: { '@path': '$.userId' } } },
    { value: 'lana', from: '$.userId', because: '$.userId is not blank' }
  ],
  [
    { '@if': { exists: { '@path': '$.traits' }, then: 'yes' } },
    { value: undefined, from: 'nothing', because: '$.traits does not exist' }
  ],
  [
    { '@if': { blank: { '@literal': 0 }, then: 'yes', else: 'no' } },
    { value: 'no', from: 'fixed', because: 'fixed is blank' }
  ],
  [
    { '@if': { blank: { '@template': '{{anonymousId}}' }, then: 'yes', else: 'no' } },
    { value: 'no', from: 'fixed', because: 'the template {{anonymousId}} is blank' }
  ],
  [
    {
      '@if': {
        exists: { '@path': '$.userId' },
        then: { '@if': { exists: { '@path': '$.event' }, then: { '@path': '$.event' }, else: 'none' } }
      }
    },
    { value: 'Fax sent', from: '$.event', because: '$.userId exists, $.event exists' }
  ]
])('returns the value of %j and its source', (directive, expected) => {
  expect(originOf(directive)).toEqual({ because: undefined, ...expected })
})

it('reports that a directive cannot be resolved', () => {
  expect(originOf({ '@case': { operator: 'sideways', value: { '@path': '$.userId' } } })).toEqual({
    value: undefined,
    from: '$.userId in sideways case',
    because: expect.stringMatching("can't be resolved") as string
  })
})

it('shows the parts of an object under their labels', () => {
  const [{ mapping }] = presetMappings()
  const rows = originsOf(mapping, 'upsertContact', event as never)
  expect(rows).toContainEqual({
    key: 'location.city',
    label: 'City',
    depth: 1,
    value: 'Perth',
    from: '$.context.traits.address.city',
    because: '$.traits.address does not exist'
  })
})

it.each(presetMappings())(
  'returns the same payload as the framework for the preset $name',
  ({ mapping, partnerAction }) => {
    const rows = originsOf(mapping, partnerAction, event as never)
    const payload = transform(mapping, event)
    for (const { key, depth, value, from } of rows) {
      if (depth === 0 && from !== 'its parts') {
        expect({ [key]: value }).toEqual({ [key]: payload[key] })
      }
    }
    expect(rows.filter(({ depth }) => depth === 0).map(({ key }) => key)).toEqual(Object.keys(mapping))
  }
)
