import type { DestinationCode } from '../src/types'

/** Why Ortto gave a result, as far as its status and its words tell. */
export type OrttoCode =
  /** 206: the activity is stored, its contact is not. */
  | 'contact_not_stored'
  /** 422: the contact is like this already. */
  | 'nothing_new'
  /** 422: no value of the contact can be stored. */
  | 'nothing_valid'
  /** 422: the trait mapping is missing in Ortto. */
  | 'no_contact_mapping'
  /** 422: the activity is not mapped in Ortto. */
  | 'no_activity_mapping'
  /** 422: the activity is older than Ortto keeps it. */
  | 'too_old'
  | 'invalid_data'
  | 'api_key_refused'
  | 'too_large'
  | 'rate_limited'
  | 'ortto_error'
  /** Another status below 500, or a 422 in words that are not known. */
  | 'refused'

/** Why an event has its result. */
export type ReasonCode =
  | DestinationCode
  | OrttoCode
  /** Segment's framework found that the mapped event does not fit the action's fields. */
  | 'invalid_payload'
  /** Segment's framework could not map the event. */
  | 'unmappable'

/**
 * Reads why Ortto gave a result. This is the only place that reads Ortto's words, because its responses have no codes.
 * Its documents do not give the words of each reason: a 422 in other words is `refused`, and nothing is lost.
 * @param isActivity the item is an activity
 */
export function readOrttoCode(status: number, message: string, isActivity: boolean): OrttoCode {
  switch (status) {
    case 206:
      return 'contact_not_stored'
    case 400:
      return 'invalid_data'
    case 401:
    case 403:
      return 'api_key_refused'
    case 413:
      return 'too_large'
    case 422:
      return readUnprocessable(message, isActivity)
    case 429:
      return 'rate_limited'
    default:
      return status >= 500 ? 'ortto_error' : 'refused'
  }
}

/**
 * The name of an activity, which a message may quote, can be any text: it is removed before the words are read. It may
 * have quotation marks of its own, and the one at its end may be cut off.
 */
function withoutQuoted(message: string): string {
  return message.replace(/".*"/s, '').replace(/".*$/s, '')
}

function readUnprocessable(message: string, isActivity: boolean): OrttoCode {
  const words = withoutQuoted(message)
  if (/\bno mappings? configured\b/i.test(words)) {
    return isActivity && !/\bcontacts?\b/i.test(words) ? 'no_activity_mapping' : 'no_contact_mapping'
  }
  if (/\b(older|retention)\b/i.test(words)) {
    return 'too_old'
  }
  if (/\b(nothing|no)( \w+)? valid\b/i.test(words)) {
    return 'nothing_valid'
  }
  return !isActivity && /\b(nothing|no) new\b/i.test(words) ? 'nothing_new' : 'refused'
}
