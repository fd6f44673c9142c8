import { Destination } from '@segment/actions-core'
import type { SegmentEvent } from '@segment/actions-core'
import type { NatsConnection } from '@nats-io/transport-node'
import { mkdtemp, readFile, rm, writeFile } from 'fs/promises'
import { tmpdir } from 'os'
import { join } from 'path'
import pino from 'pino'
import {
  definitionFor,
  Delivery,
  findFiles,
  isNothingNew,
  presetMappings,
  readAll,
  Records,
  Stopped
} from '../../delivery'
import { fastTime } from '../../delivery/__tests__/harness'
import type { Time } from '../../delivery/time'
import { createSandbox } from '../../sandbox'
import type { Fault, Sandbox } from '../../sandbox'
import { serve } from '../../sandbox/serve'
import type { Settings } from '../../src/generated-types'
import { openStream, work } from '..'
import { left, publishAll, rejected, until } from './harness'

const SETTINGS = { api_key: 'pau-key' }

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

/** Milliseconds. A machine that is busy must not make a worker lose its lease. */
const ACK_WAIT = 5000

export const ACTIONS = ['upsertContact', 'trackActivity'] as const
export type Action = typeof ACTIONS[number]

/** The ways to deliver: the destination with one event, and with a batch; `ortto deliver`; and `ortto work`. */
export const WAYS = ['onEvent', 'onBatch', 'deliver', 'work'] as const
export type Way = typeof WAYS[number]

/** What was said of the events, and what Ortto held then. */
export interface Told {
  /** What was said, and of how many events: `delivered`, `nothing new`, or a status. Or why it stopped. */
  said: Map<string, number> | string
  /** Events that Ortto held */
  held: number
}

/** What a case came to, in events. */
export interface Outcome {
  sent: number
  /** None when the delivery dealt with the fault itself. */
  atFirst?: Told
  inTheEnd: Told
  /** Ortto held them when they were reported as failed. */
  unconfirmed: number
  /** Ortto did not hold them when they were reported as delivered. */
  falseSuccesses: number
  storedTwice: number
  /** False successes, and those of which nothing was said. */
  lost: number
  /** What was said of those that were refused in the end */
  reasons: string[]
}

/** What was said of one event. */
interface Report {
  status: number
  message: string
}

/** Message ids, and what was said of the event. An event of which nothing was said is not there. */
type Reports = Map<string, Report>

/** What every way to deliver works with. */
interface Stage {
  action: Action
  events: readonly SegmentEvent[]
  sandbox: Sandbox
  origin: string
  time: Time
  /** Says at a time what was reported until then. */
  tell: (reports: Reports | string, said?: Map<string, number>) => void
}

/** Delivers events in one way while a fault is on; when that has shown, Ortto is well again. */
export async function runCase(
  way: Way,
  action: Action,
  fault: Fault | undefined,
  nc: NatsConnection
): Promise<Outcome> {
  const sandbox = createSandbox({ account: ACCOUNT })
  let onRequest: () => void = () => undefined
  const firstRequest = new Promise<void>((resolve) => (onRequest = resolve))
  const { origin, close } = await serve({
    fetch: (request, env) => {
      onRequest()
      return sandbox.app.fetch(request, env)
    }
  })
  const events = eventsOf(action, way === 'onEvent' ? 1 : TOGETHER)
  if (action === 'trackActivity') {
    makeKnown(events, sandbox)
  }
  if (fault) {
    sandbox.faults.add(fault)
  }
  const story: (Told & { reports?: Reports; copies: number[] })[] = []
  const tell: Stage['tell'] = (reports, said) => {
    const copies = events.map((event) => copiesOf(event, sandbox))
    const held = copies.filter((count) => count > 0).length
    story.push(
      typeof reports === 'string'
        ? { said: reports, held, copies }
        : { said: said ?? countsOf(reports), held, copies, reports }
    )
  }
  try {
    const stage = { action, events, sandbox, origin, time: timeFrom(firstRequest), tell }
    await { onEvent: toDestination, onBatch: toDestination, deliver: byDeliver, work: byWork }[way](stage, way, nc)
  } finally {
    await close()
  }

  const count = (isSo: (report: Report | undefined, copies: number) => boolean) =>
    events.filter(({ messageId = '' }, index) =>
      story.some(({ reports, copies }) => reports && isSo(reports.get(messageId), copies[index]))
    ).length
  const last = story[story.length - 1]
  return {
    sent: events.length,
    atFirst: story.length > 1 ? story[0] : undefined,
    inTheEnd: last,
    unconfirmed: count((report, copies) => report !== undefined && !isConfirmed(report) && copies > 0),
    falseSuccesses: count((report, copies) => report !== undefined && isConfirmed(report) && copies === 0),
    storedTwice: count((_, copies) => copies > 1),
    lost: count((report, copies) => report === undefined || (isConfirmed(report) && copies === 0)),
    reasons: [...(last.reports ?? [])].flatMap(([, report]) => (isConfirmed(report) ? [] : [report.message]))
  }
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

/** Ortto has the event, as far as this says. */
function isConfirmed(report: Report): boolean {
  return report.status < 400 || isNothingNew(report)
}

function countsOf(reports: Reports): Map<string, number> {
  const counts = new Map<string, number>()
  for (const report of reports.values()) {
    const said = report.status < 400 ? 'delivered' : isNothingNew(report) ? 'nothing new' : String(report.status)
    counts.set(said, (counts.get(said) ?? 0) + 1)
  }
  return counts
}

/** The preset's mapping, in batches of all events. */
function mappingOf(action: Action) {
  const [mapping] = presetMappings().filter(({ partnerAction }) => partnerAction === action)
  return { ...mapping, batchSize: TOGETHER }
}

/** What is worth another try, Segment sends again. */
async function toDestination({ action, events, sandbox, origin, tell }: Stage, way: Way): Promise<void> {
  const destination = new Destination<Settings>(definitionFor(origin))
  const { subscribe, partnerAction, mapping } = mappingOf(action)
  const settings = { ...SETTINGS, subscription: { subscribe, partnerAction, mapping } }
  const reports: Reports = new Map()
  const send = async (some: readonly SegmentEvent[]) => {
    const said = way === 'onEvent' ? await sendAlone(some[0]) : await sendTogether(some)
    some.forEach(({ messageId = '' }, index) => said[index] && reports.set(messageId, said[index]))
    tell(new Map(reports))
  }
  const sendAlone = async (event: SegmentEvent): Promise<Report[]> => {
    try {
      const steps = await destination.onEvent(event, settings)
      return steps.some(({ output }) => output === 'Action Executed') ? [{ status: 200, message: '' }] : []
    } catch (error) {
      const { status = 500, message } = error as Error & { status?: number }
      return [{ status, message }]
    }
  }
  const sendTogether = async (some: readonly SegmentEvent[]): Promise<Report[]> => {
    const [{ multistatus = [] }] = await destination.onBatch([...some], settings)
    return multistatus.map((node) => ({
      status: node.status,
      message: 'errormessage' in node ? node.errormessage : ''
    }))
  }

  await send(events)
  const again = events.filter(({ messageId = '' }) => isRetried(reports.get(messageId)?.status ?? 500))
  if (again.length > 0) {
    sandbox.faults.clear()
    await send(again)
  }
}

/** What Segment sends again */
function isRetried(status: number): boolean {
  return [408, 423, 429].includes(status) || (status >= 500 && status !== 501)
}

/** When it stops, it is called again, and goes on from its checkpoint. */
async function byDeliver({ action, events, sandbox, origin, time, tell }: Stage): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'actions-ortto-'))
  const at = (name: string) => join(folder, name)
  await writeFile(at('events.ndjson'), events.map((event) => `${JSON.stringify(event)}\n`).join(''))
  const files = await findFiles([at('events.ndjson')])
  const deliver = async (): Promise<string | undefined> => {
    const outputs = { checkpoint: at('checkpoint'), results: at('results'), rejected: at('rejected') }
    const records = await Records.open({ files, job: 'test', ...outputs })
    const delivery = new Delivery({ to: origin, settings: SETTINGS, mappings: [mappingOf(action)], time })
    try {
      for await (const verdicts of delivery.run(readAll(files, { after: records.start }))) {
        await records.add(verdicts)
      }
      await records.close(true)
      return undefined
    } catch (error) {
      await records.close(false)
      if (!(error instanceof Stopped)) {
        throw error
      }
      return error.message
    }
  }
  try {
    for (let stopped = await deliver(); stopped !== undefined; stopped = await deliver()) {
      tell(stopped)
      sandbox.faults.clear()
    }
    const results = (await readFile(at('results'), 'utf8')).trim().split('\n')
    tell(
      new Map(
        results.map((line) => {
          const { messageId, status, message } = JSON.parse(line) as Report & { messageId: string }
          return [messageId, { status, message }]
        })
      )
    )
  } finally {
    await rm(folder, { recursive: true })
  }
}

let streams = 0

/** When it ends, it is started again; when it gives the events back, it comes back by itself. */
async function byWork(
  { action, events, sandbox, origin, time, tell }: Stage,
  _: Way,
  nc: NatsConnection
): Promise<void> {
  streams += 1
  const layout = await openStream(nc, { name: `faults-${streams}`, partitions: 1, ackWait: ACK_WAIT })
  await publishAll(nc, layout, events)
  const counted = { delivered: 0, nothingNew: 0 }
  const mend = (stopped: string) => {
    tell(stopped)
    sandbox.faults.clear()
  }
  const onLog = (line: string) => {
    const { msg, seconds, delivered, nothingNew } = JSON.parse(line) as typeof counted & {
      msg: string
      seconds?: number
    }
    if (msg === 'batch') {
      counted.delivered += delivered
      counted.nothingNew += nothingNew
    } else if (seconds !== undefined) {
      mend(msg)
    }
  }
  const stop = new AbortController()
  const delivery = { to: origin, settings: SETTINGS, mappings: [mappingOf(action)], time }
  const worker = async (): Promise<void> => {
    try {
      await work({ nc, layout, delivery, log: pino({ base: null }, { write: onLog }), signal: stop.signal })
    } catch (error) {
      if (!(error instanceof Stopped)) {
        throw error
      }
      mend(error.message)
      await worker()
    }
  }
  await Promise.all([worker(), until(async () => (await left(nc, layout)) === 0).finally(() => stop.abort())])

  const reports: Reports = new Map()
  for (const { messageId, _rejected } of await rejected(nc, layout)) {
    reports.set(String(messageId), _rejected[0])
  }
  const said = new Map([
    ...Object.entries({ delivered: counted.delivered, 'nothing new': counted.nothingNew }),
    ...countsOf(reports)
  ])
  // What is gone from the stream and was not rejected was acknowledged: as many as the log says, and no more.
  const acknowledged = events.filter(({ messageId = '' }) => !reports.has(messageId))
  acknowledged
    .slice(0, counted.delivered + counted.nothingNew)
    .forEach(({ messageId = '' }) => reports.set(messageId, { status: 200, message: 'acknowledged' }))
  tell(reports, new Map([...said].filter(([, count]) => count > 0)))
}
