/**
 * What was repaired in an event, so that it is the event that Segment would have delivered, and what else its owner
 * should know. Each has its sentence in {@link formatNotices}.
 */
export const NOTICE_CODES = [
  'unwrapped',
  'large_number',
  'empty_value',
  'postal_code',
  'address_part',
  'context_address',
  'context_traits',
  'request_ip',
  'corrected_timestamp',
  'original_timestamp',
  'received_at',
  'no_timestamp',
  'older_identify'
] as const

export type NoticeCode = typeof NOTICE_CODES[number]

const SENTENCES: Record<NoticeCode, string> = {
  unwrapped: 'came inside another value, such as a batch or an envelope. Each was delivered on its own.',
  large_number: 'had numbers beyond 2^53. They were sent as text, with every digit.',
  empty_value: "had [] or '' in the place of an object. It was left out.",
  postal_code: 'had a "postalcode" in an address. It was read as postalCode.',
  address_part: 'had an address with a part that is not a text. That part was left out.',
  context_address: 'had an empty address in traits. The one in context.traits was used.',
  context_traits: 'had empty traits. context.traits were used.',
  request_ip: 'had no context.ip. request_ip was used.',
  corrected_timestamp: 'had no timestamp. receivedAt - (sentAt - originalTimestamp) was used.',
  original_timestamp: 'had no timestamp. originalTimestamp was used.',
  received_at: 'had no timestamp. receivedAt was used.',
  no_timestamp: 'had no time at all. Ortto dates activities without one at the time of the delivery.',
  older_identify: 'came after a newer identify event of the same user. Older values may have replaced newer ones.'
}

/** A sentence for each notice, with the number of its events. */
export function formatNotices(counts: Partial<Record<NoticeCode, number>>): string[] {
  return NOTICE_CODES.flatMap((code) => {
    const count = counts[code]
    return count === undefined
      ? []
      : [`${count.toLocaleString('en')} ${count === 1 ? 'event' : 'events'} ${SENTENCES[code]}`]
  })
}
