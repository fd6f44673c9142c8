import { transform } from '@segment/actions-core'
import type { JSONLikeObject, JSONObject, SegmentEvent } from '@segment/actions-core'
import type { Case } from './cases'
import type { EventResult, Item, Observation, WireRequest } from './observation'
import type { Report } from './responses'

/** One fact in which the two destinations differ, in one case. Facts that are absent on one side are undefined. */
export interface Difference {
  /**
   * `result`: outcome and status of an event. `result.…`: another fact about its result.
   * `item`: whether the event is on the wire. `item.…`: a member of its item, by its path.
   * `requests`: how many requests there are, and where they go. `header.…`: a header of the first request.
   */
  about: string
  live: unknown
  ours: unknown
  of: Case
  /** The event, and what its mapping makes of it. Absent when the difference is one of the whole case. */
  event?: ComparedEvent
}

export interface ComparedEvent {
  raw: SegmentEvent
  /** What our action is given, before the framework checks it */
  payload: JSONObject
  live: EventResult
  ours: EventResult
  /** What is on the wire of it. Undefined when it is not sent. */
  liveItem?: Item
  ourItem?: Item
  /** What the response reports of it */
  reports: readonly Report[]
}

/** The facts in which two observations of one case differ. `mapping` is the one that ours ran with. */
export function compare(of: Case, live: Observation, ours: Observation, mapping: JSONLikeObject): Difference[] {
  const differences = of.events.flatMap((raw, index) => {
    const event: ComparedEvent = {
      raw,
      payload: transform(mapping, { ...raw }),
      live: live.results[index],
      ours: ours.results[index],
      liveItem: itemOf(index, of, live.requests),
      ourItem: itemOf(index, of, ours.requests),
      reports: of.response.reports.filter((report) => report.event === index)
    }
    const found = [...compareResults(event.live, event.ours), ...compareItems(event.liveItem, event.ourItem)]
    return found.map((difference) => ({ ...difference, of, event }))
  })
  const ofCase = [...compareRequests(live.requests, ours.requests), ...compareHeaders(live.requests, ours.requests)]
  return [...differences, ...ofCase.map((difference) => ({ ...difference, of }))]
}

type Facts = Pick<Difference, 'about' | 'live' | 'ours'>

function facts(about: string, live: unknown, ours: unknown): Facts[] {
  return live === ours ? [] : [{ about, live, ours }]
}

function compareResults(live: EventResult, ours: EventResult): Facts[] {
  const [result] = facts('result', describeResult(live), describeResult(ours))
  return [
    ...(result ? [result] : []),
    ...facts('result.quotesKey', live.quotesKey, ours.quotesKey),
    // Results that differ otherwise say other things, too.
    ...(result ? [] : facts('result.reporter', live.reporter, ours.reporter)),
    ...(result ? [] : facts('result.hasMessage', live.hasMessage, ours.hasMessage)),
    ...(result ? [] : facts('result.hasNote', live.hasNote, ours.hasNote)),
    ...(result ? [] : facts('result.quotesResponse', live.quotesResponse, ours.quotesResponse))
  ]
}

function describeResult({ outcome, status }: EventResult): string {
  return status === undefined ? outcome : `${outcome} ${status}`
}

/** The item of an event in the first request that has it. Of a case with one event it is the only item. */
function itemOf(index: number, { events }: Case, requests: readonly WireRequest[]): Item | undefined {
  const isItem = ({ message_id }: Item) => events.length === 1 || message_id === events[index].messageId
  return requests.flatMap(({ items }) => items).find(isItem)
}

function compareItems(live: Item | undefined, ours: Item | undefined): Facts[] {
  return live === undefined || ours === undefined
    ? facts('item', live && 'sent', ours && 'sent')
    : compareValues('item', live, ours)
}

/** Goes down to the first member on each way that one side does not have, or that is not alike. */
function compareValues(path: string, live: unknown, ours: unknown): Facts[] {
  if (!isContainer(live) || !isContainer(ours) || Array.isArray(live) !== Array.isArray(ours)) {
    return facts(path, live, ours)
  }
  const keys = new Set([...Object.keys(live), ...Object.keys(ours)])
  return [...keys].flatMap((key) => compareValues(`${path}.${key}`, live[key], ours[key]))
}

function isContainer(value: unknown): value is { [key: string]: unknown } {
  return typeof value === 'object' && value !== null
}

/** Where one side sends nothing, the items say so. */
function compareRequests(live: readonly WireRequest[], ours: readonly WireRequest[]): Facts[] {
  if (live.length === 0 || ours.length === 0) {
    return []
  }
  const describe = (requests: readonly WireRequest[]) =>
    requests.map(({ method, url }) => `${method} ${url}`).join(', ')
  return facts('requests', describe(live), describe(ours))
}

function compareHeaders([live]: readonly WireRequest[], [ours]: readonly WireRequest[]): Facts[] {
  return live === undefined || ours === undefined ? [] : compareValues('header', live.headers, ours.headers)
}
