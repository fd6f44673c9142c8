import type { SegmentEvent } from '@segment/actions-core'
import { truncate } from '../common/truncate'
import { formatSource } from '../delivery'
import type { EventReport, Outcome } from '../delivery'
import type { Account, Activity, Contact, LogEntry } from '../sandbox'
import { table } from './table'

/** Characters of a list of values in a table */
const MAX_VALUES_LENGTH = 120

/** The results of the events, and everything that is in Ortto now, as text. */
export function formatReport(reports: readonly EventReport[], { contacts, activities, log }: Account): string {
  return [
    'Result of each event',
    table(['Line', 'Event', 'User', 'Mapping', 'Status', 'Message'], reports.flatMap(toResultRows)),
    '',
    `Contacts in Ortto: ${contacts.all().length}`,
    table(['No', 'Contact', 'Location or IP', 'Audiences', 'Fields'], contacts.all().map(toContactRow)),
    '',
    'History of the contacts',
    table(['No', 'Time', 'Entry'], contacts.all().flatMap(toHistoryRows)),
    '',
    `Activities in Ortto: ${activities.all().length}`,
    table(['Activity', 'User', 'Timestamp', 'Attributes', 'State'], activities.all().map(toActivityRow)),
    '',
    'Error log of Ortto',
    table(['Status', 'User', 'Message'], log.entries().map(toLogRow)),
    '',
    summarize(reports)
  ].join('\n')
}

function toResultRows({ source, event, problem, skipped, results }: EventReport): string[][] {
  const line = source.kind === 'file' ? String(source.line) : formatSource(source)
  const start = [line, formatEvent(event), formatUser(event?.userId, event?.anonymousId)]
  return [
    ...(problem ? [[...start, '-', '400', problem.message]] : []),
    ...(skipped ? [[...start, '-', '-', skipped.message]] : []),
    ...results.map(({ mapping, status, message }) => [...start, mapping.name, String(status), message])
  ]
}

function formatEvent(event: SegmentEvent | undefined): string {
  if (!event) {
    return '-'
  }
  return typeof event.event === 'string' ? `${event.type}: ${event.event}` : event.type
}

function formatUser(userId: unknown, anonymousId: unknown): string {
  const id = userId ?? anonymousId ?? '-'
  return typeof id === 'string' ? id : JSON.stringify(id)
}

function toContactRow({ number, ids, location, ip, memberships, fields }: Contact): string[] {
  const place = location ? Object.values(location).reverse().join(', ') : ip ?? '-'
  const audiences = [...memberships].filter(([, { isMember }]) => isMember).map(([name]) => name)
  return [String(number), formatIds(ids), place, audiences.join(', ') || '-', formatValues(fields)]
}

function toHistoryRows({ number, history }: Contact): string[][] {
  return history.map(({ at, text, from }) => [
    String(number),
    at,
    from === undefined ? text : `Contact ${from}: ${text}`
  ])
}

function toActivityRow({ event, ids, timestamp, attributes, reason }: Activity): string[] {
  return [event, formatIds(ids), timestamp, formatValues(attributes), reason]
}

function toLogRow({ status, item, message }: LogEntry): string[] {
  const { user_id, anonymous_id }: { user_id?: unknown; anonymous_id?: unknown } = Object(item) as object
  return [status === 200 ? '-' : String(status), formatUser(user_id, anonymous_id), message]
}

function formatIds(ids: readonly { value: string }[]): string {
  return ids.map(({ value }) => value).join(', ') || '-'
}

function formatValues(values: ReadonlyMap<string, unknown>): string {
  const parts = [...values].map(
    ([key, value]) => `${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`
  )
  return truncate(parts.join(', '), MAX_VALUES_LENGTH) || '-'
}

const OUTCOMES: Record<Outcome, string> = {
  delivered: 'delivered',
  partial: 'stored without their contact',
  unchanged: 'unchanged',
  rejected: 'rejected',
  ignored: 'ignored (from Ortto)'
}

/** One line: every result is counted once. */
function summarize(reports: readonly EventReport[]): string {
  const outcomes = reports.flatMap(({ problem, results }) => [
    ...(problem ? ['rejected'] : []),
    ...results.map(({ outcome }) => outcome)
  ])
  const skipped = reports.filter(({ skipped: reason }) => reason).length
  const parts = Object.entries(OUTCOMES).map(([outcome, words]): [number, string] => [
    outcomes.filter((other) => other === outcome).length,
    words
  ])
  const shown = [...parts, [skipped, 'not sent'] as const].filter(([results]) => results > 0)
  const total = outcomes.length + skipped
  return total === 0
    ? 'No events were found.'
    : `${total === 1 ? '1 result' : `${total} results`}: ${shown.map((part) => part.join(' ')).join(', ')}.`
}
