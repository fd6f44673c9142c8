import { transform } from '@segment/actions-core/mapping-kit'
import fc from 'fast-check'
import exampleMappings from '../../examples/mappings.json'
import {
  audienceIn,
  connect,
  differences,
  disconnect,
  duplicate,
  validateMappings,
  isChanged,
  move,
  nameAt,
  newMapping,
  readMappingsDraft,
  readFile,
  readMapping,
  remove,
  areSame,
  writeMapping,
  writeValid
} from '../page/src/mappings/draft'
import type { Mapping } from '../page/src/mappings/draft'
import { changeKind } from '../page/src/mappings/change-kind'
import { describeForm } from '../page/src/mappings/describe-form'
import { readValue, valueIn, withValue, writeForm } from '../page/src/mappings/form'
import type { Form, Json, Kind } from '../page/src/mappings/form'
import { validateForm, validateValue } from '../page/src/mappings/validate-form'
import { eventsIn, pathsOf } from '../page/src/mappings/paths'
import { addCondition, CONDITIONS, isReadOtherwise } from '../page/src/mappings/trigger'
import { DIRECTIVES } from '../directives'
import type { DirectiveName } from '../directives'
import { showActions } from '../server/definition'
import { checkMappings, presets, readImported } from '../server/mappings-store'

const [contact, activity] = presets() as Mapping[]
const path = (text: string): Form => ({ kind: 'path', text })
const text = (content: string): Form => ({ kind: 'text', text: content })
const inputsOf = (form: Form) => ('inputs' in form ? form.inputs : [])
const withTraits = (form: Form) => ({ ...readMapping(contact), fields: [{ key: 'traits', value: form }] })

/** Directives that have a form of their own, those that don't, and literals, one within another. */
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    fc.string(),
    fc.record({ '@path': fc.string() }),
    fc.record({ '@template': fc.string() }),
    fc.record({ '@literal': fc.jsonValue() }),
    fc.record({ '@liquid': fc.oneof(fc.string(), tie('any')) }),
    ...Object.entries(DIRECTIVES).map(([name, { inputs }]) =>
      fc.record({
        [name]: fc.oneof(
          fc.record(Object.fromEntries(inputs.map(({ key }) => [key, tie('any')])), { requiredKeys: [] }),
          fc.record(
            Object.fromEntries(
              inputs.map(({ key, type, choices = [] }) => [
                key,
                {
                  value: tie('any'),
                  parts: tie('any'),
                  values: fc.array(tie('any')),
                  path: fc.string(),
                  text: fc.string(),
                  choice: fc.constantFrom('other', ...choices.map((choice) => choice.value)),
                  switch: fc.boolean()
                }[type]
              ])
            ),
            { requiredKeys: [] }
          ),
          tie('any')
        )
      })
    ),
    fc.record({ '@excludeWhenNull': tie('any') }),
    fc.record({ '@arrayPath': fc.array(fc.oneof(fc.string(), tie('any')), { maxLength: 3 }) }),
    fc.record({
      '@if': fc.oneof(
        fc.record({ exists: tie('any'), then: tie('any'), else: tie('any') }, { requiredKeys: ['exists'] }),
        fc.record({ blank: tie('any'), then: tie('any') }, { requiredKeys: ['blank'] }),
        fc.record({ exists: tie('any'), blank: tie('any'), more: tie('any') })
      )
    }),
    fc.dictionary(fc.string(), tie('any')),
    fc.jsonValue()
  )
}))

describe('a mapping in the editor', () => {
  it('is the same when it is written back, whatever it contains', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ minLength: 1 }), value.any), (mapping) => {
        const given = { ...contact, mapping: JSON.parse(JSON.stringify(mapping)) as Mapping['mapping'] }
        expect(writeMapping(readMapping(given))).toEqual(given)
      }),
      { numRuns: 1000 }
    )
  })

  it('keeps all other fields when one is changed', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('ip', 'traits', 'location'), value.any), (mapping) => {
        const given = JSON.parse(JSON.stringify(mapping)) as Mapping['mapping']
        const form = readMapping({ ...contact, mapping: given })
        const changed = { ...form, fields: withValue(form.fields, 'ip', path('$.context.ip')) }
        expect(writeMapping(changed).mapping).toEqual({ ...given, ip: { '@path': '$.context.ip' } })
      })
    )
  })

  it('is restored from a stored draft, whatever it contains', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ minLength: 1 }), value.any), (mapping) => {
        const given = { ...contact, mapping: JSON.parse(JSON.stringify(mapping)) as Mapping['mapping'] }
        const draft = { base: [given], mappings: [readMapping(given)] }
        expect(readMappingsDraft(JSON.stringify(draft))).toEqual(draft)
      })
    )
  })

  it.each([...presets(), ...exampleMappings])('is the same when it is written back: $name', (mapping) => {
    const form = readMapping(mapping as Mapping)
    expect(writeMapping(form)).toEqual(mapping)
    expect(validateMappings([form])).toEqual([])
  })

  it('describes a condition', () => {
    expect(describeForm(readValue(contact.mapping.traits, true))).toBe(
      '$.traits if $.traits exists, else $.context.traits'
    )
  })
})

describe('a value', () => {
  it.each<[Form, Kind, Form]>([
    [path('$.traits.email'), 'template', { kind: 'template', text: '{{traits.email}}' }],
    [{ kind: 'template', text: '{{ traits.email }}' }, 'path', path('$.traits.email')],
    [{ kind: 'text', text: 'Hi' }, 'template', { kind: 'template', text: 'Hi' }],
    [path('$.a'), 'if', { kind: 'if', test: 'exists', of: path('$.a'), then: path('$.a'), else: { kind: 'nothing' } }],
    [path('$.a'), 'json', { kind: 'json', text: '{\n  "@path": "$.a"\n}' }],
    [{ kind: 'json', text: '{"@path":"$.a"}' }, 'path', path('$.a')],
    [path('$.a'), 'nothing', { kind: 'nothing' }],
    [path('$.a'), 'liquid', { kind: 'liquid', text: '{{a}}' }],
    [readValue({ '@case': { operator: 'upper', value: { '@path': '$.a' } } }), 'path', path('$.a')],
    [
      readValue({ '@merge': { objects: [{ '@path': '$.a' }], direction: 'right' } }),
      '@json',
      readValue({ '@json': { value: { '@path': '$.a' }, mode: 'encode' } })
    ]
  ])('keeps its content as far as possible when its kind changes: %j as %s', (form, kind, expected) => {
    expect(changeKind(form, kind)).toEqual(expected)
  })

  it('can change from any kind to any other', () => {
    const kinds: Kind[] = [
      ...(['path', 'text', 'if', 'template', 'liquid', 'literal', 'json', 'parts', 'nothing'] as const),
      ...(Object.keys(DIRECTIVES) as DirectiveName[])
    ]
    fc.assert(
      fc.property(value.any, fc.array(fc.constantFrom(...kinds)), (given, steps) => {
        steps.reduce<Form>((form, kind) => {
          const next = changeKind(form, kind)
          expect(next.kind).toBe(kind)
          expect(typeof describeForm(next)).toBe('string')
          expect(readMappingsDraft(JSON.stringify({ base: [], mappings: [withTraits(next)] }))).toBeDefined()
          return next
        }, readValue(JSON.parse(JSON.stringify(given)) as Json))
      })
    )
  })

  const examples: Record<DirectiveName, Json> = {
    '@case': { value: { '@path': '$.a' }, operator: 'lower' },
    '@replace': { value: { '@path': '$.a' }, pattern: '-', replacement: '', ignorecase: true, global: false },
    '@flatten': { value: { '@path': '$.a' }, separator: '.', omitArrays: true },
    '@json': { value: { '@path': '$.a' }, mode: 'decode' },
    '@excludeWhenNull': { city: { '@path': '$.a' } },
    '@merge': { objects: [{ '@path': '$.a' }, { b: 'c' }], direction: 'left' },
    '@arrayPath': ['$.a', { b: { '@path': '$.c' } }],
    '@transform': { apply: { a: { '@path': '$.a' } }, mapping: { b: { '@path': '$.a' } } }
  }

  it.each(Object.entries(examples))('of %s is edited by its inputs', (name, content) => {
    const form = readValue({ [name]: content })
    expect(form.kind).toBe(name)
    expect(validateForm(form)).toEqual([])
    expect(writeForm(form)).toEqual({ [name]: content })
  })

  it.each(Object.keys(DIRECTIVES) as DirectiveName[])('that becomes %s is accepted by the framework', (name) => {
    const form = changeKind(path('$.traits.phone'), name)
    const completed =
      name === '@replace' ? { ...form, inputs: withValue([...inputsOf(form)], 'pattern', text('-')) } : form
    expect(validateForm(completed)).toEqual([])
    const mapping = { ...contact.mapping, traits: writeForm(completed) ?? null }
    expect(checkMappings([{ ...contact, mapping }])).toEqual([])
    expect(() => transform(mapping, { traits: { phone: '1-2' } })).not.toThrow()
  })

  it('says which input of a directive is missing or too long', () => {
    const replace = (pattern: string): Form =>
      readValue({ '@replace': { pattern, replacement: '', value: { '@path': '' } } })
    expect(validateForm(replace(''))).toEqual([
      'Enter a value for “Search for”.',
      expect.stringMatching('Enter a path')
    ])
    expect(validateForm(replace('12345678901'))[0]).toBe('“Search for” can have 10 characters at most.')
    expect(validateForm({ kind: 'liquid', text: 'x'.repeat(1001) })[0]).toMatch('1000 characters at most')
  })

  it('is empty when a path becomes a text, because a path as text is easily overlooked', () => {
    expect(changeKind(path('$.a'), 'text')).toEqual({ kind: 'text', text: '' })
  })

  it('is the default of a new mapping when it was nothing', () => {
    expect(changeKind({ kind: 'nothing' }, 'path', path('$.userId'))).toEqual(path('$.userId'))
  })

  it('reports what is not valid yet', () => {
    expect(validateValue(path(' '))).toMatch('Enter a path')
    expect(validateValue({ kind: 'json', text: '{' })).toMatch('This is not JSON')
    expect(writeForm({ kind: 'json', text: '{' })).toBeUndefined()
    const rows = [
      { key: 'a', value: path('$.a') },
      { key: 'a', value: path('') },
      { key: '@b', value: path('$.b') }
    ]
    expect(validateForm({ kind: 'parts', rows })).toEqual([
      'The key “a” exists already.',
      expect.stringMatching(/^a: Enter a path/),
      'A key cannot start with @.'
    ])
  })
})

describe('the mappings', () => {
  const forms = [contact, activity].map(readMapping)

  it('get a new mapping with the defaults of its action: disabled, valid, with an unused name', () => {
    for (const action of showActions()) {
      const mapping = newMapping(JSON.parse(JSON.stringify(action)) as typeof action, forms)
      expect(mapping).toMatchObject({ name: `${action.title} 2`, enabled: false })
      expect(checkMappings([writeMapping(mapping)])).toEqual([])
    }
  })

  it('can be duplicated, removed and moved', () => {
    const copied = duplicate(forms, 0)
    expect(copied.map(({ name, enabled }) => [name, enabled])).toEqual([
      ['Upsert Contact', true],
      ['Upsert Contact copy', false],
      ['Track Activity', true]
    ])
    expect(duplicate(copied, 0)[1].name).toBe('Upsert Contact copy 2')
    expect(remove(copied, 1)).toEqual(forms)
    expect(move(forms, 0, 1)).toEqual([forms[1], forms[0]])
    expect(move(forms, 0, -1)).toEqual(forms)
  })

  it('can be compared with the saved mappings', () => {
    const renamed = { ...forms[0], name: 'Other' }
    expect(isChanged(forms[0], forms)).toBe(false)
    expect(isChanged(renamed, forms)).toBe(true)
    expect(differences(forms, [forms[1], renamed])).toEqual(['Other', 'Upsert Contact'])
    expect(differences(forms, [forms[1], forms[0]])).toEqual([])
  })

  it('are compared without the order of their members', () => {
    const { name, mapping, ...others } = contact
    expect(areSame([readMapping({ mapping, ...others, name })], [forms[0]])).toBe(true)
  })

  it('are checked without the fields that are not valid yet', () => {
    const fields = [{ key: 'ip', value: path('') }, forms[0].fields[0]]
    expect(Object.keys(writeValid({ ...forms[0], fields }).mapping)).toEqual(['timestamp'])
  })

  it('can be connected to an audience, and disconnected', () => {
    const connected = connect(forms[0], 'VIP', { audience_id: '1', audience_name: 'VIP' })
    expect(audienceIn(connected)).toEqual({ id: '1', name: 'VIP' })
    expect(checkMappings([writeMapping(connected)])).toEqual([])
    expect(disconnect(connected)).toEqual(forms[0])
  })

  it('have a row for each value except nothing', () => {
    const rows = withValue([], 'user_id', path('$.userId'))
    expect(valueIn(rows, 'user_id')).toEqual(path('$.userId'))
    expect(valueIn(rows, 'ip')).toEqual({ kind: 'nothing' })
    expect(withValue(rows, 'user_id', { kind: 'nothing' })).toEqual([])
  })

  it('are read from a file, without unknown members', () => {
    const text = JSON.stringify([{ ...contact, enabled: undefined, id: 'abc' }])
    const file = readFile(text)
    expect('value' in file && readImported(file.value).mappings).toEqual([contact])
    expect(readFile('{')).toEqual({ message: expect.stringMatching('not JSON') as string })
    expect(nameAt(['Ours'], 0)).toBe('“Ours” (mapping 1)')
    expect(nameAt([], 1)).toBe('Mapping 2')
  })

  it('are restored from a stored draft if it is valid', () => {
    const draft = { base: [contact], mappings: forms }
    expect(readMappingsDraft(JSON.stringify(draft))).toEqual(draft)
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
        expect(readMappingsDraft(text)).toBeUndefined()
      })
    )
    expect(
      readMappingsDraft(JSON.stringify({ base: [], mappings: [{ ...forms[0], fields: [{ key: 1 }] }] }))
    ).toBeUndefined()
  })
})

describe('a trigger', () => {
  it('gets another condition, with parentheses if it uses the other operator', () => {
    expect(addCondition('', 'type = "track"', 'and')).toBe('type = "track"')
    expect(addCondition('type = "track"', 'event = "a"', 'and')).toBe('type = "track" and event = "a"')
    expect(addCondition('type = "a" or type = "b"', 'event = "c"', 'and')).toBe(
      '(type = "a" or type = "b") and event = "c"'
    )
    expect(addCondition('event = "this or that"', 'type = "a"', 'and')).toBe('event = "this or that" and type = "a"')
    expect(addCondition('(type = "a" and event = "b") or type = "c"', 'event = "d"', 'and')).toBeUndefined()
  })

  it('can be read after a condition was added', () => {
    const fql = fc.constantFrom(...CONDITIONS.map((condition) => condition.fql))
    fc.assert(
      fc.property(fc.array(fc.tuple(fql, fc.constantFrom('and', 'or')), { minLength: 1, maxLength: 6 }), (steps) => {
        let trigger = ''
        for (const [condition, word] of steps) {
          trigger = addCondition(trigger, condition, word) ?? trigger
          expect(checkMappings([{ ...contact, subscribe: trigger }])).toEqual([])
        }
      })
    )
    expect(addCondition('contains(event, "a") and type = "track"', 'type = "page"', 'or')).toBeUndefined()
  })

  it.each(CONDITIONS)('can start from $fql', ({ fql }) => {
    for (const trigger of [fql, addCondition('type = "a" or type = "b"', fql, 'and') ?? '']) {
      expect(checkMappings([{ ...contact, subscribe: trigger }])).toEqual([])
    }
  })

  it('is compared with how Segment reads it', () => {
    expect(isReadOtherwise('type = track', 'type = "track"')).toBe(true)
    expect(isReadOtherwise('(type="track")', 'type = "track"')).toBe(false)
  })
})

describe('suggested paths', () => {
  it('are the paths of the tried events, and common paths', () => {
    const events = eventsIn('{"type":"identify","traits":{"plan":"pro","<img>":1}}\n\nno JSON\n{"type":"track"}')
    expect(events).toHaveLength(2)
    const paths = pathsOf(events)
    expect(paths).toEqual(expect.arrayContaining(['$.traits.plan', '$.userId']))
    expect(paths.some((one) => one.includes('<'))).toBe(false)
  })

  it('are found in one event on several lines, and in an array', () => {
    expect(eventsIn('{\n"type": "track"\n}')).toHaveLength(1)
    expect(eventsIn('[{"type":"track"},{"type":"identify"}, 5]')).toHaveLength(2)
  })
})
