import fc from 'fast-check'
import { Delivery, presetMappings, readMappings } from '../../delivery'
import type { ReadItem } from '../../delivery'
import { deliverTo, itemOf, reportOf } from '../../delivery/__tests__/harness'
import { Clock, createSandbox } from '../../sandbox'
import type { UsagePlan } from '../../sandbox'
import { Estimate } from '../estimate-counts'
import type { Counts } from '../estimate-counts'

const NOW = Date.parse('2026-03-10T12:00:00Z')
const PLAN = { contacts: 10, activities: 2, trackFactor: 5, retentionDays: 'for ever' as const }

const identify = (userId: string, members: object = {}) => ({
  type: 'identify',
  userId,
  traits: { name: userId },
  ...members
})
const track = (userId: string | undefined, members: object = {}) => ({
  type: 'track',
  event: 'Signed up',
  userId,
  messageId: 'm1',
  timestamp: '2026-03-01T10:00:00Z',
  ...members
})
const times = <Value>(count: number, value: Value) => Array.from({ length: count }, () => value)
const [contacts, activities] = presetMappings()
const mappingsOf = (traits: object) =>
  readMappings([contacts, { ...activities, mapping: { ...activities.mapping, traits } }])

interface Options extends Partial<UsagePlan> {
  mappings?: ReturnType<typeof presetMappings>
}

/** What a delivery of events by file would use and meet. A number stands for a line that holds no event. */
async function estimateFiles(
  files: Record<string, readonly (object | number)[]>,
  { mappings = presetMappings(), ...plan }: Options = {}
) {
  const estimate = new Estimate({ ...PLAN, ...plan }, NOW, Object.keys(files))
  const delivery = new Delivery({ to: 'nowhere', settings: { api_key: 'pau-estimate' }, mappings })
  for await (const reports of delivery.run(itemsOf(files))) {
    estimate.add(reports)
  }
  return estimate.result
}

const estimateEvents = (events: readonly (object | number)[], options: Options = {}) =>
  estimateFiles({ 'events.ndjson': events }, options)

async function* itemsOf(files: Record<string, readonly (object | number)[]>): AsyncGenerator<ReadItem[]> {
  const problem = { code: 'not_json' as const, message: 'This line is not JSON' }
  for (const [file, events] of Object.entries(files)) {
    yield await Promise.resolve(
      events.map(
        (event, index): ReadItem =>
          typeof event === 'number'
            ? { source: { kind: 'file', file, line: index + 1, place: index + 1 }, size: 100, problem }
            : itemOf(index + 1, event, 100, file)
      )
    )
  }
}

describe('what a delivery would use of a plan', () => {
  it('counts contacts against one limit and activities against the other', async () => {
    const { limits, total } = await estimateEvents([identify('u1'), identify('u2'), track('u1')])

    expect(limits).toEqual({ identify: 100, track: 100 })
    expect(total).toMatchObject({ lines: 3, identify: 2, track: 1, both: 0 })
  })

  it('counts activities with traits in both limits', async () => {
    const { total, contextTraits } = await estimateEvents([
      track('u1', { context: { traits: { name: 'Lana' } } }),
      track('u1', { traits: { name: 'Lana' } }),
      track('u1', { context: { traits: {} } })
    ])

    expect(total).toMatchObject({ identify: 2, track: 3, both: 2 })
    expect(contextTraits).toEqual([{ mapping: 'Track Activity', count: 2 }])
  })

  it('counts activities that update an audience in both limits', async () => {
    const saved = { onMappingSave: { outputs: { audience_id: 'a1' } } }
    const { traits, ...mapping } = activities.mapping
    const mappings = readMappings([contacts, { ...activities, mapping: { ...mapping, ...saved } }])
    const { total, contextTraits } = await estimateEvents([track('u1', { traits: { name: 'Lana' } })], { mappings })

    expect(traits).toBeDefined()
    expect(total).toMatchObject({ identify: 1, track: 1, both: 1 })
    expect(contextTraits).toEqual([])
  })

  it('tells of context.traits only where the mapping sends them', async () => {
    const event = track('u1', { traits: { name: 'Lana' }, context: { traits: { name: 'Lana' } } })
    const own = await estimateEvents([event], { mappings: mappingsOf({ '@path': '$.traits' }) })
    const some = await estimateEvents([event], { mappings: mappingsOf({ name: { '@path': '$.context.traits.name' } }) })

    expect(own).toMatchObject({ total: { both: 1 }, contextTraits: [] })
    expect(some).toMatchObject({ total: { both: 1 }, contextTraits: [{ count: 1 }] })
  })

  it.each([
    ['nothing', [], 0, 'identify'],
    ['as much as fits', times(100, identify('u1')), 1, 'identify'],
    ['one contact more', times(101, identify('u1')), 2, 'identify'],
    ['activities for three days', [identify('u1'), ...times(201, track('u1'))], 3, 'track']
  ])('takes the days of the limit that is used most: %s', async (_, events, days, decidedBy) => {
    expect(await estimateEvents(events)).toMatchObject({ days, decidedBy })
  })

  it('goes by the factor that was set for activities', async () => {
    const { limits, days } = await estimateEvents(times(101, track('u1')), { trackFactor: 10 })

    expect(limits).toEqual({ identify: 100, track: 200 })
    expect(days).toBe(1)
  })

  it('tells the same by file, which adds up', async () => {
    const { total, files } = await estimateFiles(
      {
        'a.ndjson': [identify('u1'), track('u2'), { type: 'page' }, 0],
        'b.ndjson': [],
        'c.ndjson': [track('u2', { traits: { name: 'Max' } }), ...times(101, identify('u3')), { type: 'identify' }]
      },
      { retentionDays: 1 }
    )

    expect(files).toMatchObject([
      { file: 'a.ndjson', days: 1, lines: 4, identify: 1, track: 1, rejected: 1, skipped: 1, tooOld: 1 },
      { file: 'b.ndjson', days: 0, lines: 0, identify: 0, track: 0 },
      { file: 'c.ndjson', days: 2, lines: 103, identify: 102, track: 1, both: 1, rejected: 1, tooOld: 1 }
    ])
    for (const name of Object.keys(total) as (keyof Counts)[]) {
      expect([name, files.reduce((sum, file) => sum + file[name], 0)]).toEqual([name, total[name]])
    }
  })
})

describe('what stays here', () => {
  it('counts refusals by their reason, the most frequent first', async () => {
    const { total, reasons } = await estimateEvents([
      track('u1', { timestamp: 'last Tuesday' }),
      { type: 'identify', traits: { name: 'Nobody' } },
      { type: 'identify', traits: { name: 'No one' } },
      0
    ])

    expect(total).toMatchObject({ lines: 4, identify: 0, track: 0, rejected: 4 })
    expect(reasons).toMatchObject(
      [
        { kind: 'rejected', mapping: 'Upsert Contact', message: /neither a User ID nor/, count: 2 },
        { kind: 'rejected', mapping: 'Track Activity', message: /"last Tuesday" cannot be read/, count: 1 },
        { kind: 'rejected', mapping: undefined, message: 'This line is not JSON', count: 1 }
      ].map((reason) => ({ ...reason, message: expect.stringMatching(reason.message) as unknown }))
    )
  })

  it('tells apart what no mapping takes, what integrations keep away, and what came from Ortto', async () => {
    const { total, reasons } = await estimateEvents([
      { type: 'page', userId: 'u1' },
      identify('u1', { integrations: { All: false } }),
      track('u1', { context: { app: { namespace: 'ortto.com' } } })
    ])

    expect(total).toMatchObject({ lines: 3, identify: 0, track: 0, skipped: 2, ignored: 1, rejected: 0 })
    expect(reasons.map(({ kind, message }) => `${kind}: ${message.split(/[,:] /)[0]}`).sort()).toEqual([
      'ignored: Ignored',
      'skipped: No mapping matches this event',
      'skipped: Not sent'
    ])
  })

  it('does not grow with messages that quote events', () => {
    const estimate = new Estimate(PLAN, NOW)
    const refused = (line: number, message: string) =>
      reportOf(line, [{ status: 400, outcome: 'rejected', message, item: undefined }])
    estimate.add(Array.from({ length: 3000 }, (_, index) => refused(index, `No ${index}`)))
    estimate.add([refused(3000, 'No 7')])
    const { reasons, total } = estimate.result

    expect(total.rejected).toBe(3001)
    expect(reasons).toHaveLength(1001)
    expect(reasons.slice(0, 2)).toMatchObject([
      { message: 'Other reasons', count: 2000 },
      { message: 'No 7', count: 2 }
    ])
  })
})

describe("what Ortto's rules would do", () => {
  it('counts activities by which Ortto cannot tell duplicates', async () => {
    const { total } = await estimateEvents([
      track('u1'),
      track('u1', { messageId: undefined }),
      track('u1', { timestamp: undefined }),
      identify('u1', { messageId: undefined })
    ])

    expect(total.missingDedupeKey).toBe(2)
  })

  it('counts contacts in which there is nothing to store', async () => {
    const { total } = await estimateEvents([
      identify('u1'),
      identify('u2', { traits: {} }),
      identify('u3', { traits: {}, context: { ip: '203.0.113.7' } }),
      identify('u4', { traits: { address: { city: 'Sydney' } } })
    ])

    expect(total).toMatchObject({ identify: 4, empty: 1 })
  })

  it('tells the age of the oldest activity', async () => {
    const { oldest, total } = await estimateEvents([
      track('u1', { timestamp: '2026-03-05T12:00:00Z' }),
      track('u1', { timestamp: '20260301T13:00:00,5+0100' }),
      track('u1', { timestamp: undefined }),
      identify('u1', { timestamp: '2020-01-01T00:00:00Z' })
    ])

    expect(oldest).toEqual({ timestamp: '2026-03-01T12:00:00.500Z', days: 8 })
    expect(total.tooOld).toBe(0)
  })

  it('has no oldest activity when there is none with a timestamp', async () => {
    const { oldest } = await estimateEvents([track('u1', { timestamp: undefined })])

    expect(oldest).toBeUndefined()
  })

  it('counts activities that are older than their retention, which wait for nobody', async () => {
    const { total } = await estimateEvents(
      [
        track('u1', { timestamp: '2026-03-08T12:00:00Z' }),
        track('u1', { timestamp: '2026-03-08T11:59:59Z' }),
        track('u2', { timestamp: '2026-01-01T00:00:00Z', traits: { name: 'Max' } }),
        track('u2', { timestamp: undefined })
      ],
      { retentionDays: 2 }
    )

    expect(total).toMatchObject({ track: 4, identify: 1, tooOld: 2, waiting: 2 })
  })
})

describe('the backlog', () => {
  /** How many wait, become known, are discarded of these, and are never known. */
  const waiting = async (...events: readonly object[]) => {
    const { total, backlog } = await estimateEvents(events)
    return [total.waiting, backlog.known, backlog.discarded, backlog.unknown]
  }

  it('takes no activities of contacts that are known', async () => {
    expect(await waiting(identify('u1'), ...times(60, track('u1')))).toEqual([0, 0, 0, 0])
  })

  it('keeps 50 of a day for a contact that becomes known, and discards the others', async () => {
    expect(await waiting(...times(60, track('u1')), identify('u1'))).toEqual([60, 60, 10, 0])
  })

  it('keeps 50 of each day, in UTC', async () => {
    const earlier = track('u1', { timestamp: '2026-03-01T01:00:00+02:00' })
    expect(await waiting(...times(40, earlier), ...times(40, track('u1')), identify('u1'))).toEqual([80, 80, 0, 0])
  })

  it('counts activities without a timestamp as of today', async () => {
    const undated = track('u1', { timestamp: undefined })
    const today = track('u1', { timestamp: '2026-03-10T01:00:00Z' })
    expect(await waiting(...times(40, undated), ...times(40, today), identify('u1'))).toEqual([80, 80, 30, 0])
  })

  it('holds activities of contacts that never become known', async () => {
    expect(await waiting(track('u1'), identify('u2'), track('u3'))).toEqual([2, 0, 0, 2])
  })

  it('gives anonymous activities to the user that they turn out to be', async () => {
    const visit = track(undefined, { anonymousId: 'a1' })
    const login = identify('u1', { anonymousId: 'a1' })
    expect(await waiting(...times(60, visit), login, visit, track('u1'))).toEqual([60, 60, 10, 0])
  })

  it('lets two ids of one contact share what is kept of a day', async () => {
    const visits = times(30, track(undefined, { anonymousId: 'a1' }))
    const both = identify('u1', { anonymousId: 'a1' })
    expect(await waiting(...visits, ...times(30, track('u1')), both)).toEqual([60, 60, 10, 0])
    // Known by one id first, by the other one later
    expect(await waiting(...times(30, track('u1')), identify('u1'), ...visits, both)).toEqual([60, 60, 10, 0])
  })

  it('makes one contact of two that an item names', async () => {
    const byAnonymous = { type: 'identify', anonymousId: 'a1', traits: { name: 'Lana' } }
    const visits = times(30, track(undefined, { anonymousId: 'a1' }))
    const laterVisits = times(30, track(undefined, { anonymousId: 'a2' }))
    const events = [
      ...visits,
      byAnonymous,
      ...times(30, track('u1')),
      identify('u1'),
      identify('u1', { anonymousId: 'a1' }),
      ...laterVisits,
      identify('u1', { anonymousId: 'a2' })
    ]
    // 30 and 30 were kept by two contacts, so the one that they became gets no more.
    expect(await waiting(...events)).toEqual([90, 90, 30, 0])
  })

  it('knows a contact that became part of another one by all of its ids', async () => {
    const visits = times(30, track(undefined, { anonymousId: 'a2' }))
    const events = [
      { ...identify('', { anonymousId: 'a1' }), userId: undefined },
      ...times(30, track('u2')),
      identify('u2'),
      identify('u2', { anonymousId: 'a1' }),
      ...visits,
      identify('u2', { anonymousId: 'a2' })
    ]
    expect(await waiting(...events)).toEqual([60, 60, 10, 0])
  })

  it('links no ids by an activity that brings no contact', async () => {
    const both = track('u1', { anonymousId: 'a1' })
    const visitor = { ...identify('', { anonymousId: 'a1' }), userId: undefined }
    expect(await waiting(both, both, track('u1'), visitor, track('u1'))).toEqual([4, 2, 0, 2])
  })

  it('gives no contact what another user did with its anonymous id', async () => {
    const both = track('u1', { anonymousId: 'a1' })
    expect(await waiting(both, both, track('u1'), identify('u2', { anonymousId: 'a1' }), both)).toEqual([4, 0, 0, 4])
  })

  it('knows contacts by activities with traits', async () => {
    const withTraits = track('u1', { traits: { name: 'Lana' } })
    expect(await waiting(track('u1'), withTraits, track('u1'))).toEqual([1, 1, 0, 0])
  })

  it('knows nobody by an item with nothing to store, but learns ids from it', async () => {
    const empty = identify('u1', { traits: {}, anonymousId: 'a1' })
    expect(await waiting(track('u1'), empty, track('u1'))).toEqual([2, 0, 0, 2])
    expect(await waiting(track('u1'), identify('u1'), empty, track(undefined, { anonymousId: 'a1' }))).toEqual([
      1, 1, 0, 0
    ])
  })

  it('goes by the order of the files', async () => {
    const events = { 'tracks.ndjson': times(60, track('u1')), 'users.ndjson': [identify('u1')] }
    const { backlog, files } = await estimateFiles(events)

    expect(backlog).toEqual({ known: 60, discarded: 10, unknown: 0 })
    expect(files.map(({ waiting }) => waiting)).toEqual([60, 0])
  })
})

describe('an archive that is delivered to a local Ortto', () => {
  const pick = <Value>(...values: Value[]) => fc.constantFrom(...values, undefined)
  const event = fc.record({
    type: fc.constantFrom('identify', 'track', 'track', 'page'),
    userId: pick('u1', 'u2'),
    anonymousId: pick('a1', 'a2'),
    traits: fc.constantFrom({ name: 'Lana' }, {}, undefined),
    timestamp: fc.constantFrom('2026-03-09T10:00:00Z', '2026-01-01T10:00:00Z', undefined),
    repeated: fc.constantFrom(1, 1, 1, 60)
  })

  it('uses what was estimated, and leaves behind what was estimated', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 15 }), async (drawn) => {
        const events = drawn
          .flatMap(({ repeated, ...members }) => times(repeated, members))
          .map((members, index) => ({ ...members, event: 'Signed up', messageId: `m${index}` }))
        const { app, account, apiKey } = createSandbox({
          clock: new Clock(() => NOW),
          account: {
            plan: { contacts: 100_000 },
            fields: [{ name: 'Name', type: 'text' }],
            traits: { name: 'Name' },
            activities: [{ name: 'Signed up', retentionDays: 30 }]
          }
        })
        const { total, backlog } = await estimateEvents(events, { retentionDays: 30 })
        const headers = { authorization: `Bearer ${apiKey}` }
        await deliverTo(
          (path, items) => app.request(path, { method: 'POST', headers, body: JSON.stringify(items) }),
          events
        )
        const { attached, waiting, discarded } = account.activities.countByState()

        expect([account.identifyUsage.used(), account.trackUsage.used()]).toEqual([total.identify, total.track])
        expect([waiting, discarded]).toEqual([backlog.unknown, backlog.discarded])
        expect(attached + waiting + discarded).toBe(total.track - total.tooOld)
      }),
      { numRuns: 40 }
    )
  })
})
