import { convert } from '../model/field-types'
import type { Field } from '../model/records'
import { FIELD_TYPES } from '../rules'
import { describeConversionProblem } from '../model/sentences'

const field = (type: Field['type'], members: Partial<Field> = {}): Field => ({ name: 'Field', type, ...members })

describe('a value', () => {
  it.each<[Field, unknown, unknown]>([
    [field('text'), 'x', 'x'],
    [field('text'), 7, '7'],
    [field('long text'), true, 'true'],
    [field('number'), '42', 42],
    [field('number'), 42, 42],
    [field('decimal'), '1.5', 1.5],
    [field('currency'), 12, 12],
    [field('date', { format: 'YYYY-MM-DD' }), '2025-07-10', '2025-07-10'],
    [field('date', { format: 'DD-MM-YYYY' }), '28-07-1980', '1980-07-28'],
    [field('date', { format: 'MM-DD-YYYY' }), '07-28-1980', '1980-07-28'],
    [field('date', { format: 'YYYY/MM/DD' }), '1980/07/28', '1980-07-28'],
    [field('date', { format: 'DD/MM/YYYY' }), '28/07/1980', '1980-07-28'],
    [field('date', { format: 'MM/DD/YYYY' }), '07/28/1980', '1980-07-28'],
    [field('date and time', { format: 'ISO 8601' }), '2025-07-10T06:09:00+02:00', '2025-07-10T04:09:00.000Z'],
    [field('date and time', { format: 'Unix seconds' }), 1720591740, '2024-07-10T06:09:00.000Z'],
    [field('date and time', { format: 'Unix milliseconds' }), '1720591740123', '2024-07-10T06:09:00.123Z'],
    [field('date'), '2025-07-10', '2025-07-10'],
    [field('date'), '0001-01-01', '0001-01-01'],
    [field('date'), '0001-01-01T00:00:00', '0001-01-01'],
    [field('date', { format: 'DD/MM/YYYY' }), '31/12/1000', '1000-12-31'],
    [field('date', { format: 'YYYY-MM-DD' }), '2024-02-29', '2024-02-29'],
    [field('date'), '9999-12-31', '9999-12-31'],
    [field('date and time'), '0000-01-01', '0000-01-01T00:00:00.000Z'],
    [field('date and time'), '9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
    [field('date and time'), '2024-01-01T10:00Z', '2024-01-01T10:00:00.000Z'],
    [field('date and time'), '2024-01-01T10:00+02:00', '2024-01-01T08:00:00.000Z'],
    [field('date and time'), '0001-01-01T10:00+0200', '0001-01-01T08:00:00.000Z'],
    [field('date and time'), '2025-07-10T06:09:00', '2025-07-10T06:09:00.000Z'],
    [field('yes/no'), true, true],
    [field('yes/no'), 'No', false],
    [field('date'), '2025-07-10T23:00:00-02:00', '2025-07-11'],
    [field('yes/no'), 1, true],
    [field('yes/no'), 'YES', true],
    [field('yes/no'), 0, false],
    [field('phone number'), '+61 2 9374 4000', '+61293744000'],
    [field('single select', { options: ['red', 'blue'] }), 'red', 'red'],
    [field('single select'), 'any', 'any'],
    [field('multi select', { options: ['red', 'blue'] }), ['blue', 'red'], ['blue', 'red']],
    [field('multi select'), 'one', ['one']],
    [field('link'), 'https://ortto.com/x', 'https://ortto.com/x'],
    [field('link'), 'http://ortto.com/x', 'http://ortto.com/x'],
    [field('email'), 'a@example.com', 'a@example.com'],
    [field('city'), 'Sydney', 'Sydney'],
    [field('country'), 'Australia', 'Australia'],
    [field('region'), 'NSW', 'NSW'],
    [field('phone number'), '61293744000', '+61293744000'],
    [field('phone number'), 61293744000, '+61293744000']
  ])('is converted to the type of the field: %j from %j', (type, value, expected) => {
    expect(convert(value, type)).toEqual({ value: expected })
  })

  it.each<[Field, unknown]>([
    [field('text'), ''],
    [field('text'), null],
    [field('text'), { a: 1 }],
    [field('number'), 1.5],
    [field('number'), ' '],
    [field('number'), true],
    [field('number'), null],
    [field('number'), []],
    [field('number'), 'many'],
    [field('decimal'), 'NaN'],
    [field('date', { format: 'DD-MM-YYYY' }), '1980-07-28'],
    [field('date', { format: 'YYYY-MM-DD' }), '2025-02-30'],
    [field('date', { format: 'YYYY/MM/DD' }), '1980/07-28'],
    [field('date', { format: 'DD-MM-YYYY' }), '29-02-2023'],
    [field('date', { format: 'DD-MM-YYYY' }), '1-7-1980'],
    [field('date', { format: 'DD-MM-YYYY' }), ' 28-07-1980'],
    [field('date', { format: 'DD-MM-YYYY' }), '28-07-80'],
    [field('date', { format: 'DD-MM-YYYY' }), '28-07-19801'],
    [field('date', { format: 'DD-MM-YYYY' }), 'DD-MM-YYYY'],
    [field('date', { format: 'ISO 8601' }), '28-07-1980'],
    [field('date'), '2025-02-30T10:00:00Z'],
    [field('date'), '2025-02-28T10:00:00+25:00'],
    [field('date'), '9999-12-31T23:00:00-10:00'],
    [field('date'), '0000-01-01T00:00:00+10:00'],
    [field('date', { format: 'Unix seconds' }), 999999999999],
    [field('date and time', { format: 'Unix milliseconds' }), 253402300800000],
    [field('date and time', { format: 'Unix milliseconds' }), -62167219200001],
    [field('date'), 20250710],
    [field('date', { format: 'Unix seconds' }), 'yesterday'],
    [field('date', { format: 'DD-MM-YYYY' }), {}],
    [field('date and time'), 'yesterday'],
    [field('yes/no'), 'maybe'],
    [field('yes/no'), {}],
    [field('phone number'), '12'],
    [field('phone number'), {}],
    [field('single select', { options: ['red'] }), 'blue'],
    [field('multi select', { options: ['red'] }), ['red', 'blue']],
    [field('multi select'), []],
    [field('multi select'), [{}]],
    [field('multi select'), ['red', null]],
    [field('link'), 'javascript:alert(1)'],
    [field('link'), 'xhttp://ortto.com/x'],
    [field('link'), 'httpsx://ortto.com/x'],
    [field('email'), 'nobody']
  ])('that cannot be converted is a problem: %j from %j', (type, value) => {
    expect(convert(value, type)).toEqual({ problem: expect.any(String) as string })
  })

  it.each([
    ['02 9374 4000', 'AU', '+61293744000'],
    ['61 2 9374 4000', 'AU', '+61293744000'],
    ['+49 30 901820', 'AU', '+4930901820'],
    ['4930901820', 'AU', '+4930901820'],
    ['(212) 736-5000', 'US', '+12127365000'],
    ['02 9374 4000', undefined, undefined],
    ['12', 'AU', undefined]
  ])('that is the phone number %s in an account of the country %s is %s', (value, country, expected) => {
    const type = field('phone number')

    expect(convert(value, type, country)).toEqual(
      expected === undefined ? { problem: describeConversionProblem(value, type) } : { value: expected }
    )
  })

  it.each(FIELD_TYPES)('that is very long is converted or rejected quickly: %s', (type) => {
    const parts = ['a', 'a.', 'a-', '1', '1 ', '+', '%', '0:', ' ', '[']
    const texts = parts.flatMap((part) => ['', 'a@', 'http://'].map((start) => start + part.repeat(200_000)))
    for (const text of texts) {
      const converted = convert(text, field(type))
      expect('problem' in converted || [text, [text]].flat().includes(String(converted.value))).toBe(true)
    }
  })

  it.each<[Field, unknown]>([
    [field('date', { format: 'DD-MM-YYYY' }), '1980-07-28'],
    [field('text'), undefined],
    [field('single select', { options: ['red', 'blue'] }), 'green']
  ])('that cannot be converted is described with the reason: %j from %j', (type, value) => {
    expect(convert(value, type)).toEqual({ problem: describeConversionProblem(value, type) })
  })
})
