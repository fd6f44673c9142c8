import type { SegmentEvent } from '@segment/actions-core'
import type { Verdict } from '../delivery'
import type { Account, Activity, Contact } from '../sandbox'
import { table } from './table'

/** What became of the events, and what Ortto holds now, for a person to read. */
export function report(verdicts: readonly Verdict[], { contacts, activities }: Account): string {
  return [
    'What became of each event',
    table(['Line', 'Event', 'Who', 'Mapping', 'Status', 'What was said'], verdicts.map(verdictRow)),
    '',
    `Contacts in Ortto: ${contacts.length}`,
    table(['Contact', 'Location or IP', 'Audiences', 'Traits'], contacts.map(contactRow)),
    '',
    `Activities in Ortto: ${activities.length}`,
    table(['Activity', 'Contact', 'Timestamp', 'Properties'], activities.map(activityRow)),
    '',
    summary(verdicts)
  ].join('\n')
}

function verdictRow({ line, event, mapping = '-', status, message }: Verdict): string[] {
  return [String(line), eventName(event), who(event?.userId, event?.anonymousId), mapping, statusOf(status), message]
}

function statusOf(status: number | undefined): string {
  return status === undefined ? '-' : String(status)
}

function eventName(event: SegmentEvent | undefined): string {
  if (!event) {
    return '-'
  }
  return typeof event.event === 'string' ? `${event.type}: ${event.event}` : event.type
}

function who(userId: unknown, anonymousId: unknown): string {
  const id = userId ?? anonymousId ?? '-'
  return typeof id === 'string' ? id : JSON.stringify(id)
}

function contactRow({ userId, anonymousId, location, ip, audiences, traits }: Contact): string[] {
  const place = location ? Object.values(location).reverse().join(', ') : ip ?? '-'
  return [who(userId, anonymousId), place, [...audiences].join(', ') || '-', members(Object.fromEntries(traits))]
}

function activityRow({ event, userId, anonymousId, contact, timestamp = '-', properties = {} }: Activity): string[] {
  const owner = who(userId, anonymousId)
  return [event, contact ? owner : `${owner} (unknown yet)`, timestamp, members(properties)]
}

function members(values: { [key: string]: unknown }): string {
  const parts = Object.entries(values).map(
    ([key, value]) => `${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`
  )
  return clip(parts.join(', ')) || '-'
}

/** Long values would bury the rest. */
function clip(text: string): string {
  return text.length > 120 ? `${text.slice(0, 119)}…` : text
}

/** One line: every result is counted once. */
function summary(verdicts: readonly Verdict[]): string {
  const count = (matches: (verdict: Verdict) => boolean) => verdicts.filter(matches).length
  const isSuccess = ({ status = 0 }: Verdict) => status >= 200 && status < 400
  const parts = [
    [count((verdict) => isSuccess(verdict) && verdict.sent), 'delivered'],
    [count(({ status = 0 }) => status >= 400), 'rejected'],
    [count((verdict) => isSuccess(verdict) && !verdict.sent), 'ignored (from Ortto)'],
    [count(({ status }) => status === undefined), 'taken by no mapping']
  ]
  const total = verdicts.length === 1 ? '1 result' : `${verdicts.length} results`
  return verdicts.length === 0
    ? 'No events were found.'
    : `${total}: ${parts.map((part) => part.join(' ')).join(', ')}.`
}
