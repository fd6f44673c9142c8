import exampleAccount from '../../examples/account.json'
import { createSandbox } from '..'

describe('an account file', () => {
  it('may be empty', () => {
    expect(createSandbox({ account: {} }).account.contacts.all()).toEqual([])
  })

  it('creates its audiences at once', () => {
    expect(createSandbox({ account: exampleAccount }).account.audiences.all()).toMatchObject([
      { name: 'VIP customers', isFromSegment: true }
    ])
  })

  it('may contain an API key', () => {
    expect(createSandbox({ account: { dataSource: { apiKey: 'pau-mine' } } }).apiKey).toBe('pau-mine')
  })

  it('may contain a format for a date, and for a date and time', () => {
    const fields = ['date', 'date and time'].map((type) => ({ name: type, type, format: 'Unix seconds' }))

    expect(createSandbox({ account: { fields } }).account.file.fields).toEqual(fields)
  })

  it.each([
    [{ dataSource: { apiKey: 'mine' } }, 'dataSource.apiKey: for example pau-secret'],
    [{ plan: { contacts: 'many' } }, 'plan.contacts: Invalid input: expected number, received string'],
    [{ plans: {} }, 'Unrecognized key: "plans"'],
    [{ fields: [{ name: 'A', type: 'colour' }] }, 'fields[0].type: Invalid option: expected one of "text"|'],
    [
      { fields: [{ name: 'A', type: 'text', format: 'YYYY-MM-DD' }] },
      'fields[0].format: only the types date and date and time have a format'
    ],
    [
      { fields: [{ name: 'A', type: 'text', options: ['a'] }] },
      'fields[0].options: only the select types have options'
    ],
    [{ fields: Array(2).fill({ name: 'A', type: 'text' }) }, 'fields[1].name: another field has this name'],
    [{ activities: Array(2).fill({ name: 'A' }) }, 'activities[1].name: another activity has this name'],
    [{ traits: { email: 'Email' } }, 'traits.email: there is no field "Email"'],
    [
      { fields: [{ name: 'user id', type: 'text' }], uniqueIdentifiers: ['user id'] },
      'uniqueIdentifiers[0]: "user id" is not allowed as a unique identifier'
    ],
    [
      { fields: [{ name: 'anonymous id', type: 'text' }], uniqueIdentifiers: ['anonymous id'] },
      'uniqueIdentifiers[0]: "anonymous id" is not allowed as a unique identifier'
    ],
    [
      { fields: [{ name: 'Tags', type: 'multi select' }], uniqueIdentifiers: ['Tags'] },
      'uniqueIdentifiers[0]: "Tags" is not allowed as a unique identifier'
    ],
    [{ traits: null }, 'traits: Invalid input: expected record, received null'],
    [{ traits: 'Email' }, 'traits: Invalid input: expected record, received string'],
    [JSON.parse('{"traits":{"__proto__":"Email"}}'), 'traits.__proto__: this name is not allowed'],
    [{ audiences: ['A', 'A'] }, 'audiences[1]: another audience has this name'],
    [{ audiences: ['A'], otherAudiences: ['A'] }, 'otherAudiences[0]: another audience has this name'],
    [{ uniqueIdentifiers: ['Email'] }, 'uniqueIdentifiers[0]: there is no field "Email"']
  ])('is rejected with the path and the problem: %j', (account, problem) => {
    expect(() => createSandbox({ account })).toThrow(problem)
  })
})
