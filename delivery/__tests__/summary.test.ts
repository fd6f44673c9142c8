import { presetMappings } from '..'
import type { MappingResult } from '..'
import { emptySummary, sumSummaries, Summary, SummaryState } from '../records/summary'
import { reportOf } from './harness'

const [contacts, activities] = presetMappings()
const bad = { mapping: activities, status: 400, outcome: 'rejected', code: 'invalid_data', message: 'Bad' } as const

describe('the summary', () => {
  it('counts lines, results and reasons, the most frequent first', () => {
    const summary = new Summary()
    summary.add([
      reportOf(1, [{}, bad]),
      reportOf(2, [bad]),
      reportOf(3, [{ mapping: activities, outcome: 'ignored', code: 'came_from_ortto', message: 'Ignored' }]),
      reportOf(4, [], { skipped: { code: 'no_matching_mapping', message: 'No mapping' } }),
      reportOf(5, [], { skipped: { code: 'disabled_by_integrations', message: 'Disabled' } }),
      reportOf(6, [], {
        event: { type: 'track', context: { consentManagement: { deniedConsentIds: ['ads'] } } },
        skipped: { code: 'no_consent', message: 'No consent' }
      }),
      reportOf(7, [], { skipped: { code: 'outside_time_range', message: 'Left out' } }),
      reportOf(8, [], { skipped: { code: 'not_chosen', message: 'Left out' } }),
      reportOf(4, [], { problem: { code: 'not_json', message: 'Not JSON' } }, 'b'),
      reportOf(5, [{ status: 422, outcome: 'unchanged', code: 'nothing_new', message: 'Nothing new' }], {}, 'b'),
      reportOf(6, [{ mapping: activities, status: 206, outcome: 'partial', code: 'contact_not_stored' }], {}, 'b')
    ])

    expect(summary.state).toEqual({
      lines: 11,
      delivered: 1,
      partial: 1,
      unchanged: 1,
      rejected: 3,
      ignored: 1,
      unmatched: 1,
      disabled: 1,
      withoutConsent: 1,
      outside: 1,
      notChosen: 1,
      consent: 1,
      missingDedupeKey: 0,
      notices: {},
      rows: [
        { mapping: 'Track Activity', status: 400, code: 'invalid_data', message: 'Bad', count: 2 },
        { mapping: 'Upsert Contact', status: 200, code: 'processed', message: 'Processed by Ortto.', count: 1 },
        { mapping: 'Track Activity', status: 200, code: 'came_from_ortto', message: 'Ignored', count: 1 },
        { mapping: '-', status: 400, code: 'not_json', message: 'Not JSON', count: 1 },
        { mapping: 'Upsert Contact', status: 422, code: 'nothing_new', message: 'Nothing new', count: 1 },
        { mapping: 'Track Activity', status: 206, code: 'contact_not_stored', message: 'Processed by Ortto.', count: 1 }
      ]
    })
  })

  it('counts activities that Ortto cannot recognize when they are sent again', () => {
    const summary = new Summary()
    const result = (isRecognizable: boolean, mapping = activities) => ({ mapping, isRecognizable })
    summary.add([reportOf(1, [result(true), result(false), result(false), result(false, contacts)])])

    expect(summary.state.missingDedupeKey).toBe(2)
  })

  it('continues from a state', () => {
    const first = new Summary()
    first.add([reportOf(1)])
    const second = new Summary(JSON.parse(JSON.stringify(first.state)) as SummaryState)
    second.add([reportOf(2)])

    expect(second.state).toMatchObject({ lines: 2, delivered: 2, rows: [{ count: 2 }] })
  })

  it('returns what was counted since the last time, which adds up', () => {
    const summary = new Summary()
    summary.add([reportOf(1), reportOf(2, [bad])])
    const first = summary.takeRecent()
    summary.add([reportOf(3, [bad])])
    const second = summary.takeRecent()

    expect([first.lines, second.lines, summary.takeRecent().lines]).toEqual([2, 1, 0])
    expect(second.rows).toMatchObject([{ status: 400, count: 1 }])
    expect(new Summary(sumSummaries(first, second)).state).toEqual(summary.state)
  })

  it('counts nothing of what was not counted when it was recorded', () => {
    expect(SummaryState.parse({ lines: 3 })).toEqual({ ...emptySummary(), lines: 3 })
  })

  it('counts events by what was repaired in them, and reads what was saved before it did', () => {
    const summary = new Summary()
    summary.add([reportOf(1, [{}], { notices: ['request_ip', 'original_timestamp'] })])
    summary.add([reportOf(2, [{}, {}], { notices: ['request_ip'] }), reportOf(3)])
    const { notices, ...earlier } = summary.state

    expect(notices).toEqual({ request_ip: 2, original_timestamp: 1 })
    expect(SummaryState.parse(summary.state).notices).toEqual(notices)
    expect(SummaryState.parse(earlier).notices).toEqual({})
    expect(() => SummaryState.parse({ ...earlier, notices: { request_ip: -1 } })).toThrow()
  })

  it('counts results of the same words with different codes apart', () => {
    const summary = new Summary()
    const result = (code: MappingResult['code']) => ({ status: 422, outcome: 'rejected' as const, code, message: 'No' })
    summary.add([reportOf(1, [result('refused'), result('nothing_valid'), result('refused')])])

    expect(summary.state.rows.map(({ code, count }) => [code, count])).toEqual([
      ['refused', 2],
      ['nothing_valid', 1]
    ])
  })

  it('tells no more than 1,000 reasons apart', () => {
    const summary = new Summary()
    for (let line = 1; line <= 5000; line += 1) {
      summary.add([reportOf(line, [{ status: 400, outcome: 'rejected', message: `Bad ${line}` }])])
    }
    const { rows, rejected } = summary.state

    expect(rejected).toBe(5000)
    expect(rows.length).toBeLessThanOrEqual(1001)
    expect(rows[0]).toMatchObject({ mapping: 'Upsert Contact', status: 400, message: 'Other reasons', count: 4000 })
  })
})
