import { adviceForEvent, adviceForUnsent } from '../page/src/events/what-to-do'
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
  const advice = adviceForEvent(trace, KNOWN)
  return advice && (advice.link?.path ?? advice.text)
}

/** The names of the example account */
const KNOWN = { activities: ['Sign-in button clicked'], traits: ['firstName', 'lastName', 'email', 'birthday'] }

it.each([
  ['a delivered event', identify(), undefined],
  ['an event that no mapping matches', { type: 'page', userId: 'lana' }, '/mappings'],
  ['an event whose integrations disable Ortto', identify({ integrations: { All: false } }), /"integrations"/],
  ['an event without an id', identify({ userId: '' }), '/mappings/1'],
  ['an activity with an invalid timestamp', track({ timestamp: 'yesterday' }), '/mappings/2'],
  ['an activity that is not mapped', track({ event: 'Fax sent' }), '/ortto/activities?activity=Fax%20sent'],
  [
    'a contact without mapped traits',
    identify({ traits: { shoeSize: 38 } }),
    '/ortto/fields?search=shoeSize&trait=shoeSize'
  ],
  [
    'an activity that is too old',
    track({ timestamp: '2019-01-01T00:00:00Z' }),
    '/ortto/activities?activity=Sign-in%20button%20clicked'
  ],
  [
    'a property that is not mapped',
    track({ properties: { count: 1, color: 'red' } }),
    '/ortto/activities?activity=Sign-in%20button%20clicked'
  ],
  [
    'a value of another type',
    identify({ traits: { firstName: 'Lana', birthday: 'never' } }),
    '/ortto/fields?search=birthday&trait=birthday'
  ],
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
  expect(adviceForEvent(await traceOf(id), KNOWN)?.text).toMatch(/^Nothing to do: /)
})

it('advises about a skipped value also when the contact is unchanged', async () => {
  const { tryOut, traceOf } = await startWorkbench()
  const event = identify({ traits: { firstName: 'Lana', birthday: 'never' } })
  await tryOut(event)
  const [{ id, results }] = await tryOut(event)
  expect(results[0].outcome).toBe('unchanged')
  expect(adviceForEvent(await traceOf(id), KNOWN)?.text).toMatch(/^Ortto skipped a value/)
})

it('asks whether a mapped name with another case or a typo was meant, and links to it', async () => {
  const { tryOut, traceOf } = await startWorkbench()
  const [activity, trait] = await tryOut(
    track({ event: 'Sign-In Button Clicked' }),
    identify({ traits: { firstName: 'Lana', lastname: 'Romeijn' } })
  )
  expect(adviceForEvent(await traceOf(activity.id), KNOWN)).toMatchObject({
    text: expect.stringMatching(/^Did you mean “Sign-in button clicked”\?/) as string,
    link: { path: '/ortto/activities?activity=Sign-in%20button%20clicked' }
  })
  expect(adviceForEvent(await traceOf(trait.id), KNOWN)).toMatchObject({
    text: 'Ortto has no mapping for “lastname”. Did you mean “lastName”? Names are case-sensitive.',
    link: { path: '/ortto/fields?search=lastName&trait=lastName' }
  })
})

it('advises about the mapping that blocks most, when an event matches several', async () => {
  const { tryOut, traceOf, send } = await startWorkbench()
  const { mappings } = (await send('GET', '/api/mappings')) as { mappings: { subscribe: string }[] }
  await send('PUT', '/api/mappings', { mappings: mappings.map((entry) => ({ ...entry, subscribe: 'type = "track"' })) })
  const [{ id, results }] = await tryOut(
    track({ event: 'Fax sent', context: { traits: { firstName: 'L', birthday: 'x' } } })
  )
  expect(results.map(({ outcome, skippedCount }) => [outcome, skippedCount])).toEqual([
    ['delivered', 1],
    ['rejected', expect.any(Number)]
  ])
  expect(adviceForEvent(await traceOf(id), KNOWN)?.text).toMatch(/^In Ortto, add the activity/)
})

it('explains that all mappings are disabled, and what is not an event', () => {
  const unmatched = { skipped: 'no_matching_mapping' as const, mappings: [{ enabled: false }] as never }
  expect(adviceForUnsent(unmatched).text).toMatch('is disabled')
  expect(adviceForUnsent({ mappings: [] }).text).toMatch('Fix the text')
})
