import { ITEM_STATUSES } from './codes'
import type { ItemCode } from './codes'
import type { ItemResult } from './records'
import { ITEM_SENTENCES } from './sentences'
import type { ItemFacts } from './sentences'

/** The result with this code, and its sentence. */
export function itemResult<Code extends ItemCode>(code: Code, ...facts: ItemFacts[Code]): ItemResult {
  return { status: ITEM_STATUSES[code], code, message: ITEM_SENTENCES[code](...facts) }
}

/** The result of a stored activity whose contact was not stored. */
export function contactNotStored({ code, message }: ItemResult): ItemResult {
  return { ...itemResult('contact_not_stored', message), cause: code }
}
