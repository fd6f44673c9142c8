import { adviceForMapping, adviceForUnsent } from '../page/src/parts/what-to-do'
import { endAll, identify, startWorkbench, track } from './harness'

afterEach(endAll)

/** Where the page sends a person who has sent an event like this. */
async function linkFor(event: object, { account, fault }: { account?: object; fault?: object } = {}) {
  const { tryOut, traceOf, send } = await startWorkbench({ account })
  if (fault) {
    await send('POST', '/sandbox/faults', fault)
  }
  const [{ id }] = await tryOut(event)
  const trace = await traceOf(id)
  const matching = trace.mappings.find(({ matches }) => matches)
  const advice = matching ? adviceForMapping(matching) : adviceForUnsent(trace)
  return advice && (advice.link?.path ?? advice.text)
}

it.each([
  ['an event that arrived', identify(), undefined],
  ['an event that no mapping matches', { type: 'page', userId: 'lana' }, '/mappings'],
  ['an event that its integrations keep away', identify({ integrations: { All: false } }), /"integrations"/],
  ['an event without an id', identify({ userId: '' }), '/mappings/1'],
  ['an activity at an unreadable time', track({ timestamp: 'yesterday' }), '/mappings/2'],
  ['an activity that Ortto does not know', track({ event: 'Fax sent' }), '/ortto/activities'],
  ['a contact of which nothing is mapped', identify({ traits: { shoeSize: 38 } }), '/ortto/fields'],
  ['a value of another type', identify({ traits: { firstName: 'Lana', birthday: 'never' } }), '/ortto/fields'],
  ['a property of another type', track({ properties: { count: 'many' } }), '/ortto/activities']
])('shows the way for %s', async (_, event, path) => {
  const link = await linkFor(event)
  if (path instanceof RegExp) {
    expect(link).toMatch(path)
  } else {
    expect(link).toBe(path)
  }
})

it('shows the way when no trait is mapped at all', async () => {
  expect(await linkFor(identify(), { account: {} })).toBe('/ortto/fields')
})

it('shows the way when the limit is used up', async () => {
  const account = { plan: { contacts: 0 }, traits: {} }
  expect(await linkFor(identify(), { account })).toBe('/ortto/limits')
})

it.each([
  [{ kind: 'status', status: 503 }, '/ortto/clock-and-faults'],
  [{ kind: 'not JSON' }, '/ortto/clock-and-faults'],
  [{ kind: 'status', status: 401 }, '/ortto/source'],
  [{ kind: 'status', status: 400 }, '/mappings/1']
])('shows the way when Ortto answers with %j', async (fault, path) => {
  expect(await linkFor(identify(), { fault })).toBe(path)
})

it('says that there is nothing to do about a contact that Ortto has already', async () => {
  const { tryOut, traceOf } = await startWorkbench()
  await tryOut(identify())
  const [{ id }] = await tryOut(identify())
  expect(adviceForMapping((await traceOf(id)).mappings[0])?.text).toMatch(/^Nothing to do: /)
})

it('says that all mappings are disabled, and what is no event', () => {
  const unmatched = { skipped: 'no_matching_mapping' as const, mappings: [{ enabled: false }] as never }
  expect(adviceForUnsent(unmatched).text).toMatch('is disabled')
  expect(adviceForUnsent({ mappings: [] }).text).toMatch('Fix the text')
})
