import { removeUndefined, transform } from '@segment/actions-core'
import type { JSONObject, JSONValue } from '@segment/actions-core'
import type { InputData } from '@segment/actions-core/mapping-kit'
import { readFileSync } from 'fs'
import fc from 'fast-check'
import { presetMappings } from '..'
import { compileMapping } from '../mapping/compile-mapping'

/** What becomes of an event, as text, which also shows the order of its members and what has no place in JSON. */
function outcome(map: () => unknown): string {
  try {
    return JSON.stringify(map(), (_, member: unknown) =>
      member === undefined || typeof member === 'function' ? `(${typeof member})` : member
    )
  } catch (error) {
    return `Error: ${(error as Error).message}`
  }
}

function expectSame(mapping: JSONObject, event: InputData): void {
  const before = JSON.stringify(event)
  // The framework changes a mapping that has an @replace.
  const theirs = outcome(() => transform(JSON.parse(JSON.stringify(mapping)) as JSONObject, event))
  const ours = outcome(() => removeUndefined(compileMapping(mapping)(event)))

  expect(ours).toBe(theirs)
  expect(JSON.stringify(event)).toBe(before)
}

const parse = (text: string) => JSON.parse(text) as InputData

describe('a compiled mapping', () => {
  const events = readFileSync('examples/events.ndjson', 'utf8').trim().split('\n').map(parse)

  it.each(presetMappings())('gives what the framework makes of the example events: $name', ({ mapping }) => {
    events.forEach((event) => expectSame(mapping, event))
  })

  it('may be used for any number of events', () => {
    const map = compileMapping({ user_id: { '@path': '$.userId' }, literal: { list: [1] } })

    expect(map({ userId: 'u1' })).toEqual({ user_id: 'u1', literal: { list: [1] } })
    expect(map({})).toEqual({ literal: { list: [1] } })
  })

  it('leaves other directives to the framework, wherever they are', () => {
    const mapping = {
      greeting: { '@template': 'Hello {{traits.name}}' },
      parts: [
        {
          '@if': { exists: { '@path': '$.none' }, else: { '@literal': { '@case': { operator: 'upper', value: 'a' } } } }
        }
      ]
    }

    expect(compileMapping(mapping)({ traits: { name: 'Lana' } })).toEqual({ greeting: 'Hello Lana', parts: ['A'] })
  })

  it('gives what the framework gives, for any mapping and event', () => {
    fc.assert(
      fc.property(mappingOf(), eventOf(), (mapping, event) => expectSame(mapping, event)),
      { numRuns: 3000 }
    )
  }, 60_000)
})

/** Few keys, so that paths meet them, and those that an object has without having them. */
const KEYS = ['a', 'b', 'a.b', '0', '', "it's", 'length', 'constructor', '__proto__']

/** An event as it is read: from text, in which a member may have any name. */
function eventOf() {
  const { value, members } = fc.letrec<{ value: string; members: string }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4, depthIdentifier: 'event' },
      fc.constantFrom('null', 'false', 'true', '0', '-1.5', '""', '"text"', '"2026-01-01"', '[]', '{}'),
      fc.array(tie('value'), { maxLength: 3, depthIdentifier: 'event' }).map((items) => `[${items.join()}]`),
      tie('members')
    ),
    members: fc
      .array(fc.tuple(fc.constantFrom(...KEYS), tie('value')), { maxLength: 5, depthIdentifier: 'event' })
      .map((members) => `{${members.map(([key, member]) => `${JSON.stringify(key)}:${member}`).join()}}`)
  }))
  return fc
    .oneof(
      members,
      fc.tuple(value, value).map(([a, b]) => `{"a":${a},"b":${b}}`)
    )
    .map(parse)
}

const PUNCTUATION = ['.', '..', '.a', '.b', '[0]', '[1]', '["a"]', "['a.b']", '[', ']', "'", '$', '$.']

/** What the framework refuses in a mapping, but not in an array: there it makes of it what it can. */
const ODD: JSONValue[] = [
  { '@none': 1 },
  { '@path': 1 },
  { '@path': '$.a', b: 1 },
  { b: 1, '@path': '$.a' },
  { '@if': { exists: 1, then: 2 }, b: 1 },
  { '@path': '$.a', '@if': { exists: 1, then: 2 } }
]

/** A mapping that the framework takes. */
function mappingOf(): fc.Arbitrary<JSONObject> {
  const parts = fc.array(fc.constantFrom(...KEYS, ...PUNCTUATION), { maxLength: 5 })
  const path = fc.tuple(fc.constantFrom('$.', '$.', ''), parts).map(([start, rest]) => start + rest.join(''))
  const fromPath = path.map((path): JSONObject => ({ '@path': path }))
  const sizes = { maxLength: 3, maxKeys: 4, depthIdentifier: 'mapping' }
  const { value, members } = fc.letrec<{ value: JSONValue; condition: JSONObject; members: JSONObject }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4, depthIdentifier: 'mapping' },
      fc.constantFrom<JSONValue>(null, true, false, 0, 1, '', 'text'),
      fromPath,
      fromPath.map((directive) => ({ ...directive, _metadata: { label: 'A' } })),
      fromPath.map((value) => ({ '@replace': { pattern: 't', value } })),
      path.map((path) => ({ '@template': `{{${path}}}` })),
      tie('value').map((literal) => ({ '@literal': literal })),
      tie('condition').map((condition) => ({ '@if': condition })),
      fc.array(fc.oneof(tie('value'), fc.constantFrom(...ODD)), sizes),
      tie('members')
    ),
    condition: fc.oneof(
      fc.dictionary(fc.constantFrom('exists', 'blank', 'then', 'else'), tie('value'), sizes),
      fc.tuple(fromPath, tie('value'), tie('value')).map(([exists, then, other]) => ({ exists, then, else: other }))
    ),
    members: fc.dictionary(fc.constantFrom('x', 'y', 'user_id', 'a'), tie('value'), sizes)
  }))
  const single = value.map((x) => ({ x }))
  return fc.oneof(members, single)
}
