import { Destination } from '@segment/actions-core'
import { validate } from '@segment/destination-subscriptions'
import { readFileSync } from 'fs'
import { join } from 'path'
import ortto from '../../src'
import type { Settings } from '../../src/generated-types'
import { ACTIONS } from '../mapping/mapping-fields'
import { MappingsError, MappingsFile, presetMappings, readMappings } from '../mapping/mappings'

const EXAMPLE = readFileSync(join(__dirname, '../../examples/mappings.json'), 'utf8')

/** A mapping that is right, but for the members given. */
const entry = (members: object = {}) => ({
  name: 'Orders',
  subscribe: 'type = "track"',
  partnerAction: 'trackActivity',
  mapping: { event: 'Order completed' },
  ...members
})

/** The same with these fields beside the required one. */
const fields = (mapping: object) => entry({ mapping: { event: 'Order completed', ...mapping } })

/** The problems that are told. */
function problemsOf(file: unknown): string[] {
  try {
    readMappings(file)
  } catch (error) {
    expect(error).toBeInstanceOf(MappingsError)
    return (error as MappingsError).message.split('\n')
  }
  return []
}

describe('presets', () => {
  it("are the destination's automatic ones, with their triggers read", () => {
    const presets = presetMappings()

    expect(presets).toMatchObject([
      { name: 'Upsert Contact', partnerAction: 'upsertContact', subscribe: 'type = "identify"', batchSize: 500 },
      { name: 'Track Activity', partnerAction: 'trackActivity', subscribe: 'type = "track"', batchSize: 500 }
    ])
    expect(presets.map(({ mapping }) => mapping)).toEqual(ortto.presets?.map(({ mapping }) => mapping))
    expect(presets.map(({ trigger }) => validate(trigger, { type: 'track' }))).toEqual([false, true])
  })

  it('are the same mappings when they are written to a file and read back', () => {
    const presets = presetMappings()

    expect(readMappings(JSON.parse(JSON.stringify(presets)))).toEqual(presets)
  })

  it('name all actions that there are', () => {
    expect(Object.keys(ACTIONS)).toEqual(Object.keys(ortto.actions))
  })
})

describe('the example file', () => {
  it('holds the presets by other names', () => {
    const presets = presetMappings().map((preset, index) => ({ ...preset, name: ['Contacts', 'Activities'][index] }))

    expect(readMappings(JSON.parse(EXAMPLE))).toEqual(presets)
  })

  it('holds an audience to enable, which takes the Engage audience of the example events', () => {
    const file = MappingsFile.parse(JSON.parse(EXAMPLE)).map((one) => ({ ...one, enabled: true }))
    const personas = { computation_class: 'audience', computation_key: 'vip_customers' }

    const { name, trigger, mapping } = readMappings(file)[2]

    expect(name).toBe('VIP customers')
    expect(validate(trigger, { type: 'identify', context: { personas } })).toBe(true)
    expect(validate(trigger, { type: 'identify', context: {} })).toBe(false)
    expect(mapping.onMappingSave).toMatchObject({ outputs: { audience_name: 'VIP customers' } })
  })
})

describe('a file', () => {
  it('may have the action key that the earlier destination saved', () => {
    const saved = { name: 'Contacts', partnerAction: 'upsertContactProfile', subscribe: 'type = "identify"' }

    expect(readMappings([{ ...saved, mapping: { user_id: { '@path': '$.userId' } } }])).toMatchObject([saved])
  })

  it('may use every directive, and the framework maps an event by it', async () => {
    const path = { '@path': '$.properties.name' }
    const merge = { '@merge': { direction: 'right', objects: [{ a: 1 }, { '@path': '$.properties' }] } }
    const flatten = { '@flatten': { separator: '.', value: { '@path': '$.properties' } } }
    const [{ partnerAction, subscribe, mapping }] = readMappings([
      fields({
        message_id: { '@template': '{{messageId}}-1' },
        user_id: { '@if': { blank: { '@path': '$.userId' }, then: { '@path': '$.userId' }, else: 'nobody' } },
        anonymous_id: { '@case': { operator: 'lower', value: { '@path': '$.anonymousId' } } },
        timestamp: { '@replace': { pattern: ' ', replacement: 'T', value: { '@path': '$.timestamp' } } },
        namespace: { '@liquid': '{{ context.app.namespace }}' },
        location: { city: path, country: { '@literal': 'Australia' } },
        traits: { '@transform': { apply: { name: path }, mapping: { name: { '@path': '$.name' } } } },
        properties: {
          json: { '@json': { mode: 'encode', value: { '@path': '$.properties' } } },
          items: { '@arrayPath': ['$.properties.items', { id: { '@path': '$.id' } }] },
          rest: { '@excludeWhenNull': { '@path': '$.none' } },
          tags: [path, 'plain'],
          labelled: { '@path': '$.event', _metadata: { type: 'variable' } },
          merge,
          flatten
        },
        onMappingSave: { inputs: { audience_name: 'VIP' }, outputs: { audience_id: 'a1', audience_name: 'VIP' } },
        enable_batching: false
      })
    ])
    const event = { type: 'track' as const, event: 'x', userId: 'u1', anonymousId: 'A', properties: { name: 'n' } }
    const subscription = { partnerAction, subscribe, mapping }
    const destination = new Destination<Settings>(ortto)

    // An ill key: the destination says so before it sends anything.
    const [{ multistatus }] = await destination.onBatch([event], { api_key: 'none', subscription })

    expect(multistatus).toMatchObject([{ status: 401 }])
    expect(destination.responses).toHaveLength(0)
  })

  it('may carry what Segment exports besides', () => {
    const exported = { id: 'e1', actionId: 'a1', actionSlug: 'trackActivity', destinationId: 'd1', modelId: '' }

    expect(readMappings([entry({ ...exported, settings: {} })])).toEqual(readMappings([entry()]))
  })

  it('keeps disabled mappings to itself', () => {
    expect(readMappings([entry(), entry({ enabled: false }), entry({ name: 'Other' })])).toMatchObject([
      { name: 'Orders' },
      { name: 'Other' }
    ])
  })

  it.each([
    ['of no mapping', []],
    ['of disabled mappings', [entry({ enabled: false })]]
  ])('%s delivers nothing', (_, file) => {
    expect(problemsOf(file)).toEqual(['No mapping is enabled, so no event would be sent.'])
  })

  it('is an array, and of 50 mappings at most', () => {
    const many = (length: number) => Array.from({ length }, (_, index) => entry({ name: `Orders ${index}` }))

    expect(problemsOf({})).toEqual([
      'A mappings file is a JSON array of mappings. Each has the shape { name, enabled, subscribe, partnerAction, mapping }, ' +
        "or the one of Segment's API: { name, enabled, trigger, actionSlug, settings }."
    ])
    expect(problemsOf(many(51))).toEqual(['A mappings file has 50 mappings at most.'])
    expect(readMappings(many(50))).toHaveLength(50)
  })
})

describe('a batch', () => {
  it.each([
    [{}, 500],
    [{ enable_batching: true }, 500],
    [{ enable_batching: false, batch_size: 100 }, 1],
    [{ batch_size: 100 }, 100],
    [{ batch_size: 99.9 }, 99],
    [{ batch_size: 0 }, 1],
    [{ batch_size: -5 }, 1],
    [{ batch_size: 1e9 }, 500]
  ])('with %j has %i events at most', (mapping, size) => {
    expect(readMappings([fields(mapping)])[0].batchSize).toBe(size)
  })
})

describe('problems', () => {
  it('are told all at once, with the mapping and the field, of disabled mappings too', () => {
    const file = [
      entry({ name: 'A' }),
      entry({ subscribe: 'type', mapping: { user_idd: 'x' } }),
      entry({ name: undefined, partnerAction: 'sendFax' }),
      entry({ name: 'A', enabled: 'yes' }),
      fields({ traits: { '@pth': 'x' } }),
      null,
      entry({ name: 'C', enabled: false, mapping: 'none' })
    ]

    expect(problemsOf(file)).toEqual([
      'Mapping "Orders" (number 2): its trigger cannot be read (type): Value token is missing',
      'Mapping "Orders" (number 2): the required field "event" is not mapped',
      'Mapping "Orders" (number 2): the field "user_idd" is not one of trackActivity\'s: did you mean "user_id"?',
      'Mapping number 3: its "partnerAction" (in the shape of Segment\'s API: "actionSlug") must be upsertContact, trackActivity or upsertContactProfile',
      'Mapping "A" (number 4): its "enabled" must be true or false',
      'Mapping "Orders" (number 5): the field "traits": /traits has an invalid directive: @pth.',
      'Mapping number 6: it must be an object',
      'Mapping "C" (number 7): it needs "mapping" (in the shape of Segment\'s API: "settings") by field key',
      'Mapping "A" (number 4): number 1 has the same name, and both are enabled',
      'Mapping "Orders" (number 5): number 2 has the same name, and both are enabled'
    ])
  })

  it('are told up to 20', () => {
    const mapping = Object.fromEntries(Array.from({ length: 25 }, (_, index) => [`x${index}`, 1]))

    const problems = problemsOf([fields(mapping)])

    expect(problems).toHaveLength(21)
    expect(problems[20]).toBe('… and 5 more')
  })

  it.each([
    [{ name: '' }, 'Mapping number 1: its "name" is blank'],
    [{ name: 5 }, 'Mapping number 1: it needs a "name"'],
    [
      { name: 'a\nb', subscribe: 5 },
      'Mapping "a\\nb" (number 1): it needs a trigger in FQL: "subscribe" (in the shape of Segment\'s API: "trigger")'
    ]
  ])('of a member: %j', (members, problem) => {
    expect(problemsOf([entry(members)])).toEqual([problem])
  })

  it.each(['', 'type = "track', 'page = "x"', '(type = "track"', 'type = "track" and ()', '(type = "track" and ())'])(
    'of a trigger that is no condition: %s',
    (subscribe) => {
      expect(problemsOf([entry({ subscribe })])).toEqual([
        `Mapping "Orders" (number 1): its trigger cannot be read (${subscribe}): ` +
          'it is no complete condition, such as type = "track"'
      ])
    }
  )

  it.each(['type =', 'event != ', 'properties.total >', 'contains(event)'])(
    'are a trigger without its end: %s',
    (subscribe) => {
      expect(problemsOf([entry({ subscribe })])[0]).toMatch(/it is no complete condition, such as type = "track"$/)
    }
  )

  it.each([
    ['type = "a" or type = "b" and event = "c"', 'type = "a" and type = "b" and event = "c"'],
    ['type = "a" event = "b"', 'type = "a" and event = "b"'],
    ['type = "a" and', 'type = "a"']
  ])('are a trigger that Segment reads otherwise than it is written: %s', (subscribe, read) => {
    const [problem] = problemsOf([entry({ subscribe })])
    expect(problem).toContain(`Segment reads it as ${read}; join conditions with "and" or with "or"`)
  })

  it('are a trigger that ends too soon, whatever its texts hold', () => {
    expect(problemsOf([entry({ subscribe: 'event = "Videos" and name =' })])).toHaveLength(1)
  })

  it.each([
    'type = "a" or (type = "b" and event = "c")',
    '(type = "a" or type = "b") and !contains(event, "or and")',
    'event = "eos"'
  ])('are not found in a trigger that Segment reads as it is written: %s', (subscribe) => {
    expect(readMappings([entry({ subscribe })])).toHaveLength(1)
  })

  it('are a trigger that would take for ever to read', () => {
    const [problem] = problemsOf([entry({ subscribe: 'type = "a" or '.repeat(100_000) })])

    expect(problem).toMatch(/: its trigger cannot be read \(type = .*…\): it has more than 5000 characters$/)
  })

  it.each([
    [{ userId: 'x' }, ' "userId" is not one of trackActivity\'s: did you mean "user_id"?'],
    [{ onMappingSaved: {} }, ' "onMappingSaved" is not one of trackActivity\'s: did you mean "onMappingSave"?'],
    [{ colour: 'x' }, ' "colour" is not one of trackActivity\'s'],
    [{ constructor: 'x' }, ' "constructor" is not one of trackActivity\'s'],
    [{ location: { contry: 'x' } }, ' "location": "contry" is not one of its parts: did you mean "country"?'],
    [
      { user_id: { '@path': 5 } },
      ' "user_id": /user_id/@path should be a string or a mapping directive but it is a number.'
    ],
    [{ user_id: ['a', 'b'] }, ' "user_id": User ID must be a string but it was an array.'],
    [{ traits: 'x' }, ' "traits": Custom Contact traits must be an object but it was a string.'],
    [{ enable_batching: 'false' }, ' "enable_batching" must be a boolean, and no directive'],
    [{ batch_size: { '@path': '$.size' } }, ' "batch_size" must be a number, and no directive'],
    [
      { audience_update_mode: 'follow' },
      ' "audience_update_mode": Audience update mode must be one of: "add", "remove", or "follow_segment".'
    ],
    [
      { onMappingSave: { outputs: { audience_name: 'VIP' } } },
      ' "onMappingSave": outputs: without an "audience_id" no audience is updated'
    ],
    [{ onMappingSave: { output: {} } }, ' "onMappingSave": Unrecognized key: "output"']
  ])('of a field: %j', (mapping, problem) => {
    expect(problemsOf([fields(mapping)])).toEqual([`Mapping "Orders" (number 1): the field${problem}`])
  })

  it('are told for each mistake of a field', () => {
    const traits = { '@if': { exists: { '@path': 5 }, then: { '@pth': 'x' } } }

    expect(problemsOf([fields({ traits })])).toHaveLength(2)
  })

  it.each([{ event: null }, { event: '' }, {}])('are a required field that is not mapped: %j', (mapping) => {
    expect(problemsOf([entry({ mapping })])).toEqual([
      'Mapping "Orders" (number 1): the required field "event" is not mapped'
    ])
  })

  it('are not what an event may mend or the framework leaves out', () => {
    const mapping = { user_id: '', anonymous_id: null, traits: null, ip: 5, properties: {}, onMappingSave: {} }

    expect(problemsOf([fields(mapping)])).toEqual([])
    expect(problemsOf([fields({ onMappingSave: { inputs: { audience_name: '' }, outputs: {} } })])).toEqual([])
  })

  it.each([
    ['[{"name":"A","__proto__":{}}]', '"A" (number 1): it has a member "__proto__"'],
    ['[{"mapping":{"__proto__":{"x":1}}}]', 'number 1: it has a member "__proto__" in "mapping"'],
    ['[{"mapping":{"traits":[{"__proto__":1}]}}]', 'number 1: it has a member "__proto__" in "mapping.traits.0"']
  ])('are keys that would pollute a prototype: %s', (text, problem) => {
    expect(problemsOf(JSON.parse(text))).toEqual([`Mapping ${problem}`])
  })

  it('are values nested too deep', () => {
    const deep: unknown = JSON.parse('['.repeat(100_000) + ']'.repeat(100_000))

    expect(problemsOf([fields({ traits: deep })])).toEqual([
      'Mapping "Orders" (number 1): it is nested more than 100 levels deep'
    ])
  })
})
