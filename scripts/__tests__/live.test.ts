import { randomCases, systematicCases } from '../live/cases'
import type { Case } from '../live/cases'
import { compare } from '../live/compare'
import type { ComparedEvent, Difference } from '../live/compare'
import { BEHAVIOR, ENTRIES, METADATA } from '../live/differences'
import { compareMetadata } from '../live/metadata'
import type { EventResult, Item, Observation } from '../live/observation'
import { RESPONSES } from '../live/responses'
import { renderTable, replaceTable } from '../live/table'
import { statusOf } from '../live/truth'

const SUCCESS: EventResult = {
  outcome: 'success',
  status: 200,
  hasMessage: true,
  hasNote: false,
  quotesKey: false,
  quotesResponse: false
}
const FAILURE: EventResult = { ...SUCCESS, outcome: 'failure', status: 400, reporter: 'DESTINATION' }
const WITHOUT_STATUS: EventResult = { ...FAILURE, status: undefined, reporter: undefined }
const NEVER_ENDS: EventResult = { ...WITHOUT_STATUS, outcome: 'never ends' }

const ITEM: Item = { user_id: 'u0', traits: { email: 'lana@example.org' } }

/** Cases of a plain event and a plain response, for both actions, alone and in a batch */
const PLAIN_CASES = systematicCases().filter(
  ({ name, mappingOf }) => mappingOf === 'each' && name.endsWith(': plain event: 200 {}')
)

function observation(result: EventResult, items: readonly Item[] = [ITEM], more: object = {}): Observation {
  const request = { method: 'POST', url: 'https://ortto.example/v1/identify', headers: {}, items, ...more }
  return { requests: items.length === 0 ? [] : [request], results: [result] }
}

function compareOne(live: Observation, ours: Observation, of: Case = PLAIN_CASES[0]): Difference[] {
  return compare(of, live, ours, { user_id: { '@path': '$.userId' } })
}

const summary = ({ about, live, ours }: Difference) => ({ about, live, ours })

describe('two observations', () => {
  it('that are alike have no difference', () => {
    expect(compareOne(observation(SUCCESS), observation(SUCCESS))).toEqual([])
  })

  it('differ in the members of an item, down to the first that one side does not have', () => {
    const ours = { user_id: 'u0', traits: { email: 'lana@example.org', list: [1, { a: 1 }] }, location: {} }
    const live = { user_id: 'u1', traits: { list: [1, { a: 2 }] } }

    expect(compareOne(observation(SUCCESS, [live]), observation(SUCCESS, [ours])).map(summary)).toEqual([
      { about: 'item.user_id', live: 'u1', ours: 'u0' },
      { about: 'item.traits.list.1.a', live: 2, ours: 1 },
      { about: 'item.traits.email', live: undefined, ours: 'lana@example.org' },
      { about: 'item.location', live: undefined, ours: {} }
    ])
  })

  it('differ in whether an event is sent, in its result and in facts about it', () => {
    expect(compareOne(observation(SUCCESS), observation(FAILURE, [])).map(summary)).toEqual([
      { about: 'result', live: 'success 200', ours: 'failure 400' },
      { about: 'item', live: 'sent', ours: undefined }
    ])
    const said = { ...FAILURE, quotesResponse: true, reporter: 'INTEGRATIONS' }
    expect(compareOne(observation(FAILURE), observation(said)).map(summary)).toEqual([
      { about: 'result.reporter', live: 'DESTINATION', ours: 'INTEGRATIONS' },
      { about: 'result.quotesResponse', live: false, ours: true }
    ])
  })

  it('differ in requests and headers', () => {
    const live = observation(SUCCESS, [ITEM], { headers: { authorization: 'Bearer a' } })
    const ours = observation(SUCCESS, [ITEM], { method: 'PUT', headers: {} })

    expect(compareOne(live, ours).map(summary)).toEqual([
      {
        about: 'requests',
        live: 'POST https://ortto.example/v1/identify',
        ours: 'PUT https://ortto.example/v1/identify'
      },
      { about: 'header.authorization', live: 'Bearer a', ours: undefined }
    ])
  })

  it('know what the mapping makes of the event', () => {
    const [{ event }] = compareOne(observation(SUCCESS), observation(FAILURE))

    expect(event).toMatchObject({ payload: { user_id: 'u0' }, liveItem: ITEM, ourItem: ITEM, reports: [] })
  })
})

/** Differences that must not be in any list: ours loses something, or reports what is not true. */
function madeUpDifferences(of: Case): Difference[] {
  const event: ComparedEvent = {
    raw: of.events[0],
    payload: {
      timestamp: '2026-01-05T01:02:03.456Z',
      message_id: 'm0',
      user_id: 'u0',
      anonymous_id: 'a0',
      ip: '203.0.113.7',
      event: 'Order Completed',
      traits: { email: 'lana@example.org' },
      audience_update_mode: 'add'
    },
    live: SUCCESS,
    ours: SUCCESS,
    liveItem: ITEM,
    ourItem: ITEM,
    reports: []
  }
  const ofEvent = (about: string, live: unknown, ours: unknown, more: Partial<ComparedEvent> = {}) => ({
    about,
    live,
    ours,
    of,
    event: { ...event, ...more }
  })
  const members = {
    timestamp: '2026-01-05T01:02:03.456Z',
    message_id: 'm0',
    user_id: 'u0',
    anonymous_id: 'a0',
    ip: '203.0.113.7',
    event: 'Order Completed',
    namespace: 'com.example',
    location: { city: 'Sydney' },
    'location.city': 'Sydney',
    traits: { email: 'lana@example.org' },
    'traits.email': 'lana@example.org',
    'traits.list.0': 1,
    properties: { total: 5 },
    'properties.total': 5,
    audience: { mode: 'add', id: 'aud-1' },
    'audience.mode': 'add'
  }
  const wrong = 'something else'
  return [
    ...Object.entries(members).flatMap(([path, value]) => [
      ofEvent(`item.${path}`, value, undefined),
      ofEvent(`item.${path}`, value, wrong),
      ofEvent(`item.${path}`, undefined, wrong)
    ]),
    ofEvent('item', 'sent', undefined, { ours: FAILURE, ourItem: undefined }),
    ofEvent('item', 'sent', undefined, { ours: SUCCESS, ourItem: undefined }),
    ofEvent('item', undefined, 'sent', { live: FAILURE, liveItem: undefined }),
    ofEvent('result', 'success 200', 'failure 400', { ours: FAILURE }),
    ofEvent('result', 'success 200', 'failure 400', { ours: FAILURE, ourItem: undefined }),
    ofEvent('result', 'failure 400', 'success 200', { live: FAILURE, liveItem: undefined }),
    ofEvent('result', 'success 200', 'failure', { ours: WITHOUT_STATUS }),
    ofEvent('result', 'success 200', 'never ends', { ours: NEVER_ENDS }),
    ofEvent('result.quotesKey', false, true),
    ofEvent('result.hasNote', false, true),
    ofEvent('result.hasNote', true, false),
    ofEvent('result.hasMessage', true, false, { live: FAILURE, ours: { ...FAILURE, hasMessage: false } }),
    ofEvent('result.quotesResponse', true, false, { live: FAILURE, ours: FAILURE }),
    ofEvent('result.reporter', 'DESTINATION', 'INTEGRATIONS', { live: FAILURE, ours: FAILURE }),
    ...falseSuccesses(of, event),
    { about: 'header.authorization', live: 'Bearer a', ours: undefined, of },
    { about: 'header.content-type', live: 'application/json', ours: 'text/plain', of },
    { about: 'requests', live: 'POST https://a/', ours: 'POST https://a/, POST https://a/', of },
    { about: 'requests', live: 'POST https://a/', ours: 'POST https://b/', of }
  ]
}

/** Ours reports success of an event that was sent, where the response is a failure or says nothing. */
function falseSuccesses(of: Case, event: ComparedEvent): Difference[] {
  return RESPONSES.flatMap((response) => {
    const reports = response.reports.filter((report) => report.event === 0)
    if (statusOf(response, reports) < 400) {
      return []
    }
    return [FAILURE, WITHOUT_STATUS, NEVER_ENDS, { ...FAILURE, status: response.status }].map((live) => ({
      about: 'result',
      live: [live.outcome, live.status].join(' ').trim(),
      ours: 'success 200',
      of: { ...of, response },
      event: { ...event, live, reports }
    }))
  })
}

describe('the list of differences', () => {
  it('has texts for each row of the table, and no id twice', () => {
    const texts = ENTRIES.flatMap(({ when, live, ours, why }) => [when, live, ours, why])

    expect(texts.filter((text) => text.trim() === '')).toEqual([])
    expect(new Set(ENTRIES.map(({ id }) => id)).size).toBe(ENTRIES.length)
    expect(ENTRIES.filter(({ why }) => !/^[A-Z].*\.$/.test(why))).toEqual([])
  })

  it.each(BEHAVIOR.map((entry) => [entry.id, entry] as const))('%s explains no defect of ours', (_, entry) => {
    const madeUp = PLAIN_CASES.flatMap(madeUpDifferences)

    expect(madeUp.length).toBeGreaterThan(1000)
    expect(madeUp.filter(entry.matches).map(summary)).toEqual([])
  })

  it.each(METADATA.map((entry) => [entry.id, entry] as const))('%s explains no other metadata', (_, entry) => {
    const fields = 'actions.trackActivity.fields'
    const madeUp = [
      { path: 'name', live: 'Ortto (Actions)', ours: 'Ortto' },
      { path: 'authentication.fields.api_key', live: {}, ours: undefined },
      { path: 'actions.trackActivity', live: {}, ours: undefined },
      { path: 'actions.upsertContactProfile', live: {}, ours: undefined },
      { path: 'actions.trackActivity.hidden', live: undefined, ours: true },
      { path: 'actions.trackActivity.performBatch', live: true, ours: undefined },
      { path: 'actions.trackActivity.hooks.onMappingSave', live: {}, ours: undefined },
      { path: 'presets.0.subscribe', live: 'type = "identify"', ours: 'type = "track"' },
      { path: 'presets.0.mapping.user_id.@path', live: '$.userId', ours: '$.anonymousId' },
      { path: `${fields}.user_id`, live: {}, ours: undefined },
      { path: `${fields}.user_id.default.@path`, live: '$.userId', ours: '$.anonymousId' },
      { path: `${fields}.user_id.type`, live: 'string', ours: 'number' },
      { path: `${fields}.event.required`, live: true, ours: undefined },
      { path: `${fields}.ip.format`, live: undefined, ours: 'ipv6' },
      { path: `${fields}.location.properties.city`, live: {}, ours: undefined },
      { path: `${fields}.audience_update_mode.choices.0.value`, live: 'add', ours: 'remove' },
      { path: `${fields}.audience_update_mode.default`, live: 'add', ours: 'follow_segment' },
      { path: `${fields}.traits.label`, live: 'Traits', ours: 'Attributes' }
    ]

    expect(madeUp.filter(entry.matches)).toEqual([])
  })
})

describe('the cases', () => {
  it('are the same for the same seed', () => {
    const names = (seed: number) => randomCases(seed, 50).map(({ name }) => name)

    expect(names(1)).toEqual(names(1))
    expect(names(1)).not.toEqual(names(2))
  })

  it('have every response, with both actions, alone and in a batch', () => {
    const combinations = systematicCases().map(({ action, mode, response }) => `${action} ${mode} ${response.name}`)

    expect(new Set(combinations).size).toBe(RESPONSES.length * 4)
  })
})

describe('the metadata of two definitions', () => {
  it('differs where one says something else, and not where a member is not set', () => {
    const live = { name: 'Ortto', presets: [{ name: 'a' }], actions: { a: { perform: () => 1, required: false } } }
    const ours = { name: 'Ortto', presets: [{ name: 'b' }], actions: { a: { perform: () => 2, hidden: true } } }

    expect(compareMetadata(live, ours)).toEqual([
      { path: 'presets.0.name', live: 'a', ours: 'b' },
      { path: 'actions.a.hidden', live: undefined, ours: true }
    ])
  })

  it('differs in the order of fields', () => {
    expect(compareMetadata({ a: { fields: { x: 1, y: 1 } } }, { a: { fields: { y: 1, x: 1 } } })).toEqual([
      { path: 'a.fields (order)', live: 'x, y', ours: 'y, x' }
    ])
  })
})

describe('the table', () => {
  const entry = { id: 'a', when: 'a | b', live: 'sends\nit', ours: 'does not', why: 'It is wrong.' }
  const table =
    '| when | the live one | this one, and why |\n| --- | --- | --- |\n| a \\| b | sends it | does not. It is wrong. |'

  it('has a row for each entry', () => {
    expect(renderTable([entry])).toBe(table)
  })

  it('is written between its marks, and nothing else is', () => {
    const document = 'Before.\n\n<!-- live -->\nold\n<!-- end -->\n\nAfter. <!-- end -->'
    const written = replaceTable(document, table)

    expect(written).toBe(`Before.\n\n<!-- live -->\n\n${table}\n\n<!-- end -->\n\nAfter. <!-- end -->`)
    expect(replaceTable(String(written), table)).toBe(written)
  })

  it('needs its marks', () => {
    expect(replaceTable('<!-- end -->', table)).toBeUndefined()
    expect(replaceTable('<!-- live -->', table)).toBeUndefined()
  })
})
