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
import { countLeft, listRejected, publishAll, until } from './harness'

export const SETTINGS = { api_key: 'pau-key' }

/** Long enough that a worker on a busy machine does not lose its lease */
const ACK_WAIT_MS = 5000
/** Of a stream: the server reserves it on the disk, and there is a stream for each fault. */
const MAX_BYTES = 16 * 1024 * 1024

export const ACTIONS = ['upsertContact', 'trackActivity'] as const
export type Action = typeof ACTIONS[number]

/** The reported result of one event. */
export interface Report {
  status: number
  message: string
}

/** The reported results by message ID. Events without a result are not included. */
export type Reports = Map<string, Report>

/** The input of each way to deliver. */
export interface TestCase {
  action: Action
  events: readonly SegmentEvent[]
  origin: string
  time: Time
  nc: NatsConnection
  /**
   * Called with all results so far, or with the reason when the delivery stopped before it reported results; and with
   * the number of events that Ortto has by the metrics, for a way that has metrics
   */
  onReport: (reports: Reports | string, counts?: Counts, counted?: number) => void
  endFault: () => void
}

/** How often each result was reported: `delivered`, `unchanged`, or a status */
export type Counts = Map<string, number>

/** Whether the result says that Ortto has the event. */
export function isConfirmed(report: Report): boolean {
  return report.status < 400 || isUnchanged(report)
}

function isUnchanged({ status, message }: Report): boolean {
  return readOrttoCode(status, message, false) === 'nothing_new'
}

export function countsOf(reports: Iterable<Report>): Counts {
  const counts: Counts = new Map()
  for (const report of reports) {
    const result = report.status < 400 ? 'delivered' : isUnchanged(report) ? 'unchanged' : String(report.status)
    counts.set(result, (counts.get(result) ?? 0) + 1)
  }
  return counts
}

/** The preset mapping, with one batch for all events. */
export function mappingOf({ action, events }: TestCase) {
  const [mapping] = presetMappings().filter(({ partnerAction }) => partnerAction === action)
  return { ...mapping, batchSize: events.length }
}

/** The destination, one event at a time. */
export async function byEvent(testCase: TestCase): Promise<void> {
  const { destination, settings } = destinationOf(testCase)
  await sendLikeSegment(testCase, async ([event]) => {
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
export async function byBatch(testCase: TestCase): Promise<void> {
  const { destination, settings } = destinationOf(testCase)
  await sendLikeSegment(testCase, async (events) => {
    const [{ multistatus = [] }] = await destination.onBatch([...events], settings)
    return multistatus.map((node) => ({
      status: node.status,
      message: 'errormessage' in node ? node.errormessage : ''
    }))
  })
}

function destinationOf(testCase: TestCase) {
  const { subscribe, partnerAction, mapping } = mappingOf(testCase)
  return {
    destination: new Destination<Settings>(definitionFor(testCase.origin)),
    settings: { ...SETTINGS, subscription: { subscribe, partnerAction, mapping } }
  }
}

/** Retries events as Segment does, after the end of the fault. */
async function sendLikeSegment(
  { events, onReport, endFault }: TestCase,
  send: (some: readonly SegmentEvent[]) => Promise<Report[]>
): Promise<void> {
  const reports: Reports = new Map()
  const sendAndReport = async (some: readonly SegmentEvent[]) => {
    const results = await send(some)
    some.forEach(({ messageId = '' }, index) => results[index] && reports.set(messageId, results[index]))
    onReport(new Map(reports))
  }
  await sendAndReport(events)
  const retried = events.filter(({ messageId = '' }) => isRetried(reports.get(messageId)?.status ?? 200))
  if (retried.length > 0) {
    endFault()
    await sendAndReport(retried)
  }
}

/** Whether Segment retries an event with this status. */
function isRetried(status: number): boolean {
  return [408, 423, 429].includes(status) || (status >= 500 && status !== 501)
}

/** `ortto deliver` with a file. When it stops, it is started again and resumes. */
export async function byDeliver(testCase: TestCase): Promise<void> {
  const { events, onReport, endFault } = testCase
  const folder = await mkdtemp(join(tmpdir(), 'actions-ortto-'))
  try {
    await writeFile(join(folder, 'events.ndjson'), events.map((event) => `${JSON.stringify(event)}\n`).join(''))
    let stopped = await deliverFrom(folder, testCase)
    while (stopped !== undefined) {
      onReport(stopped)
      endFault()
      stopped = await deliverFrom(folder, testCase)
    }
    const rejectedById = new Map(
      (await readLines(join(folder, 'rejected'))).map((one) => [one.messageId, one._rejected[0]])
    )
    // A rejected event must be in the file of rejected events with its reason. Other events must not be there.
    const results = (await readLines(join(folder, 'results'))).map(({ messageId, status, message }) => {
      const isRejected = rejectedById.has(messageId)
      return { messageId, status, message: isRejected === isConfirmed({ status, message }) ? '' : message }
    })
    onReport(new Map(results.map((result) => [result.messageId, result])), countsOf(results))
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Resolves with the reason when the delivery stopped. */
async function deliverFrom(folder: string, testCase: TestCase): Promise<string | undefined> {
  const at = (name: string) => join(folder, name)
  const files = await findFiles([at('events.ndjson')])
  const outputs = { ledger: at('ledger'), results: at('results'), rejected: at('rejected') }
  const records = await Records.open({ files, job: { id: 'test', target: testCase.origin }, ...outputs })
  const { origin, time } = testCase
  const delivery = new Delivery({ to: origin, settings: SETTINGS, mappings: [mappingOf(testCase)], time })
  try {
    for await (const reports of delivery.run(readAll(records.files, { onEnd: records.onEnd }))) {
      await records.add(reports)
    }
    await records.close(true)
    return undefined
  } catch (error) {
    await records.close(false)
    return reasonOf(error)
  }
}

/** The reason why a delivery stopped. Rethrows other errors. */
function reasonOf(error: unknown): string {
  if (error instanceof Stopped) {
    return error.message
  }
  throw error
}

type OutputLine = Report & { messageId: string; _rejected: Report[] }

async function readLines(path: string): Promise<OutputLine[]> {
  const text = await readFile(path, 'utf8')
  return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as OutputLine]))
}

let streams = 0

/** `ortto work` with a stream. When the worker stops, it is started again, unless it retries on its own. */
export async function byWork(testCase: TestCase): Promise<void> {
  const { events, origin, time, nc, onReport, endFault } = testCase
  streams += 1
  const layout = await openStream(nc, {
    name: `faults-${streams}`,
    partitions: 1,
    ackWait: ACK_WAIT_MS,
    maxBytes: MAX_BYTES
  })
  await publishAll(nc, layout, events)
  const logged = { delivered: 0, unchanged: 0 }
  const onStopped = (reason: string) => {
    onReport(reason)
    endFault()
  }
  const onLog = (line: string) => {
    const { msg, retryAfterSeconds, delivered, unchanged } = JSON.parse(line) as Logged
    if (msg === 'batch') {
      logged.delivered += delivered
      logged.unchanged += unchanged
    } else if (retryAfterSeconds !== undefined) {
      onStopped(msg)
    }
  }
  const stop = new AbortController()
  const delivery = { to: origin, settings: SETTINGS, mappings: [mappingOf(testCase)], time }
  const runWorker = async (): Promise<void> => {
    try {
      await work({ nc, layout, delivery, log: pino({ base: null }, { write: onLog }), signal: stop.signal })
    } catch (error) {
      onStopped(reasonOf(error))
      await runWorker()
    }
  }
  await Promise.all([runWorker(), until(async () => (await countLeft(nc, layout)) === 0).finally(() => stop.abort())])

  const rejections = (await listRejected(nc, layout)).map((one): [string, Report] => [
    String(one.messageId),
    one._rejected[0]
  ])
  const reports: Reports = new Map(rejections)
  // The other events were acknowledged if the log counts them.
  events
    .filter(({ messageId = '' }) => !reports.has(messageId))
    .slice(0, logged.delivered + logged.unchanged)
    .forEach(({ messageId = '' }) => reports.set(messageId, { status: 200, message: 'acknowledged' }))
  const acknowledged = Object.entries({ delivered: logged.delivered, unchanged: logged.unchanged })
  const counts = [...acknowledged.filter(([, count]) => count > 0), ...countsOf(rejections.map(([, report]) => report))]
  onReport(reports, new Map(counts))
}

/** A line of a worker's log: a batch, or the time after which it retries the events that it returned. */
interface Logged {
  msg: string
  delivered: number
  unchanged: number
  retryAfterSeconds?: number
}
