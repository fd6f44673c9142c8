import type { SegmentEvent } from '@segment/actions-core'
import { truncate } from '../common/truncate'
import { kindOf } from '../delivery'
import type { Verdict } from '../delivery'
import type { Account, Activity, Contact, LogEntry } from '../sandbox'
import { table } from './table'

/** Characters of a list of values: long ones would bury the rest. */
const MAX_MEMBERS = 120

/** What became of the events, and what Ortto holds now and why, for a person to read. */
export function report(verdicts: readonly Verdict[], { contacts, activities, log }: Account): string {
  return [
    'What became of each event',
    table(['Line', 'Event', 'Who', 'Mapping', 'Status', 'What was said'], verdicts.map(verdictRow)),
    '',
    `Contacts in Ortto: ${contacts.all().length}`,
    table(['No', 'Contact', 'Location or IP', 'Audiences', 'Fields'], contacts.all().map(contactRow)),
    '',
    'What happened to them',
    table(['No', 'Story'], contacts.all().flatMap(storyRows)),
    '',
    `Activities in Ortto: ${activities.all().length}`,
    table(['Activity', 'Who', 'Timestamp', 'Attributes', 'State'], activities.all().map(activityRow)),
    '',
    'What Ortto skipped or refused',
    table(['Status', 'Who', 'Reason'], log.entries().map(logRow)),
    '',
    summary(verdicts)
  ].join('\n')
}

function verdictRow({ line, text = '', isEvent, mapping, status, message }: Verdict): string[] {
  const event = isEvent ? (JSON.parse(text) as SegmentEvent) : undefined
  const name = mapping?.name ?? '-'
  return [String(line), eventName(event), who(event?.userId, event?.anonymousId), name, statusOf(status), message]
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

function contactRow({ number, ids, location, ip, memberships, fields }: Contact): string[] {
  const place = location ? Object.values(location).reverse().join(', ') : ip ?? '-'
  const audiences = [...memberships].filter(([, { isMember }]) => isMember).map(([name]) => name)
  return [String(number), showIds(ids), place, audiences.join(', ') || '-', members(fields)]
}

function storyRows({ number, story }: Contact): string[][] {
  return story.map((line) => [String(number), line])
}

function activityRow({ event, ids, timestamp, attributes, reason }: Activity): string[] {
  return [event, showIds(ids), timestamp, members(attributes), reason]
}

function logRow({ status, item, message }: LogEntry): string[] {
  const { user_id, anonymous_id }: { user_id?: unknown; anonymous_id?: unknown } = Object(item) as object
  return [status === 200 ? '-' : String(status), who(user_id, anonymous_id), message]
}

function showIds(ids: readonly { value: string }[]): string {
  return ids.map(({ value }) => value).join(', ') || '-'
}

function members(values: ReadonlyMap<string, unknown>): string {
  const parts = [...values].map(
    ([key, value]) => `${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`
  )
  return truncate(parts.join(', '), MAX_MEMBERS) || '-'
}

/** One line: every result is counted once. */
function summary(verdicts: readonly Verdict[]): string {
  const count = (kind: ReturnType<typeof kindOf>) => verdicts.filter((verdict) => kindOf(verdict) === kind).length
  const parts: [number, string][] = [
    [count('delivered'), 'delivered'],
    [count('nothingNew'), 'with nothing new'],
    [count('rejected'), 'rejected'],
    [count('ignored'), 'ignored (from Ortto)'],
    [count('untaken'), 'taken by no mapping']
  ]
  const shown = parts.filter(([results]) => results > 0)
  const total = verdicts.length === 1 ? '1 result' : `${verdicts.length} results`
  return verdicts.length === 0
    ? 'No events were found.'
    : `${total}: ${shown.map((part) => part.join(' ')).join(', ')}.`
}
