import { MAX_BACKLOG_ACTIVITIES_PER_DAY } from '../rules'
import type { ActivityCode, HistoryCode, ItemCode } from './codes'
import type { Field, Identifier } from './records'
import { quote, truncateText } from './truncate'

/*
 * All sentences about the sandbox's decisions, by their codes. They are for people: nothing in this repository reads
 * them, except for the one function of delivery/ that reads the words of Ortto's responses, which carry no codes.
 */

/** What the sentence about an item's result needs to know. */
export interface ItemFacts {
  processed: []
  contact_not_stored: [contactMessage: string]
  invalid_item: [problems: string]
  unknown_audience: [id: string]
  no_contact_mapping: []
  no_activity_mapping: [event: string]
  nothing_new: []
  nothing_valid: []
  contact_not_created: []
  too_old: [event: string, retentionDays: number]
  /** `freeAt` in ISO 8601; undefined when waiting does not help. */
  rate_limited: [kind: 'identify' | 'track', limit: number, freeAt: string | undefined]
  item_fault: [message: string]
}

export const ITEM_SENTENCES: { [Code in ItemCode]: (...facts: ItemFacts[Code]) => string } = {
  processed: () => 'Processed successfully',
  contact_not_stored: (contactMessage) => `The activity was queued, but its contact was not stored: ${contactMessage}`,
  invalid_item: (problems) => problems,
  unknown_audience: (id) => `audience.id: Segment did not create an audience with the id ${quote(id)}`,
  no_contact_mapping: () => 'No mappings configured for contacts',
  no_activity_mapping: (event) => `No mappings configured for the activity ${quote(event)}`,
  nothing_new: () => 'The item contains nothing new for the contact',
  nothing_valid: () => 'The item contains nothing valid for the contact',
  contact_not_created: () => 'There is no such contact, and the merge setting is for existing contacts only',
  too_old: (event, retentionDays) =>
    `The activity is older than the retention period of ${quote(event)}: ${retentionDays} days`,
  rate_limited: (kind, limit, freeAt) =>
    `The limit of ${limit} ${kind} events in 24 hours is reached: ` +
    (freeAt === undefined ? 'waiting does not help' : `more are accepted from ${freeAt}`),
  item_fault: (message) => message
}

export const MISSING_ID = 'user_id or anonymous_id is required'

/** About a value of an item that was skipped. `problem` is the sentence about its conversion. */
export function describeSkippedValue(key: string, field: string, problem: string): string {
  return `${quote(key)} was skipped: ${problem} for ${quote(field)}`
}

/** Why a value can't be converted: `"28.07.1980" is not a valid date in the format DD-MM-YYYY`. */
export function describeConversionProblem(value: unknown, { type, format, options }: Field): string {
  const shownValue = truncateText(JSON.stringify(value) ?? 'undefined', 100)
  const details = format ? ` in the format ${format}` : options ? ` (options: ${options.join(', ')})` : ''
  return `${shownValue} is not a valid ${type}${details}`
}

/** What the sentence of a history entry needs to know. */
export interface HistoryFacts {
  created: [identifier: Identifier]
  merged: [other: number, by: Identifier, otherBy: Identifier]
  merged_by_unique_field: [other: number, identifier: Identifier]
  anonymous_id_of_other_user: [anonymousId: Identifier, other: number, userId: Identifier]
  entered_audience: [audience: string]
  left_audience: [audience: string]
  already_in_audience: [audience: string]
  already_out_of_audience: [audience: string]
  /** `synchronizationAt` in ISO 8601 */
  reentry_deferred: [audience: string, synchronizationAt: string]
  added_by_synchronization: [audience: string]
}

export const HISTORY_SENTENCES: {
  [Code in Exclude<HistoryCode, 'earlier'>]: (...facts: HistoryFacts[Code]) => string
} = {
  created: (identifier) => `Created: no contact had the ${formatIdentifier(identifier)}`,
  merged: (other, by, otherBy) =>
    `Contact ${other} was merged into this contact: ` +
    `one item contained both the ${formatIdentifier(by)} and the ${formatIdentifier(otherBy)}`,
  merged_by_unique_field: (other, identifier) =>
    `Contact ${other} was merged into this contact: ` +
    `both have the ${formatIdentifier(identifier)}, which is a unique identifier now`,
  anonymous_id_of_other_user: (anonymousId, other, userId) =>
    `Not merged with contact ${other}, which has the ${formatIdentifier(anonymousId)} too: ` +
    `that contact has the ${formatIdentifier(userId)}, and a user id outranks an anonymous id`,
  entered_audience: (audience) => `Entered the audience "${audience}"`,
  left_audience: (audience) => `Left the audience "${audience}"`,
  already_in_audience: (audience) => `Already in the audience "${audience}"`,
  already_out_of_audience: (audience) => `Already out of the audience "${audience}"`,
  reentry_deferred: (audience, synchronizationAt) =>
    `Did not re-enter the audience "${audience}": the contact left less than a minute ago. ` +
    `The daily synchronization adds it at ${synchronizationAt}`,
  added_by_synchronization: (audience) => `Added to the audience "${audience}" by the daily synchronization`
}

/** What the sentence about an activity needs to know. */
export interface ActivityFacts {
  waiting: [ids: readonly Identifier[]]
  contact_known: [by: Identifier]
  released_from_backlog: []
  /** `day` as YYYY-MM-DD */
  backlog_full: [day: string]
  duplicate: []
}

export const ACTIVITY_SENTENCES: {
  [Code in Exclude<ActivityCode, 'earlier'> | 'duplicate']: (...facts: ActivityFacts[Code]) => string
} = {
  waiting: (ids) => `Waiting in the backlog: no contact has the ${ids.map(formatIdentifier).join(' or ')}`,
  contact_known: (by) => `Attached to the contact with the ${formatIdentifier(by)}`,
  released_from_backlog: () => 'Attached from the backlog when the contact became known',
  backlog_full: (day) =>
    `Discarded: a contact gets at most ${MAX_BACKLOG_ACTIVITIES_PER_DAY} activities per day from the backlog, ` +
    `and has them for ${day}`,
  duplicate: () => 'Not stored again: an activity with this message id and timestamp is already stored'
}

function formatIdentifier({ kind, value }: Identifier): string {
  return `${kind} ${quote(value)}`
}
