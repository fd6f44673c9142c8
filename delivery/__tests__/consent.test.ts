import { findRefusedCategory, hasConsent } from '../mapping/consent'

const segment = (categoryPreferences: unknown) => ({ context: { consent: { categoryPreferences } } })
const rudder = (consentManagement: unknown) => ({ context: { consentManagement } })

/** Events come as JSON, so a context may hold anything. */
const read = (event: object) => JSON.parse(JSON.stringify(event)) as Parameters<typeof hasConsent>[0]

describe('an event carries consent preferences', () => {
  it.each([
    ["Segment's", segment({ Advertising: false, Analytics: true })],
    ["Segment's, empty", segment({})],
    ["RudderStack's", rudder({ allowedConsentIds: [], deniedConsentIds: ['marketing'] })]
  ])('when it has %s', (_, event) => {
    expect(hasConsent(read(event))).toBe(true)
  })

  it.each([
    [{}],
    [{ context: null }],
    [{ context: { consent: {} } }],
    [segment([])],
    [rudder('no')],
    [{ context: 'x' }]
  ])('but not when it has no readable ones: %j', (event) => {
    expect(hasConsent(read(event))).toBe(false)
    expect(findRefusedCategory(read(event), ['Analytics'])).toBe('Analytics')
  })
})

describe('an event allows a consent category', () => {
  it.each([
    ["Segment's preference is true", segment({ Analytics: true, Advertising: false })],
    ['RudderStack lists it as allowed', rudder({ allowedConsentIds: ['Analytics'], deniedConsentIds: ['ads'] })],
    ['RudderStack has it with its name', rudder({ allowedConsentIds: { Analytics: 'Measuring' } })],
    ['RudderStack lists only others, as denied', rudder({ deniedConsentIds: ['ads'] })]
  ])('when %s', (_, event) => {
    expect(findRefusedCategory(read(event), ['Analytics'])).toBeUndefined()
  })

  it.each([
    ["Segment's preference is false", segment({ Analytics: false })],
    ["Segment's preference is missing", segment({ Advertising: true })],
    ['only a prototype has it', segment(JSON.parse('{"__proto__":{"Analytics":true}}'))],
    ['its value is not true', segment({ Analytics: 'true' })],
    ['RudderStack allows only others', rudder({ allowedConsentIds: ['ads'], deniedConsentIds: [] })],
    ['RudderStack denies it', rudder({ deniedConsentIds: ['Analytics'] })],
    ['RudderStack allows and denies it', rudder({ allowedConsentIds: ['Analytics'], deniedConsentIds: ['Analytics'] })],
    ['RudderStack says nothing of ids', rudder({ provider: 'custom' })],
    ['one of two forms refuses it', { context: { ...segment({ Analytics: true }).context, consentManagement: {} } }]
  ])('not when %s', (_, event) => {
    expect(findRefusedCategory(read(event), ['Analytics'])).toBe('Analytics')
  })

  it('only when it allows each one that is asked for', () => {
    expect(findRefusedCategory(read(segment({ Analytics: true })), ['Analytics', 'Advertising'])).toBe('Advertising')
    expect(findRefusedCategory({}, [])).toBeUndefined()
  })
})
