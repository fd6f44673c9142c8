import { adviceForMapping, adviceForUnsent } from '../page/src/parts/what-to-do'
import { endAll, identify, startWorkbench, track } from './harness'

afterEach(endAll)

/** The view that the page links to after this event, or its advice. */
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
  ['a delivered event', identify(), undefined],
  ['an event that no mapping matches', { type: 'page', userId: 'lana' }, '/mappings'],
  ['an event whose integrations disable Ortto', identify({ integrations: { All: false } }), /"integrations"/],
  ['an event without an id', identify({ userId: '' }), '/mappings/1'],
  ['an activity with an invalid timestamp', track({ timestamp: 'yesterday' }), '/mappings/2'],
  ['an activity that is not mapped', track({ event: 'Fax sent' }), '/ortto/activities'],
  ['a contact without mapped traits', identify({ traits: { shoeSize: 38 } }), '/ortto/fields'],
  ['a value of another type', identify({ traits: { firstName: 'Lana', birthday: 'never' } }), '/ortto/fields'],
  ['a property of another type', track({ properties: { count: 'many' } }), '/ortto/activities']
])('links to the right view for %s', async (_, event, path) => {
  const link = await linkFor(event)
  if (path instanceof RegExp) {
    expect(link).toMatch(path)
  } else {
    expect(link).toBe(path)
  }
})

it('links to the right view when no trait is mapped', async () => {
  expect(await linkFor(identify(), { account: {} })).toBe('/ortto/fields')
})

it('links to the right view when the limit is reached', async () => {
  const account = { plan: { contacts: 0 }, traits: {} }
  expect(await linkFor(identify(), { account })).toBe('/ortto/limits')
})

it.each([
  [{ kind: 'status', status: 503 }, '/ortto/clock-and-faults'],
  [{ kind: 'not JSON' }, '/ortto/clock-and-faults'],
  [{ kind: 'status', status: 401 }, '/ortto/source'],
  [{ kind: 'status', status: 400 }, '/mappings/1']
])('links to the right view when Ortto responds with %j', async (fault, path) => {
  expect(await linkFor(identify(), { fault })).toBe(path)
})

it('says that a contact that Ortto already has needs no fix', async () => {
  const { tryOut, traceOf } = await startWorkbench()
  await tryOut(identify())
  const [{ id }] = await tryOut(identify())
  expect(adviceForMapping((await traceOf(id)).mappings[0])?.text).toMatch(/^Nothing to do: /)
})

it('explains that all mappings are disabled, and what is not an event', () => {
  const unmatched = { skipped: 'no_matching_mapping' as const, mappings: [{ enabled: false }] as never }
  expect(adviceForUnsent(unmatched).text).toMatch('is disabled')
  expect(adviceForUnsent({ mappings: [] }).text).toMatch('Fix the text')
})
