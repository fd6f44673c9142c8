import fc from 'fast-check'
import { readTrigger } from '../../delivery/mappings'
import type { Mapping } from '../page/src/mappings/draft'
import { flawsOf, readDraft, readMapping, valueIn, withValue, writeMapping } from '../page/src/mappings/draft'
import { changeKind, describe as told, flawsIn, readValue, writeForm } from '../page/src/mappings/form'
import type { Form, Json, Kind } from '../page/src/mappings/form'
import { addCondition, CONDITIONS, isReadOtherwise } from '../page/src/mappings/trigger'
import { checkMappings, presets } from '../server/mappings-store'

/** Values as a mapping has them: directives of all kinds, within one another, and plain JSON. */
const { value } = fc.letrec<{ value: Json; directive: Json; json: Json }>((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, fc.string(), tie('directive'), tie('json')),
  directive: fc.oneof(
    fc.record({ '@path': fc.string({ minLength: 1 }) }),
    fc.record({ '@template': fc.string({ minLength: 1 }) }),
    fc.record({ '@literal': tie('value') }),
    fc.record({ '@if': fc.record({ exists: tie('value'), then: tie('value'), else: tie('value') }) }),
    fc.record({
      '@if': fc.record({ blank: tie('value'), then: tie('value'), else: tie('value') }, { requiredKeys: ['blank'] })
    }),
    fc.record({ '@arrayPath': fc.tuple(fc.string(), fc.record({ id: tie('value') })) }),
    fc.record({ '@liquid': fc.string() }),
    fc.record({ '@case': fc.record({ operator: fc.constantFrom('lower', 'upper'), value: fc.string() }) })
  ),
  json: fc.jsonValue({ maxDepth: 3 }).map((json) => JSON.parse(JSON.stringify(json)) as Json)
}))
const key = fc.string({ minLength: 1 }).filter((text) => text !== '__proto__')
const mapping = fc
  .record(
    {
      user_id: value,
      anonymous_id: value,
      ip: value,
      location: fc.oneof(value, fc.dictionary(fc.constantFrom('country', 'state', 'city', 'post_code'), value)),
      traits: fc.oneof(value, fc.dictionary(key, value)),
      audience_update_mode: fc.constantFrom('add', 'remove', 'follow_segment'),
      enable_batching: fc.boolean(),
      batch_size: fc.integer(),
      onMappingSave: fc.record({ outputs: fc.record({ audience_id: fc.string({ minLength: 1 }) }) })
    },
    { requiredKeys: [] }
  )
  .map((members): Mapping => entry({ mapping: members }))

function entry(members: Partial<Mapping> = {}): Mapping {
  return {
    name: 'Contacts',
    enabled: true,
    partnerAction: 'upsertContact',
    subscribe: 'type = "identify"',
    mapping: {},
    ...members
  }
}

describe('a mapping that is read into its form', () => {
  it('is the same when it is written back, also from a stored draft', () => {
    let valid = 0
    fc.assert(
      fc.property(mapping, (one) => {
        const form = readMapping(one)
        expect(writeMapping(form)).toEqual(one)
        expect(readDraft(JSON.stringify({ base: [one], mappings: [form] }))).toEqual({ base: [one], mappings: [form] })
        valid += checkMappings([one]).length === 0 ? 1 : 0
      }),
      { numRuns: 500 }
    )
    // So the property was not about wrong ones alone.
    expect(valid).toBeGreaterThan(50)
  })

  it('keeps every other field as it is when one is changed', () => {
    fc.assert(
      fc.property(mapping, (one) => {
        const form = readMapping(one)
        const changed = { ...form, fields: withValue(form.fields, 'ip', { kind: 'path', text: '$.context.ip' }) }
        expect(writeMapping(changed).mapping).toEqual({ ...one.mapping, ip: { '@path': '$.context.ip' } })
        const emptied = { ...form, fields: withValue(form.fields, 'ip', { kind: 'nothing' }) }
        const { ip: _, ...others } = one.mapping
        expect(writeMapping(emptied).mapping).toEqual(others)
      })
    )
  })

  it('has no flaw when it is one of the presets', () => {
    const forms = (presets() as Mapping[]).map(readMapping)
    expect(flawsOf(forms)).toEqual([])
    const kinds = ['user_id', 'enable_batching', 'location', 'traits', 'audience_update_mode'].map(
      (field) => valueIn(forms[0].fields, field).kind
    )
    expect(kinds).toEqual(['path', 'json', 'parts', 'if', 'text'])
  })
})

describe('a value', () => {
  const path: Form = { kind: 'path', text: '$.traits.email' }

  it.each<[string, Json | undefined, Form]>([
    ['nothing', undefined, { kind: 'nothing' }],
    ['a text', 'pro', { kind: 'text', text: 'pro' }],
    ['a path', { '@path': '$.traits.email' }, path],
    ['a template', { '@template': 'Hi {{x}}' }, { kind: 'template', text: 'Hi {{x}}' }],
    ['a wrapped text', { '@literal': 'pro' }, { kind: 'literal', text: 'pro' }],
    ['a number', 500, { kind: 'json', text: '500' }],
    ['a directive of another kind', { '@liquid': 'x' }, { kind: 'json', text: '{\n  "@liquid": "x"\n}' }],
    ['two directives at once', { '@path': 'a', '@x': 1 }, { kind: 'json', text: '{\n  "@path": "a",\n  "@x": 1\n}' }],
    [
      'a condition',
      { '@if': { exists: { '@path': '$.traits.email' }, then: 'yes' } },
      { kind: 'if', test: 'exists', of: path, then: { kind: 'text', text: 'yes' }, else: { kind: 'nothing' } }
    ]
  ])('that is %s has its own form', (_, given, form) => {
    expect(readValue(given)).toEqual(form)
    expect(writeForm(form)).toEqual(given)
  })

  it('of an object field is shown key by key, an object within it as JSON', () => {
    expect(readValue({ plan: 'pro', address: { city: 'Berlin' } }, true)).toEqual({
      kind: 'parts',
      rows: [
        { key: 'plan', value: { kind: 'text', text: 'pro' } },
        { key: 'address', value: { kind: 'json', text: '{\n  "city": "Berlin"\n}' } }
      ]
    })
  })

  it('that is half-written says what is missing', () => {
    const rows = [
      { key: '', value: path },
      { key: '@path', value: path },
      { key: 'plan', value: path },
      { key: 'plan', value: { kind: 'path', text: ' ' } as Form },
      { key: 'data', value: { kind: 'json', text: '{' } as Form },
      { key: 'one', value: { kind: 'if', test: 'exists', of: { kind: 'nothing' }, then: path, else: path } as Form }
    ]
    expect(flawsIn({ kind: 'parts', rows })).toEqual([
      'Enter a key.',
      'A key can’t begin with @.',
      'There is another “plan”.',
      'plan: Enter a path, such as $.traits.email.',
      expect.stringMatching(/^data: This is not JSON: /),
      'one: Choose what it depends on.'
    ])
  })

  it('becomes another kind with what was written, as far as that can be', () => {
    const template: Form = { kind: 'template', text: '{{traits.email}}' }
    expect(changeKind(path, 'template')).toEqual(template)
    expect(changeKind(template, 'path')).toEqual(path)
    expect(changeKind(path, 'json')).toEqual({ kind: 'json', text: '{\n  "@path": "$.traits.email"\n}' })
    expect(changeKind(changeKind(path, 'json'), 'path')).toEqual(path)
    expect(changeKind(path, 'if')).toEqual({
      kind: 'if',
      test: 'exists',
      of: path,
      then: path,
      else: { kind: 'nothing' }
    })
    expect(changeKind(changeKind(path, 'if'), 'path')).toEqual(path)
    // A path as a fixed text would be a mistake that nobody sees.
    expect(changeKind(path, 'text')).toEqual({ kind: 'text', text: '' })
    expect(changeKind({ kind: 'nothing' }, 'path', path)).toEqual(path)
    expect(changeKind({ kind: 'json', text: '{"plan":"pro"}' }, 'parts')).toEqual({
      kind: 'parts',
      rows: [{ key: 'plan', value: { kind: 'text', text: 'pro' } }]
    })
  })

  it('becomes any kind without breaking', () => {
    const kinds = fc.array(
      fc.constantFrom<Kind>('path', 'text', 'if', 'template', 'literal', 'json', 'parts', 'nothing')
    )
    fc.assert(
      fc.property(value, kinds, (given, steps) => {
        const form = steps.reduce<Form>((held, kind) => {
          const next = changeKind(held, kind)
          expect(next.kind).toBe(kind)
          return next
        }, readValue(given))
        expect(typeof told(form)).toBe('string')
        expect(Array.isArray(flawsIn(form))).toBe(true)
      })
    )
  })

  it('is told in a sentence', () => {
    expect(told(changeKind(path, 'if'))).toBe('$.traits.email if $.traits.email exists, else nothing')
  })
})

describe('a stored draft', () => {
  const base = [entry()]
  it.each([
    null,
    '',
    '{',
    'null',
    '[]',
    '{}',
    JSON.stringify({ base, mappings: [{}] }),
    JSON.stringify({ base, mappings: [{ ...entry(), fields: [{ key: 'ip', value: { kind: 'odd' } }] }] }),
    JSON.stringify({ base: [{ ...entry(), partnerAction: 'x' }], mappings: [] })
  ])('that this page did not write is left alone: %s', (text) => {
    expect(readDraft(text)).toBeUndefined()
  })
})

describe('a condition that is added to a trigger', () => {
  it('gives one that Segment’s library reads as it is written, unless it says that it can’t', () => {
    const step = fc.tuple(
      fc.constantFrom(...CONDITIONS.map(({ fql }) => fql)),
      fc.constantFrom<'and' | 'or'>('and', 'or')
    )
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 6 }), (steps) => {
        let trigger = ''
        for (const [fql, word] of steps) {
          const next = addCondition(trigger, fql, word)
          if (next === undefined) {
            expect(trigger).toMatch('(')
            return
          }
          trigger = next
          expect(typeof readTrigger(trigger)).toBe('object')
        }
      })
    )
  })

  it('puts what was there in parentheses when it is joined by the other word', () => {
    expect(addCondition('', 'type = "track"', 'or')).toBe('type = "track"')
    expect(addCondition('type = "track" ', 'userId != null', 'and')).toBe('type = "track" and userId != null')
    expect(addCondition('event = "a or b"', 'userId != null', 'and')).toBe('event = "a or b" and userId != null')
    const mixed = addCondition('event = "a" or event = "b"', 'userId != null', 'and')
    expect(mixed).toBe('(event = "a" or event = "b") and userId != null')
    expect(addCondition(mixed ?? '', 'traits.plan != null', 'and')).toBe(`${mixed} and traits.plan != null`)
    expect(addCondition(mixed ?? '', 'traits.plan != null', 'or')).toBeUndefined()
  })

  it('is noticed when it is read in another way', () => {
    expect(isReadOtherwise('!(type = "track")', 'type = "track"')).toBe(true)
    expect(isReadOtherwise('type="track"  AND (userId != null)', 'type = "track" and userId != null')).toBe(false)
  })
})
