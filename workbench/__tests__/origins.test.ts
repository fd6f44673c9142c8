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
  [{ '@case': { operator: 'upper', value: { '@path': '$.userId' } } }, { value: 'LANA', from: '@case' }],
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
    from: '@case',
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
