import { parseApiKey } from '../src/api-key'

describe('an API key', () => {
  it.each([
    ['pau-key', 'https://segment-action-api-au.ortto.app/v1'],
    ['pus-a-b-c', 'https://segment-action-api-us.ortto.app/v1'],
    ['seu-!~"\\', 'https://segment-action-api-eu.ortto-stg.app/v1'],
    ['pzz-new-region', 'https://segment-action-api-zz.ortto.app/v1'],
    [`pau-${'x'.repeat(196)}`, 'https://segment-action-api-au.ortto.app/v1']
  ])('tells where its account is: %s', (apiKey, baseUrl) => {
    expect(parseApiKey(apiKey)).toEqual({ apiKey, baseUrl })
  })

  it('loses the white space that came with the paste', () => {
    expect(parseApiKey(' pau-key\r\n')?.apiKey).toBe('pau-key')
  })

  it.each([
    undefined,
    42,
    '',
    'pau',
    'pau-',
    '-key',
    'au-key',
    'xau-key',
    'pAU-key',
    'Pau-key',
    'paus-key',
    'pa.-key',
    'p//-key',
    'pau-a b',
    'pau-a\nb',
    'pau-clé',
    'pau-\u0000',
    `pau-${'x'.repeat(197)}`
  ])('is refused when it is not one: %j', (apiKey) => {
    expect(parseApiKey(apiKey)).toBeUndefined()
  })
})
