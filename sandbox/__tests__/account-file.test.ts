import exampleAccount from '../../examples/account.json'
import { createSandbox } from '..'

describe('an account that is described in a file', () => {
  it('may be empty', () => {
    expect(createSandbox({ account: {} }).account.contacts.all()).toEqual([])
  })

  it('has its audiences from the start', () => {
    expect(createSandbox({ account: exampleAccount }).account.audiences.all()).toMatchObject([
      { name: 'VIP customers', isFromSegment: true }
    ])
  })

  it('may bring its API key', () => {
    expect(createSandbox({ account: { dataSource: { apiKey: 'pau-mine' } } }).apiKey).toBe('pau-mine')
  })

  it('may have a format for a date, and for a date and time', () => {
    const fields = ['date', 'date and time'].map((type) => ({ name: type, type, format: 'Unix seconds' }))

    expect(createSandbox({ account: { fields } }).account.file.fields).toEqual(fields)
  })

  it.each([
    [{ dataSource: { apiKey: 'mine' } }, 'dataSource.apiKey: for example pau-secret'],
    [{ plan: { contacts: 'many' } }, 'plan.contacts: Invalid input: expected number, received string'],
    [{ plans: {} }, 'Unrecognized key: "plans"'],
    [{ fields: [{ name: 'A', type: 'colour' }] }, 'fields[0].type: Invalid option: expected one of "text"|'],
    [{ fields: [{ name: 'A', type: 'text', format: 'YYYY-MM-DD' }] }, 'fields[0].format: only a date'],
    [{ fields: [{ name: 'A', type: 'text', options: ['a'] }] }, 'fields[0].options: only a select has options'],
    [{ fields: Array(2).fill({ name: 'A', type: 'text' }) }, 'fields[1].name: there is a field of this name already'],
    [{ activities: Array(2).fill({ name: 'A' }) }, 'activities[1].name: there is an activity of this name already'],
    [{ traits: { email: 'Email' } }, 'traits.email: there is no field "Email"'],
    [
      { fields: [{ name: 'user id', type: 'text' }], uniqueIdentifiers: ['user id'] },
      'uniqueIdentifiers[0]: "user id" cannot tell contacts apart'
    ],
    [
      { fields: [{ name: 'anonymous id', type: 'text' }], uniqueIdentifiers: ['anonymous id'] },
      'uniqueIdentifiers[0]: "anonymous id" cannot tell contacts apart'
    ],
    [
      { fields: [{ name: 'Tags', type: 'multi select' }], uniqueIdentifiers: ['Tags'] },
      'uniqueIdentifiers[0]: "Tags" cannot tell contacts apart'
    ],
    [{ traits: null }, 'traits: Invalid input: expected record, received null'],
    [{ traits: 'Email' }, 'traits: Invalid input: expected record, received string'],
    [JSON.parse('{"traits":{"__proto__":"Email"}}'), 'traits.__proto__: nothing can be mapped by this name'],
    [{ audiences: ['A', 'A'] }, 'audiences[1]: there is an audience of this name already'],
    [{ audiences: ['A'], otherAudiences: ['A'] }, 'otherAudiences[0]: there is an audience of this name already'],
    [{ uniqueIdentifiers: ['Email'] }, 'uniqueIdentifiers[0]: there is no field "Email"']
  ])('is refused with the path and what was expected: %j', (account, problem) => {
    expect(() => createSandbox({ account })).toThrow(problem)
  })
})
