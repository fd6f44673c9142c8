import fc from 'fast-check'
import { convert } from '../../sandbox'
import type { Field } from '../page/src/ortto/account'
import { guessType, newFieldFor, proposeField, suggestType } from '../page/src/ortto/guess-field'

describe('the type that is proposed for a trait', () => {
  it.each([
    [true, { type: 'yes/no' }],
    [3, { type: 'number' }],
    [3.5, { type: 'decimal' }],
    ['Lana', { type: 'text' }],
    ['lana@example.org', { type: 'email' }],
    ['https://example.org/a', { type: 'link' }],
    ['1980-07-28', { type: 'date', format: 'YYYY-MM-DD' }],
    ['1980/07/28', { type: 'date', format: 'YYYY/MM/DD' }],
    ['28-07-1980', { type: 'date', format: 'DD-MM-YYYY' }],
    ['07/28/1980', { type: 'date', format: 'MM/DD/YYYY' }],
    ['01-02-1980', { type: 'date', format: 'DD-MM-YYYY' }],
    ['2026-01-05T10:00:00Z', { type: 'date and time', format: 'ISO 8601' }],
    ['2021-02-30', { type: 'text' }],
    ['99-99-1980', { type: 'text' }],
    [['a', 'b'], { type: 'multi select' }],
    ['A'.repeat(300), { type: 'long text' }],
    ['', { type: 'text' }],
    [null, { type: 'text' }],
    [{ city: 'Sydney' }, undefined],
    [[{ id: 1 }], undefined]
  ])('suits the example %j', (example, expected) => {
    expect(guessType('trait', example)).toEqual(expected)
  })

  it('is a phone number when it is called one and looks like one', () => {
    expect(guessType('phoneNumber', '+61 2 9374 4000')).toEqual({ type: 'phone number' })
    expect(guessType('phoneNumber', 'none')).toEqual({ type: 'text' })
    expect(guessType('count', '+61 2 9374 4000')).toEqual({ type: 'text' })
  })

  it('accepts the example, for any example', () => {
    const digits = fc.integer({ min: 0, max: 9999 }).map((number) => String(number).padStart(2, '0'))
    const dateLike = fc
      .tuple(digits, digits, digits, fc.constantFrom('-', '/'))
      .map(([a, b, c, mark]) => [a, b, c].join(mark))
    const example = fc.oneof(
      fc.string({ minLength: 1 }),
      fc.emailAddress(),
      fc.webUrl(),
      dateLike,
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.integer(),
      fc.boolean(),
      fc.array(fc.string({ minLength: 1 }), { minLength: 1 })
    )
    fc.assert(
      fc.property(example, (value) => {
        const type = guessType('trait', value)
        expect(type && convert(value, { name: 'Field', ...type })).toHaveProperty('value')
      })
    )
  })
})

describe('the field that is proposed for a trait', () => {
  const fields: Field[] = [
    { name: 'First name', type: 'text' },
    { name: 'Shoe size', type: 'number' }
  ]

  it.each(['firstName', 'first_name', 'First name', 'FIRST-NAME'])(
    'is an existing one with a similar name: %s',
    (trait) => {
      expect(proposeField(trait, 'Lana', fields)).toEqual({ field: fields[0], isNew: false })
    }
  )

  it('is otherwise a new one with a readable name', () => {
    const nameOf = (trait: string) => proposeField(trait, 'x', fields)?.field.name
    expect(nameOf('lastName')).toBe('Last name')
    expect(nameOf('last_order.total')).toBe('Last order total')
    expect(nameOf('vip')).toBe('Vip')
    expect(nameOf('___')).toBe('___')
    expect(nameOf('')).toBe('Unnamed')
    expect(proposeField('lastName', 'x', fields)?.isNew).toBe(true)
  })

  it('has an unused name', () => {
    expect(newFieldFor('shoeSize', 38, fields)).toEqual({ name: 'Shoe size 2', type: 'number' })
  })

  it('is undefined for an object', () => {
    expect(proposeField('address', { city: 'Sydney' }, fields)).toBeUndefined()
  })
})

describe('the type that is suggested for a field that skips a value', () => {
  const birthday: Field = { name: 'Birthday', type: 'date', format: 'DD-MM-YYYY' }

  it('is the format that the value has', () => {
    expect(suggestType(birthday, 'birthday', '1980-07-28')).toEqual({ ...birthday, format: 'YYYY-MM-DD' })
  })

  it('keeps the type date for a date and time', () => {
    expect(suggestType(birthday, 'birthday', '1980-07-28T10:00:00Z')).toEqual({ ...birthday, format: 'ISO 8601' })
  })

  it('drops the options if the new type has none', () => {
    const colours: Field = { name: 'Colours', type: 'multi select', options: ['Red'] }
    expect(suggestType(colours, 'colours', 5)).toEqual({ name: 'Colours', type: 'number' })
  })

  it('is undefined if only text matches', () => {
    expect(suggestType({ name: 'Email', type: 'email' }, 'email', 'x')).toBeUndefined()
  })
})
