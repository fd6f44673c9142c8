import type { SegmentEvent } from '@segment/actions-core'
import type { NatsConnection } from '@nats-io/transport-node'
import { fastTime } from '../../delivery/__tests__/harness'
import type { Time } from '../../delivery/engine/time'
import { createSandbox } from '../../sandbox'
import type { Fault, Sandbox } from '../../sandbox'
import { serve } from '../../sandbox/http/serve'
import { byServe } from './fault-serve'
import { byBatch, byDeliver, byEvent, byWork, countsOf, isConfirmed, SETTINGS } from './fault-ways'
import type { Action, Counts, Report, Reports, TestCase } from './fault-ways'

const ACCOUNT = {
  plan: { contacts: 100_000 },
  dataSource: { apiKey: SETTINGS.api_key },
  fields: [{ name: 'Name', type: 'text' }],
  traits: { name: 'Name' },
  activities: [{ name: 'Signed up', retentionDays: 'for ever' }]
}

/** Events in one batch */
const BATCH_SIZE = 10
/** The index of the event without IDs, and of the event that Ortto rejects */
const WITHOUT_IDS = 3
const REJECTED_BY_ORTTO = 6

const DELIVER_BY = { 'one event': byEvent, 'a batch': byBatch, deliver: byDeliver, work: byWork, serve: byServe }

/** The ways to deliver: the destination with one event, and with a batch; `ortto deliver`, `work` and `serve`. */
export const WAYS = ['one event', 'a batch', 'deliver', 'work', 'serve'] as const
export type Way = typeof WAYS[number]

/** The reported results at one time, and the events that Ortto had stored then. */
export interface Snapshot {
  /** The number of each result, or the reason when the delivery stopped before it reported results */
  reported: Counts | string
  reports?: Reports
  /** The events that Ortto has by the metrics of the process. Undefined when it has none. */
  counted?: number
  /** How often Ortto had stored each event */
  copies: number[]
}

/** The result of a case. The numbers count events. */
export interface CaseResult {
  sent: number
  /** Undefined when there was only one snapshot */
  first?: Snapshot
  last: Snapshot
  /** Stored in Ortto, but reported as failed */
  unconfirmed: number
  /** Reported as delivered, but not stored in Ortto */
  falseSuccesses: number
  storedTwice: number
  /** False successes, and events without a result */
  lost: number
  /** The message of each event that was rejected in the end */
  reasons: string[]
}

/** Delivers events in one way while a fault is on. The fault ends after the first failures. */
export async function runCase(
  way: Way,
  action: Action,
  fault: Fault | undefined,
  nc: NatsConnection
): Promise<CaseResult> {
  const sandbox = createSandbox({ account: ACCOUNT })
  const events = eventsOf(action, way === 'one event' ? 1 : BATCH_SIZE)
  if (action === 'trackActivity') {
    createContacts(events, sandbox)
  }
  if (fault) {
    sandbox.faults.add(fault)
  }
  let onRequest: () => void = () => undefined
  const firstRequest = new Promise<void>((resolve) => (onRequest = resolve))
  const { origin, close } = await serve({
    fetch: (request, env) => {
      onRequest()
      return sandbox.app.fetch(request, env)
    }
  })
  const snapshots: Snapshot[] = []
  const onReport: TestCase['onReport'] = (reports, counts, counted) => {
    const copies = events.map((event) => countCopies(event, sandbox))
    snapshots.push(
      typeof reports === 'string'
        ? { reported: reports, copies }
        : { reported: counts ?? countsOf(reports.values()), reports, counted, copies }
    )
  }
  const endFault = () => sandbox.faults.clear()
  try {
    await DELIVER_BY[way]({ action, events, origin, time: timeFrom(firstRequest), nc, onReport, endFault })
  } finally {
    await close()
  }
  return resultOf(events, snapshots)
}

function resultOf(events: readonly SegmentEvent[], snapshots: readonly Snapshot[]): CaseResult {
  /** Counts the events that fulfil a condition in any snapshot. */
  const count = (isMatch: (report: Report | undefined, copies: number) => boolean) =>
    events.filter(({ messageId = '' }, index) =>
      snapshots.some(({ reports, copies }) => reports && isMatch(reports.get(messageId), copies[index]))
    ).length
  const last = snapshots[snapshots.length - 1]
  return {
    sent: events.length,
    first: snapshots.length > 1 ? snapshots[0] : undefined,
    last,
    unconfirmed: count((report, copies) => report !== undefined && !isConfirmed(report) && copies > 0),
    falseSuccesses: count((report, copies) => report !== undefined && isConfirmed(report) && copies === 0),
    storedTwice: count((_, copies) => copies > 1),
    lost: count((report, copies) => report === undefined || (isConfirmed(report) && copies === 0)),
    reasons: [...(last.reports ?? [])].flatMap(([, report]) => (isConfirmed(report) ? [] : [report.message]))
  }
}

/** The number of events that Ortto had stored. */
export function countStored({ copies }: Snapshot): number {
  return copies.filter((count) => count > 0).length
}

/** Valid events, except for one without IDs and one that Ortto rejects. */
function eventsOf(action: Action, count: number): SegmentEvent[] {
  return Array.from({ length: count }, (_, index): SegmentEvent => {
    const isMapped = index !== REJECTED_BY_ORTTO
    return {
      messageId: `m${index}`,
      timestamp: `2026-03-01T00:00:0${index}.000Z`,
      ...(index === WITHOUT_IDS ? {} : { userId: `u${index}` }),
      ...(action === 'upsertContact'
        ? { type: 'identify', traits: isMapped ? { name: `u${index}` } : { shoeSize: '38' } }
        : { type: 'track', event: isMapped ? 'Signed up' : 'Fax sent' })
    }
  })
}

/** Creates the contacts of activities. */
function createContacts(events: readonly SegmentEvent[], { account }: Sandbox): void {
  events.forEach(
    ({ userId }) =>
      userId && account.identify({ user_id: userId, traits: { name: userId }, ip: undefined, location: undefined })
  )
}

/** How often Ortto has stored an event. */
function countCopies({ type, userId, timestamp, event }: SegmentEvent, { account }: Sandbox): number {
  const belongsToUser = ({ ids }: { ids: { value: string }[] }) => ids.some(({ value }) => value === userId)
  return type === 'identify'
    ? account.contacts.all().filter((contact) => belongsToUser(contact) && contact.fields.get('Name') === userId).length
    : account.activities.all().filter((one) => belongsToUser(one) && one.timestamp === timestamp && one.event === event)
        .length
}

/** Fast time, which starts with the first request, so that all events are in that request. */
function timeFrom(firstRequest: Promise<void>): Time {
  const time = fastTime()
  return {
    ...time,
    at: (moment, call) => {
      let isCancelled = false
      let cancel = () => {
        isCancelled = true
      }
      void firstRequest.then(() => {
        if (!isCancelled) {
          cancel = time.at(moment, call)
        }
      })
      return () => cancel()
    }
  }
}
