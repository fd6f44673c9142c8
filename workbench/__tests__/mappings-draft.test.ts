import {
  audienceIn,
  connect,
  differences,
  disconnect,
  duplicate,
  isChanged,
  move,
  nameIn,
  newMapping,
  readFile,
  readMapping,
  remove,
  replace,
  same,
  takeFile,
  writeMapping,
  writeSound
} from '../page/src/mappings/draft'
import type { Mapping } from '../page/src/mappings/draft'
import { eventsIn, pathsOf } from '../page/src/mappings/paths'
import { showActions } from '../server/definition'
import { checkMappings, presets } from '../server/mappings-store'

const held = presets() as Mapping[]
const mappings = held.map(readMapping)
const namesOf = (some: readonly { name: string }[]) => some.map(({ name }) => name)

describe('the list of mappings', () => {
  it.each(showActions())('gets a new one of $key with the action’s defaults, disabled, under a free name', (action) => {
    const made = newMapping(action, mappings)
    expect(made).toMatchObject({ name: `${action.title} 2`, enabled: false, subscribe: action.trigger })
    const preset = held.find(({ partnerAction }) => partnerAction === action.key)
    expect(writeMapping(made).mapping).toEqual(preset?.mapping)
    expect(checkMappings([...held, writeMapping(made)])).toEqual([])
  })

  it('gets a copy below the original, disabled, under a free name', () => {
    const twice = duplicate(duplicate(mappings, 0), 0)
    expect(namesOf(twice)).toEqual(['Upsert Contact', 'Upsert Contact copy 2', 'Upsert Contact copy', 'Track Activity'])
    expect(twice.map(({ enabled }) => enabled)).toEqual([true, false, false, true])
    expect(twice[1].fields).toEqual(twice[0].fields)
  })

  it('loses one, and has them in another order', () => {
    expect(namesOf(remove(mappings, 0))).toEqual(['Track Activity'])
    expect(namesOf(move(mappings, 1, -1))).toEqual(['Track Activity', 'Upsert Contact'])
    expect(namesOf(move(mappings, 0, 1))).toEqual(['Track Activity', 'Upsert Contact'])
    expect(namesOf(move(mappings, 0, -1))).toEqual(namesOf(mappings))
    expect(namesOf(move(mappings, 1, 1))).toEqual(namesOf(mappings))
  })

  it('knows which ones are changed, wherever they stand', () => {
    const renamed = replace(mappings, 1, { ...mappings[1], name: 'Activities' })
    expect(move(renamed, 0, 1).map((mapping) => isChanged(mapping, mappings))).toEqual([true, false])
    expect(differences(mappings, renamed)).toEqual(['Activities', 'Track Activity'])
    expect(differences(mappings, [...mappings].reverse())).toEqual([])
  })
})

it('a field that is half-written is left out until it is written', () => {
  const [contact] = mappings
  const half = { ...contact, fields: [{ key: 'ip', value: { kind: 'path', text: '' } as const }, contact.fields[0]] }
  expect(Object.keys(writeSound(half).mapping)).toEqual(['timestamp'])
})

it('an audience is connected, and disconnected without a trace', () => {
  const [contact] = mappings
  const outputs = { audience_id: 'a1', audience_name: 'VIP' }
  const connected = connect(contact, 'VIP', outputs)
  expect(audienceIn(contact)).toBeUndefined()
  expect(audienceIn(connected)).toEqual({ id: 'a1', name: 'VIP' })
  expect(writeMapping(connected).mapping.onMappingSave).toEqual({ inputs: { audience_name: 'VIP' }, outputs })
  expect(checkMappings([writeMapping(connected)])).toEqual([])
  expect(writeMapping(disconnect(connected))).toEqual(held[0])
})

it('the same mappings are the same, in whichever order their members come', () => {
  const [{ name, mapping, ...others }] = held
  expect(same([readMapping({ mapping, ...others, name })], mappings.slice(0, 1))).toBe(true)
})

describe('a mappings file', () => {
  it('is read as it stands, with what the server would keep of each mapping', () => {
    const { enabled: _, ...entry } = held[0]
    const read = readFile(JSON.stringify([{ ...entry, id: 'x' }]))
    expect('value' in read && takeFile(read.value)).toEqual([held[0]])
    expect(readFile('[')).toEqual({ message: expect.stringMatching(/^This is not JSON/) as string })
  })

  it('calls its mappings by name and number, whatever is in it', () => {
    expect(nameIn([{ name: 'VIP' }], 0)).toBe('“VIP” (mapping 1)')
    expect([nameIn([null, { name: ' ' }], 1), nameIn([], 0), nameIn(7, 2)]).toEqual([
      'Mapping 2',
      'Mapping 1',
      'Mapping 3'
    ])
  })
})

describe('the events that were tried', () => {
  const lana = { type: 'identify', userId: 'lana', traits: { email: 'l@example.org', 'odd key': 1 } }

  it.each([
    ['one', JSON.stringify(lana)],
    ['one over several lines', JSON.stringify(lana, null, 2)],
    ['an array', JSON.stringify([lana])],
    ['one on each line, and what is none', `${JSON.stringify(lana)}\nnot JSON\n7\n{"no":"type"}`]
  ])('are found in a text: %s', (_, text) => {
    expect(eventsIn(text)).toEqual([lana])
  })

  it('suggest their paths before the usual ones', () => {
    const paths = pathsOf([lana])
    expect(paths.slice(0, 4)).toEqual(['$.type', '$.userId', '$.traits', '$.traits.email'])
    expect(paths).toContain('$.properties')
    expect(paths.filter((path) => path.includes('odd') || path === '$.userId')).toEqual(['$.userId'])
  })

  it('are not looked at when they are very long', () => {
    expect(eventsIn(JSON.stringify({ type: 'track', long: 'x'.repeat(1_000_000) }))).toEqual([])
  })
})
