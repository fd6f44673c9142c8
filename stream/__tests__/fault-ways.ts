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
  presetMappings,
  readAll,
  readOrttoCode,
  Records,
  Stopped
} from '../../delivery'
import type { Time } from '../../delivery/engine/time'
import type { Settings } from '../../src/generated-types'
import { openStream, work } from '..'
import { left, publishAll, rejected, until } from './harness'

export const SETTINGS = { api_key: 'pau-key' }

/** Milliseconds. A machine that is busy must not make a worker lose its lease. */
const ACK_WAIT = 5000

export const ACTIONS = ['upsertContact', 'trackActivity'] as const
export type Action = typeof ACTIONS[number]

/** What was said of one event. */
export interface Report {
  status: number
  message: string
}

/** Message ids, and what was said of the event. An event of which nothing was said is not there. */
export type Reports = Map<string, Report>

/** What each way to deliver works with. */
export interface Stage {
  action: Action
  events: readonly SegmentEvent[]
  origin: string
  time: Time
  nc: NatsConnection
  /** What was reported until now; or why it stopped, when it is still to say what became of the events. */
  tell: (reports: Reports | string, said?: Counts) => void
  /** Ends the fault. */
  mend: () => void
}

/** `delivered`, `unchanged`, or a status, and how often it was said */
export type Counts = Map<string, number>

/** Ortto has the event, as far as this says. */
export function isConfirmed(report: Report): boolean {
  return report.status < 400 || isUnchanged(report)
}

function isUnchanged({ status, message }: Report): boolean {
  return readOrttoCode(status, message, false) === 'nothing_new'
}

export function countsOf(reports: Iterable<Report>): Counts {
  const counts: Counts = new Map()
  for (const report of reports) {
    const said = report.status < 400 ? 'delivered' : isUnchanged(report) ? 'unchanged' : String(report.status)
    counts.set(said, (counts.get(said) ?? 0) + 1)
  }
  return counts
}

/** The preset's mapping, in batches of all events. */
function mappingOf({ action, events }: Stage) {
  const [mapping] = presetMappings().filter(({ partnerAction }) => partnerAction === action)
  return { ...mapping, batchSize: events.length }
}

/** The destination, with one event after the other. */
export async function byEvent(stage: Stage): Promise<void> {
  const { destination, settings } = destinationOf(stage)
  await asSegment(stage, async ([event]) => {
    try {
      const steps = await destination.onEvent(event, settings)
      return steps.some(({ output }) => output === 'Action Executed') ? [{ status: 200, message: '' }] : []
    } catch (error) {
      const { status = 500, message } = error as Error & { status?: number }
      return [{ status, message }]
    }
  })
}

/** The destination, with all events in one batch. */
export async function byBatch(stage: Stage): Promise<void> {
  const { destination, settings } = destinationOf(stage)
  await asSegment(stage, async (events) => {
    const [{ multistatus = [] }] = await destination.onBatch([...events], settings)
    return multistatus.map((node) => ({
      status: node.status,
      message: 'errormessage' in node ? node.errormessage : ''
    }))
  })
}

function destinationOf(stage: Stage) {
  const { subscribe, partnerAction, mapping } = mappingOf(stage)
  return {
    destination: new Destination<Settings>(definitionFor(stage.origin)),
    settings: { ...SETTINGS, subscription: { subscribe, partnerAction, mapping } }
  }
}

/** What is worth another try, Segment sends again; here, when the fault is over. */
async function asSegment(
  { events, tell, mend }: Stage,
  send: (some: readonly SegmentEvent[]) => Promise<Report[]>
): Promise<void> {
  const reports: Reports = new Map()
  const sendAndTell = async (some: readonly SegmentEvent[]) => {
    const said = await send(some)
    some.forEach(({ messageId = '' }, index) => said[index] && reports.set(messageId, said[index]))
    tell(new Map(reports))
  }
  await sendAndTell(events)
  const again = events.filter(({ messageId = '' }) => isRetried(reports.get(messageId)?.status ?? 200))
  if (again.length > 0) {
    mend()
    await sendAndTell(again)
  }
}

/** What Segment sends again */
function isRetried(status: number): boolean {
  return [408, 423, 429].includes(status) || (status >= 500 && status !== 501)
}

/** A file. When it stops, it is called again, and goes on from its checkpoint. */
export async function byDeliver(stage: Stage): Promise<void> {
  const { events, tell, mend } = stage
  const folder = await mkdtemp(join(tmpdir(), 'actions-ortto-'))
  try {
    await writeFile(join(folder, 'events.ndjson'), events.map((event) => `${JSON.stringify(event)}\n`).join(''))
    let stopped = await deliverFrom(folder, stage)
    while (stopped !== undefined) {
      tell(stopped)
      mend()
      stopped = await deliverFrom(folder, stage)
    }
    const refused = new Map((await linesIn(join(folder, 'rejected'))).map((one) => [one.messageId, one._rejected[0]]))
    // What is refused must stand among the rejected, with its reason, and nothing else may.
    const results = (await linesIn(join(folder, 'results'))).map(({ messageId, status, message }) => {
      const isRejected = refused.has(messageId)
      return { messageId, status, message: isRejected === isConfirmed({ status, message }) ? '' : message }
    })
    tell(new Map(results.map((result) => [result.messageId, result])), countsOf(results))
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Resolves with why it stopped, if it did. */
async function deliverFrom(folder: string, stage: Stage): Promise<string | undefined> {
  const at = (name: string) => join(folder, name)
  const files = await findFiles([at('events.ndjson')])
  const outputs = { checkpoint: at('checkpoint'), results: at('results'), rejected: at('rejected') }
  const records = await Records.open({ files, job: 'test', ...outputs })
  const { origin, time } = stage
  const delivery = new Delivery({ to: origin, settings: SETTINGS, mappings: [mappingOf(stage)], time })
  try {
    for await (const reports of delivery.run(readAll(files, { after: records.start }))) {
      await records.add(reports)
    }
    await records.close(true)
    return undefined
  } catch (error) {
    await records.close(false)
    return reasonOf(error)
  }
}

/** Why a delivery stopped. @throws whatever else it is */
function reasonOf(error: unknown): string {
  if (error instanceof Stopped) {
    return error.message
  }
  throw error
}

type Written = Report & { messageId: string; _rejected: Report[] }

async function linesIn(path: string): Promise<Written[]> {
  const text = await readFile(path, 'utf8')
  return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Written]))
}

let streams = 0

/** A stream. When the worker ends, it is started again; when it gives the events back, it comes back by itself. */
export async function byWork(stage: Stage): Promise<void> {
  const { events, origin, time, nc, tell, mend } = stage
  streams += 1
  const layout = await openStream(nc, { name: `faults-${streams}`, partitions: 1, ackWait: ACK_WAIT })
  await publishAll(nc, layout, events)
  const counted = { delivered: 0, unchanged: 0 }
  const onStopped = (reason: string) => {
    tell(reason)
    mend()
  }
  const onLog = (line: string) => {
    const { msg, retryAfterSeconds, delivered, unchanged } = JSON.parse(line) as Logged
    if (msg === 'batch') {
      counted.delivered += delivered
      counted.unchanged += unchanged
    } else if (retryAfterSeconds !== undefined) {
      onStopped(msg)
    }
  }
  const stop = new AbortController()
  const delivery = { to: origin, settings: SETTINGS, mappings: [mappingOf(stage)], time }
  const workOn = async (): Promise<void> => {
    try {
      await work({ nc, layout, delivery, log: pino({ base: null }, { write: onLog }), signal: stop.signal })
    } catch (error) {
      onStopped(reasonOf(error))
      await workOn()
    }
  }
  await Promise.all([workOn(), until(async () => (await left(nc, layout)) === 0).finally(() => stop.abort())])

  const refused = (await rejected(nc, layout)).map((one): [string, Report] => [String(one.messageId), one._rejected[0]])
  const reports: Reports = new Map(refused)
  // What is gone from the stream and was not rejected was acknowledged: as many as the log says, and no more.
  events
    .filter(({ messageId = '' }) => !reports.has(messageId))
    .slice(0, counted.delivered + counted.unchanged)
    .forEach(({ messageId = '' }) => reports.set(messageId, { status: 200, message: 'acknowledged' }))
  const acknowledged = Object.entries({ delivered: counted.delivered, unchanged: counted.unchanged })
  const said = [...acknowledged.filter(([, count]) => count > 0), ...countsOf(refused.map(([, report]) => report))]
  tell(reports, new Map(said))
}

/** A line of a worker's log: a batch, or the time after which it retries the events that it returned. */
interface Logged {
  msg: string
  delivered: number
  unchanged: number
  retryAfterSeconds?: number
}
