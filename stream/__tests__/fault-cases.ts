import type { SegmentEvent } from '@segment/actions-core'
import type { NatsConnection } from '@nats-io/transport-node'
import { fastTime } from '../../delivery/__tests__/harness'
import type { Time } from '../../delivery/engine/time'
import { createSandbox } from '../../sandbox'
import type { Fault, Sandbox } from '../../sandbox'
import { serve } from '../../sandbox/http/serve'
import { byBatch, byDeliver, byEvent, byWork, countsOf, isConfirmed, SETTINGS } from './fault-ways'
import type { Action, Counts, Report, Reports, Stage } from './fault-ways'

const ACCOUNT = {
  plan: { contacts: 100_000 },
  dataSource: { apiKey: SETTINGS.api_key },
  fields: [{ name: 'Name', type: 'text' }],
  traits: { name: 'Name' },
  activities: [{ name: 'Signed up' }]
}

/** Events that go together, two of which nobody can deliver. */
const TOGETHER = 10
const WITHOUT_IDS = 3
const REFUSED_BY_ORTTO = 6

const DELIVER = { 'one event': byEvent, 'a batch': byBatch, deliver: byDeliver, work: byWork }

/** The ways to deliver: the destination with one event, and with a batch; `ortto deliver`; and `ortto work`. */
export const WAYS = ['one event', 'a batch', 'deliver', 'work'] as const
export type Way = typeof WAYS[number]

/** What was said of the events at one time, and what Ortto held then. */
export interface Told {
  /** What was said, and of how many events; or why the delivery stopped, when it was still to say that. */
  said: Counts | string
  reports?: Reports
  /** How often Ortto held each event */
  copies: number[]
}

/** What a case came to, in events. */
export interface Outcome {
  sent: number
  /** None when there was nothing to do but wait. */
  atFirst?: Told
  inTheEnd: Told
  /** Ortto held them when they were reported as failed. */
  unconfirmed: number
  /** Ortto did not hold them when they were reported as delivered. */
  falseSuccesses: number
  storedTwice: number
  /** False successes, and those of which nothing was said. */
  lost: number
  /** What was said of each of those that were refused in the end */
  reasons: string[]
}

/** Delivers events in one way while a fault is on; when that has shown, Ortto is well again. */
export async function runCase(
  way: Way,
  action: Action,
  fault: Fault | undefined,
  nc: NatsConnection
): Promise<Outcome> {
  const sandbox = createSandbox({ account: ACCOUNT })
  const events = eventsOf(action, way === 'one event' ? 1 : TOGETHER)
  if (action === 'trackActivity') {
    makeKnown(events, sandbox)
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
  const story: Told[] = []
  const tell: Stage['tell'] = (told, counts) => {
    const copies = events.map((event) => copiesOf(event, sandbox))
    const isReport = typeof told !== 'string'
    story.push(isReport ? { said: counts ?? countsOf(told.values()), reports: told, copies } : { said: told, copies })
  }
  const mend = () => sandbox.faults.clear()
  try {
    await DELIVER[way]({ action, events, origin, time: timeFrom(firstRequest), nc, tell, mend })
  } finally {
    await close()
  }
  return outcomeOf(events, story)
}

function outcomeOf(events: readonly SegmentEvent[], story: readonly Told[]): Outcome {
  /** Events of which this was so at any time */
  const count = (isSo: (report: Report | undefined, copies: number) => boolean) =>
    events.filter(({ messageId = '' }, index) =>
      story.some(({ reports, copies }) => reports && isSo(reports.get(messageId), copies[index]))
    ).length
  const inTheEnd = story[story.length - 1]
  return {
    sent: events.length,
    atFirst: story.length > 1 ? story[0] : undefined,
    inTheEnd,
    unconfirmed: count((report, copies) => report !== undefined && !isConfirmed(report) && copies > 0),
    falseSuccesses: count((report, copies) => report !== undefined && isConfirmed(report) && copies === 0),
    storedTwice: count((_, copies) => copies > 1),
    lost: count((report, copies) => report === undefined || (isConfirmed(report) && copies === 0)),
    reasons: [...(inTheEnd.reports ?? [])].flatMap(([, report]) => (isConfirmed(report) ? [] : [report.message]))
  }
}

/** Events that Ortto held */
export function heldIn({ copies }: Told): number {
  return copies.filter((count) => count > 0).length
}

/** The first is fine, of more one has no id, and one is refused by Ortto. */
function eventsOf(action: Action, count: number): SegmentEvent[] {
  return Array.from({ length: count }, (_, index): SegmentEvent => {
    const isFine = index !== REFUSED_BY_ORTTO
    return {
      messageId: `m${index}`,
      timestamp: `2026-03-01T00:00:0${index}.000Z`,
      ...(index === WITHOUT_IDS ? {} : { userId: `u${index}` }),
      ...(action === 'upsertContact'
        ? { type: 'identify', traits: isFine ? { name: `u${index}` } : { shoeSize: '38' } }
        : { type: 'track', event: isFine ? 'Signed up' : 'Fax sent' })
    }
  })
}

/** Activities go to contacts that Ortto knows. */
function makeKnown(events: readonly SegmentEvent[], { account }: Sandbox): void {
  events.forEach(
    ({ userId }) =>
      userId && account.identify({ user_id: userId, traits: { name: userId }, ip: undefined, location: undefined })
  )
}

/** How often Ortto holds an event. */
function copiesOf({ type, userId, timestamp, event }: SegmentEvent, { account }: Sandbox): number {
  const isUsers = ({ ids }: { ids: { value: string }[] }) => ids.some(({ value }) => value === userId)
  return type === 'identify'
    ? account.contacts.all().filter((contact) => isUsers(contact) && contact.fields.get('Name') === userId).length
    : account.activities.all().filter((one) => isUsers(one) && one.timestamp === timestamp && one.event === event)
        .length
}

/** Time in which nothing takes long. Until the first request it stands still, so that all events are in that one. */
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
