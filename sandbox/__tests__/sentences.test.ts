import { EXAMPLE_RESULTS } from '..'
import { ACTIVITY_CODES, HISTORY_CODES, ITEM_CODES, ITEM_STATUSES, LOG_CODES } from '../model/codes'
import {
  ACTIVITY_SENTENCES,
  describeConversionProblem,
  describeSkippedValue,
  HISTORY_SENTENCES,
  ITEM_SENTENCES,
  MISSING_ID
} from '../model/sentences'

/*
 * The wording of the sandbox. No other test depends on it: they compare with the functions that make the sentences, and
 * `npm run check:wording` proves that.
 */

const userId = { kind: 'user id', value: 'u1' }
const anonymousId = { kind: 'anonymous id', value: 'a1' }
const email = { kind: 'Email', value: 'a@example.com' }

describe('the sentences', () => {
  it('about items say what happened, and for a rejected item why', () => {
    expect(ITEM_SENTENCES.processed()).toBe('Processed successfully')
    expect(ITEM_SENTENCES.contact_not_stored('Why')).toBe(
      'The activity was queued, but its contact was not stored: Why'
    )
    expect(ITEM_SENTENCES.invalid_item(MISSING_ID)).toBe('user_id or anonymous_id is required')
    expect(ITEM_SENTENCES.unknown_audience('a1')).toBe(
      'audience.id: Segment did not create an audience with the id "a1"'
    )
    expect(ITEM_SENTENCES.no_contact_mapping()).toBe('No mappings configured for contacts')
    expect(ITEM_SENTENCES.no_activity_mapping('Fax sent')).toBe('No mappings configured for the activity "Fax sent"')
    expect(ITEM_SENTENCES.nothing_new()).toBe('The item contains nothing new for the contact')
    expect(ITEM_SENTENCES.nothing_valid()).toBe('The item contains nothing valid for the contact')
    expect(ITEM_SENTENCES.too_old('Fax sent', 30)).toBe(
      'The activity is older than the retention period of "Fax sent": 30 days'
    )
    expect(ITEM_SENTENCES.rate_limited('identify', 10, '2026-03-11T12:01:00.000Z')).toBe(
      'The limit of 10 identify events in 24 hours is reached: more are accepted from 2026-03-11T12:01:00.000Z'
    )
    expect(ITEM_SENTENCES.rate_limited('track', 10, undefined)).toBe(
      'The limit of 10 track events in 24 hours is reached: waiting does not help'
    )
  })

  it('about values say which value does not match which type', () => {
    expect(describeSkippedValue('birthday', 'Birthday', '"never" is not a valid date')).toBe(
      '"birthday" was skipped: "never" is not a valid date for "Birthday"'
    )
    expect(describeConversionProblem('1980-07-28', { name: 'A', type: 'date', format: 'DD-MM-YYYY' })).toBe(
      '"1980-07-28" is not a valid date in the format DD-MM-YYYY'
    )
    expect(describeConversionProblem(undefined, { name: 'A', type: 'text' })).toBe('undefined is not a valid text')
    expect(describeConversionProblem('green', { name: 'A', type: 'single select', options: ['red', 'blue'] })).toBe(
      '"green" is not a valid single select (options: red, blue)'
    )
    expect(describeConversionProblem('x'.repeat(200), { name: 'A', type: 'email' })).toBe(
      `"${'x'.repeat(98)}… is not a valid email`
    )
  })

  it('about contacts say what happened, and why', () => {
    expect(HISTORY_SENTENCES.created(userId)).toBe('Created: no contact had the user id "u1"')
    expect(HISTORY_SENTENCES.merged(2, email, anonymousId)).toBe(
      'Contact 2 was merged into this contact: ' +
        'one item contained both the Email "a@example.com" and the anonymous id "a1"'
    )
    expect(HISTORY_SENTENCES.merged_by_unique_field(2, email)).toBe(
      'Contact 2 was merged into this contact: ' +
        'both have the Email "a@example.com", which is a unique identifier now'
    )
    expect(HISTORY_SENTENCES.entered_audience('VIP')).toBe('Entered the audience "VIP"')
    expect(HISTORY_SENTENCES.left_audience('VIP')).toBe('Left the audience "VIP"')
    expect(HISTORY_SENTENCES.already_in_audience('VIP')).toBe('Already in the audience "VIP"')
    expect(HISTORY_SENTENCES.already_out_of_audience('VIP')).toBe('Already out of the audience "VIP"')
    expect(HISTORY_SENTENCES.reentry_deferred('VIP', '2026-03-11T00:00:00.000Z')).toBe(
      'Did not re-enter the audience "VIP": the contact left less than a minute ago. ' +
        'The daily synchronization adds it at 2026-03-11T00:00:00.000Z'
    )
    expect(HISTORY_SENTENCES.added_by_synchronization('VIP')).toBe(
      'Added to the audience "VIP" by the daily synchronization'
    )
  })

  it('about activities say why an activity is in its state', () => {
    expect(ACTIVITY_SENTENCES.waiting([userId, anonymousId])).toBe(
      'Waiting in the backlog: no contact has the user id "u1" or anonymous id "a1"'
    )
    expect(ACTIVITY_SENTENCES.contact_known(userId)).toBe('Attached to the contact with the user id "u1"')
    expect(ACTIVITY_SENTENCES.released_from_backlog()).toBe('Attached from the backlog when the contact became known')
    expect(ACTIVITY_SENTENCES.backlog_full('2026-03-01')).toBe(
      'Discarded: a contact gets at most 50 activities per day from the backlog, and has them for 2026-03-01'
    )
    expect(ACTIVITY_SENTENCES.duplicate()).toBe(
      'Not stored again: an activity with this message id and timestamp is already stored'
    )
  })

  it('truncate long texts from events', () => {
    expect(ITEM_SENTENCES.no_activity_mapping('x'.repeat(1e6)).length).toBeLessThan(200)
    expect(HISTORY_SENTENCES.created({ kind: 'user id', value: 'x'.repeat(1e6) }).length).toBeLessThan(200)
  })
})

describe('the example results', () => {
  it.each(ITEM_CODES)('include the code %s with its status and a sentence', (code) => {
    expect(EXAMPLE_RESULTS[code].length).toBeGreaterThan(0)
    for (const result of EXAMPLE_RESULTS[code]) {
      expect(result).toMatchObject({ code, status: ITEM_STATUSES[code] })
      expect(result.message).not.toBe('')
      expect(result.cause === undefined).toBe(code !== 'contact_not_stored')
    }
  })
})

describe('the codes', () => {
  it.each<[string, readonly string[]]>([
    ['items', ITEM_CODES],
    ['log entries', LOG_CODES],
    ['history entries', HISTORY_CODES],
    ['activities', ACTIVITY_CODES]
  ])('of %s are lower case words, each once', (_, codes) => {
    expect(codes.filter((code) => !/^[a-z]+(_[a-z]+)*$/.test(code))).toEqual([])
    expect(new Set(codes).size).toBe(codes.length)
  })
})
