import fc from 'fast-check'
import { mkdtemp, rm, writeFile } from 'fs/promises'
import { tmpdir } from 'os'
import { join } from 'path'
import { presetMappings } from '../../delivery'
import type { DiffResult } from '../mappings-diff'
import { run } from '../ortto'

/** Runs `ortto …args` here. */
async function ortto(...args: string[]) {
  const out: string[] = []
  const errors: string[] = []
  const code = await run(args, { log: (text) => out.push(text), error: (text) => errors.push(String(text)) })
  return { code, out: out.join('\n'), errors: errors.join('\n') }
}

type Json = string | number | boolean | null | Json[] | { [key: string]: Json }
interface Entry {
  name: string
  partnerAction: string
  subscribe: string
  mapping: { [key: string]: Json }
}

const presets = presetMappings().map(
  ({ name, partnerAction, subscribe, mapping }): Entry => ({
    name,
    partnerAction,
    subscribe,
    mapping: { ...mapping }
  })
)

/** An event with something for each field of the presets, different in each event. */
const eventOf = (type: string, number: number) => ({
  type,
  event: `Event ${number}`,
  userId: `u${number}`,
  anonymousId: `a${number}`,
  messageId: `m${number}`,
  timestamp: `2026-01-31T12:00:${String(number % 60).padStart(2, '0')}.000Z`,
  properties: { total: number },
  traits: {
    email: `${number}@example.com`,
    address: { city: `City ${number}`, state: 'S', country: 'C', postal_code: 'P' }
  },
  context: { ip: '192.0.2.1', app: { namespace: `app ${number}` } }
})

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'actions-ortto-'))
})
afterEach(() => rm(folder, { recursive: true }))

const file = async (name: string, content: unknown) => {
  const path = join(folder, name)
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}
const ndjson = (events: readonly object[]) => events.map((event) => `${JSON.stringify(event)}\n`).join('')

async function diff(old: unknown, changed: unknown, events: readonly object[]): Promise<DiffResult & { code: number }> {
  const paths = [await file('old.json', old), await file('new.json', changed)]
  const { code, out, errors } = await ortto(
    'mappings',
    'diff',
    ...paths,
    await file('events.ndjson', ndjson(events)),
    '--json'
  )
  expect(errors).toBe('')
  return { code, ...(JSON.parse(out) as DiffResult) }
}

/** Each changes what one field sends, when the event has something for it and for the other path. */
const MUTATIONS: Record<string, Json[]> = {
  user_id: [null, 'fixed', { '@path': '$.messageId' }],
  anonymous_id: [null, 'fixed', { '@path': '$.userId' }],
  message_id: [null, { '@path': '$.userId' }, { '@template': '{{messageId}}-2' }],
  timestamp: ['2020-01-01T00:00:00Z'],
  ip: [null, '198.51.100.7'],
  location: [null, { city: { '@path': '$.userId' } }, { country: 'Other' }],
  traits: [null, { mail: { '@path': '$.traits.email' } }, { '@path': '$.properties' }],
  properties: [null, { '@path': '$.traits' }, { total: 5000 }],
  event: ['Fixed', { '@path': '$.messageId' }]
}

describe('ortto mappings diff', () => {
  it('finds each change of one field, and no other', async () => {
    const cases = presets.flatMap(({ mapping }, index) =>
      Object.entries(MUTATIONS)
        .filter(([field]) => field in mapping)
        .flatMap(([field, values]) => values.map((value) => ({ index, field, value })))
    )
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...cases),
        fc.integer({ min: 1, max: 8 }),
        async ({ index, field, value }, count) => {
          const changed = presets.map((one, position) =>
            position === index ? { ...one, mapping: { ...one.mapping, [field]: value } } : one
          )
          const events = Array.from({ length: count * 2 }, (_, number) =>
            eventOf(number % 2 ? 'track' : 'identify', number)
          )

          const { code, different, lines, groups } = await diff(presets, changed, events)

          expect({ code, different, lines }).toEqual({ code: 1, different: count, lines: 2 * count })
          expect(groups.map((group) => [group.mapping, group.kind, group.field?.split('.')[0]])).toEqual(
            groups.map(() => [presets[index].name, 'field', field])
          )
          groups.forEach((group) => expect([group.count, group.samples.length]).toEqual([count, Math.min(count, 3)]))
        }
      ),
      { numRuns: 60 }
    )
  }, 60_000)

  it('finds no difference between two spellings of the same mappings', async () => {
    const spell = (value: Json): fc.Arbitrary<Json> => {
      const path = value !== null && typeof value === 'object' && !Array.isArray(value) ? value['@path'] : undefined
      return typeof path === 'string'
        ? fc.constantFrom<Json>(
            value,
            { '@if': { exists: value, then: value } },
            { '@if': { exists: { '@path': '$.none' }, then: 'x', else: value } },
            { '@path': path.replace('$.', '') }
          )
        : fc.constant(value)
    }
    const respell = fc.tuple(
      ...presets.map(({ mapping, ...rest }) =>
        fc
          .tuple(
            fc.string({ minLength: 1 }).filter((name) => name.trim() !== ''),
            fc.record(Object.fromEntries(Object.entries(mapping).map(([field, value]) => [field, spell(value)]))),
            fc.boolean(),
            fc.boolean()
          )
          .map(([name, fields, isReversed, isSegments]) => {
            const members = Object.entries(fields)
            const written = Object.fromEntries(isReversed ? members.reverse() : members)
            return isSegments
              ? { name, actionSlug: rest.partnerAction, trigger: rest.subscribe.replace(' = ', '='), settings: written }
              : { ...rest, name, mapping: written }
          })
      )
    )
    const events = Array.from({ length: 6 }, (_, number) => eventOf(number % 2 ? 'track' : 'identify', number))
    await fc.assert(
      fc.asyncProperty(respell, fc.boolean(), async ([one, other], isSwapped) => {
        fc.pre(one.name !== other.name)

        expect(await diff(presets, isSwapped ? [other, one] : [one, other], events)).toEqual({
          code: 0,
          lines: 6,
          different: 0,
          groups: []
        })
      }),
      { numRuns: 60 }
    )
  }, 60_000)

  it('shows events that only one side sends, and the differences of traits one by one', async () => {
    const [contacts, activities] = presets
    const changed = [
      { ...contacts, mapping: { ...contacts.mapping, traits: { email: { '@path': '$.traits.email' }, plan: 'free' } } },
      { ...activities, subscribe: 'type = "page"' }
    ]
    const events = ['identify', 'track', 'page'].map(eventOf)

    const { groups } = await diff(presets, changed, events)

    expect(groups.map(({ mapping, kind, field, count }) => [mapping, kind, field, count])).toEqual([
      ...['city', 'state', 'country', 'postal_code'].map((part) => [
        contacts.name,
        'field',
        `traits.address.${part}`,
        1
      ]),
      [contacts.name, 'field', 'traits.plan', 1],
      [activities.name, 'only_old', undefined, 1],
      [activities.name, 'only_new', undefined, 1]
    ])
    expect(groups.find(({ field }) => field === 'traits.plan')?.samples).toEqual([
      { source: `${join(folder, 'events.ndjson')}:1`, messageId: 'm0', new: 'free' }
    ])
  })

  it('compares audiences by their names, whatever their ids', async () => {
    const audience = (audience_id: string, audience_name: string) => [
      {
        ...presets[0],
        mapping: {
          ...presets[0].mapping,
          audience_update_mode: 'add',
          onMappingSave: { outputs: { audience_id, audience_name } }
        }
      }
    ]
    const events = [eventOf('identify', 1)]

    expect((await diff(audience('1', 'VIP'), audience('2', 'VIP'), events)).different).toBe(0)
    expect((await diff(audience('1', 'VIP'), audience('1', 'New'), events)).groups).toMatchObject([
      { field: 'audience.id', samples: [{ old: 'dry run: VIP', new: 'dry run: New' }] }
    ])
  })

  it('prints a table and samples, and says when there is nothing', async () => {
    const [contacts] = presets
    const old = await file('old.json', [contacts])
    const changed = await file('new.json', [{ ...contacts, mapping: { ...contacts.mapping, user_id: 'fixed' } }])
    const events = await file('events.ndjson', ndjson([eventOf('identify', 1)]))

    const { code, out } = await ortto('mappings', 'diff', old, changed, events)

    expect(code).toBe(1)
    expect(out).toContain('1       Upsert Contact  user_id')
    expect(out).toContain(`${events}:1  "u1" → "fixed"`)
    expect(out).toContain('Events that go out differently: 1.')
    expect((await ortto('mappings', 'diff', old, old, events)).out).toBe('Lines: 1. All events go out the same.')
    expect(await ortto('mappings', 'diff', old)).toMatchObject({ code: 2 })
  })
})

describe('ortto mappings export', () => {
  it('writes a file in both shapes, which are the same mappings', async () => {
    const segment = await ortto('mappings', 'export', await file('a.json', presets), '--shape', 'segment')
    const framework = await ortto('mappings', 'export', await file('b.json', segment.out), '--shape', 'framework')

    expect(JSON.parse(segment.out)).toMatchObject([{ actionSlug: 'upsertContact' }, { trigger: 'type = "track"' }])
    expect(JSON.parse(framework.out)).toEqual(presets.map((one) => ({ enabled: true, ...one })))
  })

  it('names the problems of a file', async () => {
    const path = await file('a.json', { name: 'A', actionSlug: 'sendFax' })

    expect(await ortto('mappings', 'export', path)).toMatchObject({
      code: 2,
      errors: expect.stringMatching(/Mapping "A" \(number 1\): its "partnerAction" .*"actionSlug"/) as string
    })
  })
})
