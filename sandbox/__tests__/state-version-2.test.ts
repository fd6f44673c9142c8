import { readFileSync } from 'fs'
import { join } from 'path'
import { SYSTEM_FIELDS } from '../rules'
import { startSandbox } from './harness'

/** A state that was saved when fields could have any type, and any number of them identified contacts. */
const saved = JSON.parse(readFileSync(join(__dirname, 'state-version-2.json'), 'utf8')) as object

describe('a state of version 2', () => {
  it('is restored: activities are kept for ever, and system fields get their types', () => {
    const sandbox = startSandbox({})
    sandbox.restore(saved)
    const { contacts, activities, account } = sandbox
    const { file } = account

    expect(file.activities).toMatchObject([
      { name: 'Signed up', retentionDays: 'for ever' },
      { name: 'Page viewed', retentionDays: 30 }
    ])
    expect(file.fields.filter(({ name }) => name === 'City' || name === 'Birthday')).toEqual([
      { name: 'City', type: 'city' },
      { name: 'Birthday', type: 'date', format: 'DD-MM-YYYY' }
    ])
    expect(file.uniqueIdentifiers).toEqual(['Email', 'Phone'])
    expect(file.fields).toEqual(expect.arrayContaining([SYSTEM_FIELDS[0], { name: 'Points', type: 'number' }]))
    expect(contacts().map(({ fields }) => Object.fromEntries(fields))).toMatchObject([{ Name: 'Lana', City: 'Sydney' }])
    expect(activities().map(({ state }) => state)).toEqual(['attached', 'waiting'])
    expect(account.samples.firstIdentifyAt).toBe('2026-03-10T12:00:00.000Z')
  })

  it('is saved as version 3, and restored from that', () => {
    const { restore, toState } = startSandbox({})
    restore(saved)
    const state = toState()
    restore(JSON.parse(JSON.stringify(state)))

    expect(state).toMatchObject({ version: 3, samples: { firstIdentifyAt: '2026-03-10T12:00:00.000Z' } })
    expect(toState()).toEqual(state)
  })
})
