import { AccountFile } from '../../sandbox'
import type { ActivityMapping } from '../page/src/ortto/account'
import { withType } from '../page/src/ortto/account'
import { mapAllProperties, mapProperty, propertyRows } from '../page/src/ortto/activity-setup'
import { propertiesIn, traitsIn } from '../page/src/ortto/samples'
import {
  addField,
  changeField,
  mapAllTraits,
  mapTrait,
  moveIdentifier,
  removeField,
  traitRows,
  traitSetupOf
} from '../page/src/ortto/trait-setup'
import type { TraitSetup } from '../page/src/ortto/trait-setup'
import { localOrtto } from './local-ortto'

const SETUP: TraitSetup = {
  fields: [
    { name: 'Email', type: 'email' },
    { name: 'First name', type: 'text' },
    { name: 'Birthday', type: 'date', format: 'DD-MM-YYYY' }
  ],
  uniqueIdentifiers: ['Email', 'First name'],
  traits: { email: 'Email', firstName: 'First name', given_name: 'First name' }
}

describe('the traits in samples', () => {
  it('have their newest value that is not empty', () => {
    const seen = traitsIn([
      { user_id: 'u1', traits: { name: 'Lana', age: 40 } },
      { user_id: 'u2' },
      { user_id: 'u3', traits: { name: 'Max', age: null, empty: '' } },
      'not an item',
      { user_id: 'u4', traits: ['odd'] }
    ])
    expect([...seen]).toEqual([
      ['name', 'Max'],
      ['age', 40],
      ['empty', '']
    ])
  })

  it('do not include the truncation mark of a very large item', async () => {
    const { identify, ask } = localOrtto({})
    await identify({ user_id: 'u1', traits: { long: 'A'.repeat(30_000), more: 1 } })
    const { contacts } = await ask<{ contacts: unknown[] }>('samples')
    expect([...traitsIn(contacts).keys()]).toEqual(['long'])
  })

  it('may have any name', () => {
    const sample: unknown = JSON.parse('{"traits":{"__proto__":1,"constructor":2}}')
    const seen = traitsIn([sample])
    expect([...seen]).toEqual([
      ['__proto__', 1],
      ['constructor', 2]
    ])
    const { traits = {} } = mapTrait(SETUP, '__proto__', 'Email')
    expect(Object.keys(traits)).toContain('__proto__')
    expect(Object.getPrototypeOf(traits)).toBe(Object.prototype)
  })
})

describe('a trait mapping', () => {
  it('lists the traits in samples or mappings by name', () => {
    const rows = traitRows(SETUP, new Map([['age', 40]]), '')
    expect(rows.map(({ trait, field, isSeen }) => [trait, field?.name, isSeen])).toEqual([
      ['age', undefined, true],
      ['email', 'Email', false],
      ['firstName', 'First name', false],
      ['given_name', 'First name', false]
    ])
  })

  it('finds a trait by its name and by the name of its field', () => {
    expect(traitRows(SETUP, new Map(), 'shoe', 'shoeSize')).toMatchObject([{ trait: 'shoeSize', isSeen: false }])
    const find = (text: string) => traitRows(SETUP, new Map([['age', 40]]), text).map(({ trait }) => trait)
    expect(find('FIRST')).toEqual(['firstName', 'given_name'])
    expect(find('age')).toEqual(['age'])
    expect(find('nothing')).toEqual([])
  })

  it('maps all traits in samples to fields that accept them', async () => {
    const traits = {
      firstName: 'Lana',
      birthday: '1980-07-28',
      signed_up_at: '2026-01-05T10:00:00Z',
      vip: true,
      address: { city: 'Sydney' },
      email: 'lana@example.org',
      e_mail: 'lana@example.net'
    }
    const { identify, ask, sandbox } = localOrtto({})
    await identify({ user_id: 'u1', traits })
    const { contacts } = await ask<{ contacts: unknown[] }>('samples')
    const setup = mapAllTraits(traitSetupOf(sandbox.account.file), traitsIn(contacts))
    await ask('account', 'PUT', { ...sandbox.account.file, ...setup })
    await identify({ user_id: 'u1', traits })

    expect(Object.keys(setup.traits ?? {})).not.toContain('address')
    const [{ fields }] = await ask<{ fields: object }[]>('contacts')
    expect(fields).toMatchObject({
      'First name': 'Lana',
      Birthday: '1980-07-28',
      'Signed up at': '2026-01-05T10:00:00.000Z',
      Vip: true
    })
  })

  it('keeps existing mappings when it maps all traits', () => {
    const setup = mapAllTraits(
      SETUP,
      new Map<string, unknown>([
        ['email', 1],
        ['birthday', '28-07-1980']
      ])
    )
    expect(setup.traits).toEqual({ ...SETUP.traits, birthday: 'Birthday' })
    expect(setup.fields).toEqual(SETUP.fields)
  })

  it('is a valid account after any change', () => {
    const own: TraitSetup = {
      fields: [
        { name: 'Mail', type: 'email' },
        { name: 'Nickname', type: 'text' },
        { name: 'Joined', type: 'date', format: 'DD-MM-YYYY' }
      ],
      uniqueIdentifiers: ['Mail', 'Nickname'],
      traits: { mail: 'Mail', nickname: 'Nickname', nick: 'Nickname' }
    }
    const setups = [
      addField(own, { name: 'Age', type: 'number' }, 'age'),
      mapTrait(own, 'mail', undefined),
      removeField(own, 'Mail'),
      changeField(own, withType(own.fields[0], 'multi select')),
      changeField(own, withType(own.fields[2], 'text')),
      changeField(own, withType(own.fields[1], 'date')),
      moveIdentifier(own, 'Mail', 1)
    ]
    setups.forEach((setup) => expect(AccountFile.safeParse(setup).error).toBeUndefined())
    expect(setups[2].traits).toEqual({ nickname: 'Nickname', nick: 'Nickname' })
    expect(setups[3].uniqueIdentifiers).toEqual(['Nickname'])
    expect(setups[6].uniqueIdentifiers).toEqual(['Nickname', 'Mail'])
  })

  it('does not move an identifier past the first or last place', () => {
    expect(moveIdentifier(SETUP, 'Email', -1)).toEqual(SETUP)
    expect(moveIdentifier(SETUP, 'First name', 1)).toEqual(SETUP)
    expect(moveIdentifier(SETUP, 'Birthday', 1)).toEqual(SETUP)
  })
})

describe('the mapping of an activity', () => {
  const activity: ActivityMapping = {
    name: 'Order completed',
    retentionDays: 90,
    attributes: { total: { name: 'Total', type: 'currency' } }
  }

  it('maps all properties in samples to attributes that accept them', async () => {
    const { identify, track, ask } = localOrtto({ traits: {}, activities: [activity] })
    const item = {
      user_id: 'u1',
      event: activity.name,
      properties: { total: 5, TOTAL: 6, paidOn: '28-07-1980', cart: {} }
    }
    await track(item)
    const { activities } = await ask<{ activities: Record<string, unknown[]> }>('samples')
    const mapped = mapAllProperties(activity, propertiesIn(activities[activity.name]))
    await ask('account', 'PUT', { traits: {}, activities: [mapped] })
    await identify({ user_id: 'u1', ip: '203.0.113.7' })
    await track(item)

    const [, { attributes }] = await ask<{ attributes: object }[]>('activities')
    expect(attributes).toEqual({ Total: 5, TOTAL: 6, 'Paid on': '1980-07-28' })
  })

  it('lists the properties in samples or mappings', () => {
    const rows = propertyRows(activity, new Map([['coupon', 'A']]))
    expect(rows.map(({ property, attribute, isSeen }) => [property, attribute?.name, isSeen])).toEqual([
      ['coupon', undefined, true],
      ['total', 'Total', false]
    ])
    expect(mapProperty(activity, 'total', undefined).attributes).toEqual({})
  })
})
