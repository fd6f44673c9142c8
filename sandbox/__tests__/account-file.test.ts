import exampleAccount from '../../examples/account.json'
import { AccountFile, createSandbox } from '..'
import { FIELD_TYPES, SYSTEM_FIELDS } from '../rules'

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

    expect(createSandbox({ account: { fields } }).account.file.fields).toEqual([...fields, ...SYSTEM_FIELDS])
  })

  it('has the system fields, keeps activities 90 days, and identifies contacts by their email address', () => {
    const { file } = createSandbox({ account: { activities: [{ name: 'Signed up' }] } }).account

    expect(file).toMatchObject({
      fields: SYSTEM_FIELDS,
      uniqueIdentifiers: ['Email'],
      activities: [{ name: 'Signed up', retentionDays: 90 }]
    })
  })

  it('may describe the format of a system field', () => {
    const birthday = { name: 'Birthday', type: 'date', format: 'DD-MM-YYYY' }
    const { fields } = createSandbox({ account: { fields: [birthday] } }).account.file

    expect(fields.filter(({ name }) => name === 'Birthday')).toEqual([birthday])
  })

  it('may name two fields of the types text, phone number and email as unique identifiers', () => {
    const allowed = FIELD_TYPES.filter((type) => {
      const fields = [{ name: 'Own', type }]
      return AccountFile.safeParse({ fields, uniqueIdentifiers: ['Own', 'Email'] }).success
    })

    expect(allowed).toEqual(['text', 'phone number', 'email'])
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
    [{ traits: { mail: 'Mail' } }, 'traits.mail: there is no field "Mail"'],
    [
      { fields: [{ name: 'Birthday', type: 'text' }] },
      'fields[0].type: "Birthday" is a field of every account, and its type is date'
    ],
    [{ phoneCountry: 'XX' }, 'phoneCountry: for example AU'],
    [{ activities: [{ name: 'A', retentionDays: 0 }] }, 'activities[0].retentionDays'],
    [
      { uniqueIdentifiers: ['Email', 'Phone number', 'External ID'] },
      'uniqueIdentifiers: Too big: expected array to have <=2 items'
    ],
    [{ uniqueIdentifiers: ['Email', 'Email'] }, 'uniqueIdentifiers[1]: it is named twice'],
    [
      { fields: [{ name: 'user id', type: 'text' }], uniqueIdentifiers: ['user id'] },
      'uniqueIdentifiers[0]: "user id" is not a field: it identifies contacts in any case'
    ],
    [
      { fields: [{ name: 'anonymous id', type: 'text' }], uniqueIdentifiers: ['anonymous id'] },
      'uniqueIdentifiers[0]: "anonymous id" is not a field: it identifies contacts in any case'
    ],
    [
      { fields: [{ name: 'Tags', type: 'multi select' }], uniqueIdentifiers: ['Tags'] },
      'uniqueIdentifiers[0]: "Tags" has the type multi select. The type of a unique identifier is text, phone number or email'
    ],
    [{ traits: null }, 'traits: Invalid input: expected record, received null'],
    [{ traits: 'Email' }, 'traits: Invalid input: expected record, received string'],
    [JSON.parse('{"traits":{"__proto__":"Email"}}'), 'traits.__proto__: this name is not allowed'],
    [{ audiences: ['A', 'A'] }, 'audiences[1]: another audience has this name'],
    [{ audiences: ['A'], otherAudiences: ['A'] }, 'otherAudiences[0]: another audience has this name'],
    [{ uniqueIdentifiers: ['Mail'] }, 'uniqueIdentifiers[0]: there is no field "Mail"']
  ])('is rejected with the path and the problem: %j', (account, problem) => {
    expect(() => createSandbox({ account })).toThrow(problem)
  })
})
