import type { ReadItem } from '../read/read-events'
import { formatRejected, formatResults } from '../records/record-lines'
import { PendingReports } from '../engine/pending-reports'
import { deliverTo, readLines, reportOf, took, track } from './harness'

async function* only(items: ReadItem[]) {
  yield await Promise.resolve(items)
}

const TIME = '2026-11-20T10:00:00Z'
const one = track('a', { messageId: 'm1', timestamp: TIME })
const two = track('b', { messageId: 'm2', timestamp: TIME })

/** What was found on lines: the events, or the codes of problems. */
const found = async (...lines: unknown[]) =>
  (await readLines(...lines.map((line) => JSON.stringify(line)))).map((item) =>
    'event' in item ? item.event : item.problem.code
  )

describe('an event inside another value', () => {
  it.each([
    ['an envelope', { message: one }],
    ['an envelope of another name, with other members', { specversion: '1.0', data: one, time: TIME }],
    ['an envelope with a type of its own', { type: 'record', payload: one }],
    ['envelopes', { Records: [{ kinesis: { data: one } }] }],
    ['JSON in a text', JSON.stringify(one)],
    ['JSON in a text of an envelope', { Type: 'Notification', Message: JSON.stringify({ event: one }) }],
    ['JSON that was escaped twice', JSON.stringify(JSON.stringify(one))],
    ['a batch of one', { batch: [one], writeKey: 'key' }]
  ])('is found: %s', async (_, value) => {
    const [item] = await readLines(JSON.stringify(value))

    expect(item).toMatchObject({ event: one, notices: ['unwrapped'] })
    expect(item).not.toHaveProperty('ordinal')
  })

  it('keeps its large numbers', async () => {
    const event = '{"type":"track","event":"Signed up","userId":7234567890123456781}'

    expect(await found({ payload: event })).toMatchObject([{ userId: '7234567890123456781' }])
    expect(await readLines(`{"payload":${event}}`)).toMatchObject([{ event: { userId: '7234567890123456781' } }])
  })

  it.each([
    ['an event with an object that looks like one', track('a', { properties: { message: two }, timestamp: TIME })],
    ['an event of another type', { type: 'delete', userId: 'a', timestamp: TIME, was: one }],
    ['an event of another type with nothing in it', { type: 'audit', timestamp: TIME }]
  ])('is not looked for in %s', async (_, event) => {
    expect(await found(event)).toEqual([event])
  })

  it.each([
    ['two events and no word which is meant', { before: one, after: two }],
    ['an object with a type', { user: { type: 'admin', name: 'Ann' } }],
    ['an empty batch', { batch: [] }],
    ['too many levels', { a: { b: { c: { d: { e: { f: { g: one } } } } } } }],
    ['a text', 'hello']
  ])('is not found in %s', async (_, value) => {
    expect(await found(value)).toEqual(['not_an_event'])
  })
})

describe('a batch', () => {
  it('gives each of its events an item of its own, and a problem for what is none', async () => {
    const items = await readLines(JSON.stringify(one), JSON.stringify({ batch: [one, 5, { a: 1 }, two] }))

    expect(items).toMatchObject([
      { source: { line: 1 }, event: one },
      { source: { line: 2 }, ordinal: 1, event: one, raw: JSON.stringify(one) },
      { source: { line: 2 }, ordinal: 2, problem: { code: 'not_an_event' }, raw: '5' },
      { source: { line: 2 }, ordinal: 3, problem: { code: 'not_an_event' }, raw: '{"a":1}' },
      { source: { line: 2 }, ordinal: 4, event: two }
    ])
  })

  it('lends its events what it says of all of them', async () => {
    const batch = {
      batch: [
        { type: 'track', event: 'Signed up', userId: 'a', originalTimestamp: '2026-11-20T09:59:00Z' },
        { ...one, context: { locale: 'nl' }, integrations: { Ortto: true } }
      ],
      sentAt: TIME,
      receivedAt: '2026-11-20T10:01:00Z',
      requestIP: '203.0.113.7',
      context: { locale: 'en', library: { name: 'analytics-go' } },
      integrations: { All: false }
    }

    expect(await found(batch)).toMatchObject([
      {
        timestamp: '2026-11-20T10:00:00.000Z',
        context: { locale: 'en', library: { name: 'analytics-go' }, ip: '203.0.113.7' },
        integrations: { All: false }
      },
      { timestamp: TIME, context: { locale: 'nl', ip: '203.0.113.7' }, integrations: { All: false, Ortto: true } }
    ])
  })

  it('has a result for each of its events', async () => {
    const other = JSON.stringify(track('z', { timestamp: TIME }))
    const bad = track('c', { event: '', timestamp: TIME })
    const items = await readLines(other, JSON.stringify({ batch: [one, bad, two] }), other)
    const { reports } = await deliverTo(() => took(), only(items))

    expect(formatResults(reports).map((line) => JSON.parse(line) as object)).toMatchObject([
      { line: 1, status: 200 },
      { line: 2, ordinal: 1, status: 200, messageId: 'm1', notices: ['unwrapped'] },
      { line: 2, ordinal: 2, status: 400 },
      { line: 2, ordinal: 3, status: 200, messageId: 'm2' },
      { line: 3, status: 200 }
    ])
    expect(formatRejected(reports).map((line) => JSON.parse(line) as object)).toMatchObject([
      { ...bad, _rejected: [{ line: 2, ordinal: 2 }] }
    ])
  })

  it('is reported when all of its events have their results, so that none is lost at a stop', () => {
    const pending = new PendingReports()
    const source = { kind: 'file' as const, file: 'a', line: 2, place: 2 }
    const [{ results }] = [reportOf(1)]
    pending.add(reportOf(1), 0)
    pending.add(reportOf(2, [], { source }), 0)
    const last = pending.add(reportOf(2, [], { source }), 1)
    pending.add(reportOf(3), 0)
    const linesOf = () => pending.listComplete().map((report) => report.source.kind === 'file' && report.source.line)

    expect(linesOf()).toEqual([1])
    last.setResult(0, results[0])
    expect(linesOf()).toEqual([1, 2, 2, 3])
  })
})
