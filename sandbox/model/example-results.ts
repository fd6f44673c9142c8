import type { ItemCode } from './codes'
import { contactNotStored, itemResult } from './item-result'
import type { ItemResult } from './records'

const REJECTED_CONTACTS: readonly ItemResult[] = [
  itemResult('unknown_audience', 'a1b2c3'),
  itemResult('no_contact_mapping'),
  itemResult('nothing_valid'),
  itemResult('contact_not_created'),
  itemResult('rate_limited', 'identify', 50_000, '2026-03-11T12:01:00.000Z')
]

/** At least one result of each code, for tests of whatever reads responses of Ortto. */
export const EXAMPLE_RESULTS: Record<ItemCode, readonly ItemResult[]> = {
  processed: [itemResult('processed')],
  contact_not_stored: REJECTED_CONTACTS.map(contactNotStored),
  invalid_item: [
    itemResult('invalid_item', 'user_id or anonymous_id is required'),
    itemResult('invalid_item', 'traits: Invalid input: expected record, received array')
  ],
  unknown_audience: [itemResult('unknown_audience', 'nothing new'), itemResult('unknown_audience', 'a1b2c3')],
  no_contact_mapping: [itemResult('no_contact_mapping')],
  no_activity_mapping: [
    itemResult('no_activity_mapping', 'Order completed'),
    itemResult('no_activity_mapping', 'Nothing new')
  ],
  nothing_new: [itemResult('nothing_new')],
  nothing_valid: [itemResult('nothing_valid')],
  contact_not_created: [itemResult('contact_not_created')],
  too_old: [itemResult('too_old', 'Order completed', 30), itemResult('too_old', 'Nothing new', 30)],
  rate_limited: [
    itemResult('rate_limited', 'identify', 50_000, '2026-03-11T12:01:00.000Z'),
    itemResult('rate_limited', 'track', 0, undefined)
  ],
  item_fault: [itemResult('item_fault', 'Internal error')]
}
