import { presetMappings } from '..'
import type { SummaryState } from '..'
import { Summary } from '../summary'

const [contacts, activities] = presetMappings()
const place = { file: 'a', line: 1, isEvent: true, message: 'Processed by Ortto.' }

describe('the summary', () => {
  it('counts lines, results and reasons, the most frequent first', () => {
    const summary = new Summary()
    summary.add([
      { ...place, mapping: contacts, status: 200, sent: { item: {}, hasIdentity: true } },
      { ...place, mapping: activities, status: 400, message: 'Bad' },
      { ...place, line: 2, mapping: activities, status: 400, message: 'Bad' },
      { ...place, line: 3, mapping: activities, status: 200, message: 'Ignored' },
      { ...place, line: 4, message: 'No mapping' },
      { ...place, file: 'b', line: 4, status: 400, message: 'Not JSON' },
      { ...place, file: 'b', line: 5, mapping: contacts, status: 422, message: 'Nothing new' }
    ])

    expect(summary.state).toEqual({
      lines: 6,
      delivered: 1,
      nothingNew: 1,
      rejected: 3,
      ignored: 1,
      untaken: 1,
      undedupable: 0,
      rows: [
        { mapping: 'Track Activity', status: 400, message: 'Bad', count: 2 },
        { mapping: 'Upsert Contact', status: 200, message: 'Processed by Ortto.', count: 1 },
        { mapping: 'Track Activity', status: 200, message: 'Ignored', count: 1 },
        { mapping: '-', status: 400, message: 'Not JSON', count: 1 },
        { mapping: 'Upsert Contact', status: 422, message: 'Nothing new', count: 1 }
      ]
    })
  })

  it('counts activities that Ortto cannot tell from their like', () => {
    const summary = new Summary()
    const result = (hasIdentity: boolean, mapping = activities) => ({
      ...place,
      mapping,
      status: 200,
      sent: { item: {}, hasIdentity }
    })
    summary.add([result(true), result(false), result(false), result(false, contacts)])

    expect(summary.state.undedupable).toBe(2)
  })

  it('goes on from a state', () => {
    const first = new Summary()
    first.add([{ ...place, mapping: contacts, status: 200, sent: { item: {}, hasIdentity: true } }])
    const second = new Summary(JSON.parse(JSON.stringify(first.state)) as SummaryState)
    second.add([{ ...place, line: 2, mapping: contacts, status: 200, sent: { item: {}, hasIdentity: true } }])

    expect(second.state).toMatchObject({ lines: 2, delivered: 2, rows: [{ count: 2 }] })
  })

  it('tells no more than 1,000 reasons apart', () => {
    const summary = new Summary()
    for (let line = 1; line <= 5000; line += 1) {
      summary.add([{ ...place, line, mapping: contacts, status: 400, message: `Bad ${line}` }])
    }
    const { rows, rejected } = summary.state

    expect(rejected).toBe(5000)
    expect(rows.length).toBeLessThanOrEqual(1001)
    expect(rows[0]).toEqual({ mapping: 'Upsert Contact', status: 400, message: 'Other reasons', count: 4000 })
  })
})
