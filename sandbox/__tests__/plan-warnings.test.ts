import { startSandbox } from './harness'
import { AccountFile } from '..'
import { checkPlan } from '../model/plan-warnings'

const warningsOf = (account: object) => checkPlan(AccountFile.parse(account))
const fields = (count: number) => Array.from({ length: count }, (_, index) => ({ name: `Own ${index}`, type: 'text' }))

describe('the warnings about a plan', () => {
  it('are none when everything is included', () => {
    expect(
      warningsOf({ plan: { activities: 1, customFields: 2 }, activities: [{ name: 'A' }], fields: fields(2) })
    ).toEqual([])
  })

  it('names the add-on that each further activity needs', async () => {
    const account = { plan: { activities: 1 }, activities: ['A', 'B', 'C'].map((name) => ({ name })) }
    const warning = {
      code: 'activities_beyond_plan',
      used: 3,
      included: 1,
      message: 'The plan has 1 activity, and 3 are tracked. Each further one needs the add-on "Activities +": 2 in all.'
    }

    expect(warningsOf(account)).toEqual([warning])
    const { app } = startSandbox(account)
    const summary = (await (await app.request('http://127.0.0.1/sandbox/summary')).json()) as object
    expect(summary).toMatchObject({ warnings: [warning] })
  })

  it('counts custom fields, and not those of every account', () => {
    const more = [...fields(3), { name: 'Birthday', type: 'date', format: 'DD-MM-YYYY' }]

    expect(warningsOf({ plan: { customFields: 2 }, fields: more })).toMatchObject([
      { code: 'custom_fields_beyond_plan', used: 3, included: 2 }
    ])
  })
})
