import { EXAMPLE_RESULTS } from '../../sandbox'
import { readOrttoCode } from '../reasons'

/** For each code of the local Ortto, the code that its response is read as, of a contact and of an activity. */
const READ_AS = {
  contact_not_stored: [undefined, 'contact_not_stored'],
  invalid_item: ['invalid_data', 'invalid_data'],
  unknown_audience: ['invalid_data', undefined],
  no_contact_mapping: ['no_contact_mapping', 'no_contact_mapping'],
  no_activity_mapping: [undefined, 'no_activity_mapping'],
  nothing_new: ['nothing_new', undefined],
  nothing_valid: ['nothing_valid', undefined],
  contact_not_created: ['refused', undefined],
  too_old: [undefined, 'too_old'],
  rate_limited: ['rate_limited', 'rate_limited'],
  item_fault: ['ortto_error', 'ortto_error']
}

describe("the code of one of Ortto's results", () => {
  it.each([
    [206, 'contact_not_stored'],
    [400, 'invalid_data'],
    [401, 'api_key_refused'],
    [403, 'api_key_refused'],
    [404, 'refused'],
    [413, 'too_large'],
    [429, 'rate_limited'],
    [500, 'ortto_error'],
    [503, 'ortto_error']
  ])('is read from the status %i: %s', (status, code) => {
    expect(readOrttoCode(status, 'There is nothing new', false)).toBe(code)
  })

  it.each([
    ['No mappings configured', false, 'no_contact_mapping'],
    ['No mappings configured for contacts', true, 'no_contact_mapping'],
    ['no mapping configured for the activity "Nothing new, contact"', true, 'no_activity_mapping'],
    ['No mappings configured', true, 'no_activity_mapping'],
    ['No mappings configured for the activity "The "contact" form"', true, 'no_activity_mapping'],
    ['No mappings configured for the activity "Contact sales, or …', true, 'no_activity_mapping'],
    ['There is nothing new in it for the contact', false, 'nothing_new'],
    ['No new data', false, 'nothing_new'],
    ['There is nothing new', true, 'refused'],
    ['The new field "size" is not mapped', false, 'refused'],
    ['The activity "Nothing new" is unknown', false, 'refused'],
    ['There is nothing valid in it to store', false, 'nothing_valid'],
    ['No valid data', false, 'nothing_valid'],
    ['The activity is older than the 90 days that "No new mappings configured" is kept', true, 'too_old'],
    ['The event is outside of the retention period', true, 'too_old'],
    ['Something else', false, 'refused']
  ])('is read from the words of a 422: %j', (message, isActivity, code) => {
    expect(readOrttoCode(422, message, isActivity)).toBe(code)
  })

  it.each(Object.entries(EXAMPLE_RESULTS).filter(([code]) => code !== 'processed'))(
    'is read from each response of the local Ortto: %s',
    (code, results) => {
      const [ofContact, ofActivity] = READ_AS[code as keyof typeof READ_AS]
      expect(results.length).toBeGreaterThan(0)
      for (const { status, message } of results) {
        expect(ofContact && readOrttoCode(status, message, false)).toBe(ofContact)
        expect(ofActivity && readOrttoCode(status, message, true)).toBe(ofActivity)
      }
    }
  )
})
