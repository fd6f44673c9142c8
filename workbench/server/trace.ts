import type { SegmentEvent } from '@segment/actions-core'
import { truncate } from '../../common/truncate'
import { enabledOf } from '../../delivery'
import type { MappingResult, MappingsFile, Outcome, ReadItem, Skip } from '../../delivery'
import type { ProcessedItem } from '../../sandbox'
import type { Exchange } from './exchanges'
import { asJSON, explainTrigger } from './explain-trigger'
import { originsOf } from './origins'
import type { FieldOrigin } from './origins'

/** An event that is traced. `added`: its members that Segment adds, such as `receivedAt`. */
export type TracedItem = ReadItem & { added?: readonly string[] }

/** An event, and its result in each mapping that matched. */
export interface Trace {
  id: string
  /** When it was processed, in ISO 8601 */
  time: string
  item: TracedItem
  /** Why the event was not sent */
  skipped?: Skip
  /** The mappings at that time */
  mappings: MappingsFile
  /** The results, by the mapping's position */
  sent: Map<number, SentEvent>
}

/** The result of an event in one mapping, and its request. */
interface SentEvent {
  result: MappingResult
  /** The last request that contained the event. Undefined when it was not sent. */
  exchange?: Exchange
  /** The event's position in the request */
  position?: number
}

/** A trace in a list. */
export interface TraceSummary {
  id: string
  time: string
  line: number
  type?: string
  /** The name of a track event */
  event?: string
  user?: string
  messageId?: string
  results: ResultSummary[]
  /** Why there are no results */
  note?: string
  /** The code of that reason, when the event is not for Ortto */
  skipped?: Skip['code']
}

/** The result of an event in one mapping, in a list */
export interface ResultSummary {
  mapping: string
  status: number
  message: string
  outcome: Outcome
  isRetryable: boolean
  /** False when the event was rejected, or ignored, before it was sent. */
  wasSent: boolean
  /** Values that were left out of an event that was delivered, by the destination or by Ortto */
  skippedCount: number
}

/** A trace with all details */
export interface ShownTrace extends TraceSummary {
  /** The event, as Segment delivers it */
  text: string
  /** Its members that Segment added. None for an event that was pasted. */
  added: readonly string[]
  mappings: ShownMapping[]
}

/** One mapping, and its result for an event. */
export interface ShownMapping {
  /** From 1 */
  number: number
  name: string
  action: string
  enabled: boolean
  trigger: string
  matches: boolean
  /** Why the mapping matches the event or not */
  why: string
  /** The mapped payload. Undefined when the mapping does not match the event. */
  payload?: FieldOrigin[]
  result?: Omit<ResultSummary, 'mapping'> & { errorType?: string }
  request?: ShownRequest
  /** What Ortto changed */
  processed?: ProcessedItem
}

/** A request to Ortto, with the item of one event */
export interface ShownRequest {
  method: string
  url: string
  headers: Record<string, string>
  /** The number of events in the request. `position` counts from 1. */
  count: number
  position: number
  item: unknown
  response?: { status: number; body: string }
  failure?: string
  milliseconds: number
}

/** Characters of a text in a list */
const MAX_TEXT = 200
/** Characters of a response. A response for 500 events can be long, and the results contain the same. */
const MAX_RESPONSE = 20_000

export function summarize({ id, time, item, skipped, mappings, sent }: Trace): TraceSummary {
  const { event, userId, anonymousId, type, messageId } = eventIn(item) ?? ({} as Partial<SegmentEvent>)
  const results = [...sent].map(([index, sentEvent]): ResultSummary => {
    const summary = summarizeResult(sentEvent)
    return { ...summary, mapping: mappings[index].name, message: truncate(summary.message, MAX_TEXT) }
  })
  return {
    id,
    time,
    line: item.source.kind === 'file' ? item.source.line : 0,
    type: textOf(type),
    event: textOf(event),
    user: textOf(userId ?? anonymousId),
    messageId: textOf(messageId),
    results,
    note: 'problem' in item ? item.problem.message : skipped?.message,
    skipped: skipped?.code
  }
}

function summarizeResult(sentEvent: SentEvent): Omit<ResultSummary, 'mapping'> {
  const { status, message, outcome, isRetryable } = sentEvent.result
  const wasSent = sentEvent.exchange !== undefined
  return { status, message, outcome, isRetryable, wasSent, skippedCount: countSkipped(sentEvent) }
}

function countSkipped({ result, exchange, position }: SentEvent): number {
  const processed = position === undefined ? undefined : exchange?.processed.get(position)
  const skipped = processed?.log.filter(({ code }) => code === 'value_skipped') ?? []
  return skipped.length + (result.notes?.length ?? 0)
}

export function showTrace(trace: Trace): ShownTrace {
  const { item, mappings } = trace
  const event = eventIn(item)
  return {
    ...summarize(trace),
    text: event && 'notices' in item && item.notices ? asJSON(event) : item.raw ?? '',
    added: item.added ?? [],
    mappings: event ? mappings.map((_, index) => showMapping(trace, event, index)) : []
  }
}

function showMapping({ mappings, sent, skipped }: Trace, event: SegmentEvent, index: number): ShownMapping {
  const entry = mappings[index]
  const { name, partnerAction, subscribe, enabled, mapping } = entry
  const [read] = enabledOf([{ ...entry, enabled: true }])
  const explained = explainTrigger(read.trigger, event)
  const sentEvent = sent.get(index)
  const isDisabled = skipped?.code === 'disabled_by_integrations'
  return {
    number: index + 1,
    name,
    action: partnerAction,
    enabled,
    trigger: subscribe,
    matches: sentEvent !== undefined,
    why: enabled ? (explained.matches && isDisabled && skipped.message) || explained.why : 'it is disabled',
    payload: sentEvent && originsOf(mapping, partnerAction, event),
    result: sentEvent && { ...summarizeResult(sentEvent), errorType: sentEvent.result.errorType },
    request: sentEvent && showRequest(sentEvent),
    processed: sentEvent?.position === undefined ? undefined : sentEvent.exchange?.processed.get(sentEvent.position)
  }
}

function showRequest({ exchange, position }: SentEvent): ShownRequest | undefined {
  if (!exchange || position === undefined) {
    return undefined
  }
  const { method, url, items, response, failure, milliseconds } = exchange
  return {
    method,
    url,
    headers: { authorization: 'Bearer ***', 'content-type': 'application/json' },
    count: items.length,
    position: position + 1,
    item: items[position],
    response: response && { ...response, body: truncate(response.body, MAX_RESPONSE) },
    failure,
    milliseconds
  }
}

function eventIn(item: ReadItem): SegmentEvent | undefined {
  return item.event
}

function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) {
    return undefined
  }
  return truncate(typeof value === 'string' ? value : asJSON(value), MAX_TEXT)
}
