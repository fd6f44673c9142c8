import { copyEvent } from '../page/src/events/copy-event'
import { countStates, describeCounts, filterTraces, firstProblem, stateOf } from '../page/src/events/filter-traces'
import { wayOf, wayOfUnsent } from '../page/src/events/way'
import { findNearest } from '../page/src/parts/nearest'
import type { TraceSummary } from '../server/trace'
import { endAll, identify, startWorkbench, track } from './harness'

afterEach(endAll)

const RESULT = {
  mapping: 'Upsert Contact',
  status: 200,
  message: 'Processed by Ortto.',
  isRetryable: false,
  wasSent: true
}
const delivered = { ...RESULT, outcome: 'delivered' as const, skippedCount: 0 }
const rejected = { ...delivered, outcome: 'rejected' as const, status: 422, message: 'No mapping' }
const trace = (id: string, members: Partial<TraceSummary> = {}): TraceSummary => ({
  id,
  time: '2026-11-26T10:00:00.000Z',
  line: 1,
  type: 'identify',
  results: [delivered],
  ...members
})
const TRACES = [
  trace('a', { user: 'Lana', messageId: 'm-1' }),
  trace('b', { results: [{ ...delivered, skippedCount: 2 }] }),
  trace('c', { type: 'track', event: 'Fax sent', results: [delivered, rejected] }),
  trace('d', { results: [{ ...rejected, isRetryable: true, status: 503, mapping: 'Other' }] }),
  trace('e', { results: [], note: 'No mapping matches this event', skipped: 'no_matching_mapping' }),
  trace('f', { results: [], note: 'This is not an event' })
]

describe('a list of events', () => {
  it('has the worst result of each event', () => {
    expect(TRACES.map(stateOf)).toEqual(['delivered', 'skipped', 'rejected', 'retryable', 'not sent', 'rejected'])
    expect(countStates(TRACES)).toEqual([
      ['rejected', 2],
      ['retryable', 1],
      ['skipped', 1],
      ['delivered', 1],
      ['not sent', 1]
    ])
    expect(describeCounts(TRACES)).toBe(
      '6 events: 1 delivered, 1 with skipped values, 1 retryable, 2 rejected, 1 not sent.'
    )
  })

  it.each([
    [{ text: '' }, 'abcdef'],
    [{ text: 'lana' }, 'a'],
    [{ text: 'M-1' }, 'a'],
    [{ text: 'fax' }, 'c'],
    [{ text: 'no mapping' }, 'cde'],
    [{ text: '', state: 'rejected' as const }, 'cf'],
    [{ text: '', type: 'track' }, 'c'],
    [{ text: '', mapping: 'Other' }, 'd'],
    [{ text: 'lana', state: 'rejected' as const }, '']
  ])('is filtered by %j', (filter, ids) => {
    expect(
      filterTraces(TRACES, filter)
        .map(({ id }) => id)
        .join('')
    ).toBe(ids)
  })

  it('opens at the first rejected event, else at the first with another problem, else at the first', () => {
    expect(firstProblem(TRACES)?.id).toBe('c')
    expect(firstProblem(TRACES.slice(0, 2))?.id).toBe('b')
    expect(firstProblem([TRACES[0], trace('z')])?.id).toBe('a')
    expect(firstProblem([])).toBeUndefined()
  })
})

describe('the name that was meant', () => {
  it.each([
    ['Order Completed', 'Order completed'],
    ['order_completed', 'Order completed'],
    ['Order complted', 'Order completed'],
    ['firstname', 'firstName'],
    ['Order cancelled', undefined],
    ['Order completed', undefined],
    ['', undefined],
    ['!', undefined],
    ['fa', undefined]
  ])('for %j is %j', (name, expected) => {
    expect(findNearest(name, ['Order completed', 'firstName', 'fax'])).toBe(expected)
  })
})

describe('the way of an event', () => {
  async function wayFor(event: object, fault?: object) {
    const { tryOut, traceOf, send } = await startWorkbench()
    if (fault) {
      await send('POST', '/sandbox/faults', fault)
    }
    const [{ id }] = await tryOut(event)
    const shown = await traceOf(id)
    const matching = shown.mappings.find(({ matches }) => matches)
    return (matching ? wayOf(matching) : wayOfUnsent(shown)).map(({ state }) => state)
  }

  it.each([
    ['is delivered', identify(), undefined, ['ok', 'ok', 'ok', 'ok']],
    [
      'has a skipped value',
      identify({ traits: { firstName: 'L', birthday: 'x' } }),
      undefined,
      ['ok', 'ok', 'ok', 'warning']
    ],
    ['is rejected by Ortto', track({ event: 'Fax sent' }), undefined, ['ok', 'ok', 'ok', 'failed']],
    ['has no id', identify({ userId: '' }), undefined, ['ok', 'failed', 'not reached', 'not reached']],
    ['matches no mapping', { type: 'page', userId: 'lana' }, undefined, ['ok', 'failed', 'not reached', 'not reached']],
    [
      'is disabled',
      identify({ integrations: { All: false } }),
      undefined,
      ['failed', 'not reached', 'not reached', 'not reached']
    ],
    ['meets a fault', identify(), { kind: 'status', status: 503 }, ['ok', 'ok', 'failed', 'not reached']]
  ])('that %s is marked at the step that failed', async (_, event, fault, states) => {
    expect(await wayFor(event, fault)).toEqual(states)
  })
})

describe('a copied event', () => {
  const event = { type: 'track', userId: "o'neil", event: 'Fax sent', messageId: 'm1', properties: { pages: 1 } }
  const target = { origin: 'http://127.0.0.1:8020', writeKey: 'key' }

  it('is the event as JSON', () => {
    expect(JSON.parse(copyEvent('JSON', event, target))).toEqual(event)
  })

  it('is a curl command, quoted for a shell, without the message ID: Segment would drop a second event with it', () => {
    expect(copyEvent('curl', event, target)).toBe(
      `curl -u key: http://127.0.0.1:8020/v1/track -H 'content-type: application/json' -d ` +
        `'{"userId":"o'\\''neil","event":"Fax sent","properties":{"pages":1}}'`
    )
  })

  it('is code for analytics-node, without the members that the library sets', () => {
    const code = copyEvent('analytics-node', event, target)
    expect(code).toContain("new Analytics({ writeKey: 'key', host: 'http://127.0.0.1:8020' })")
    expect(code).toContain('analytics.track({')
    expect(code).not.toContain('messageId')
  })
})
