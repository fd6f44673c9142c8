import type { SegmentEvent } from '@segment/actions-core'
import { truncate } from '../../common/truncate'
import { enabledOf, kindOf } from '../../delivery'
import type { Line, MappingsFile, Result } from '../../delivery'
import type { Taken } from '../../sandbox'
import { isRetryable } from '../../src/results'
import type { Exchange } from './exchanges'
import { asJSON, explainTrigger } from './explain-trigger'
import { originsOf } from './origins'
import type { FieldOrigin } from './origins'

/** One event's way: what was read, what each mapping made of it, and what became of that. */
export interface Trace {
  id: string
  /** When it was processed, in ISO 8601 */
  time: string
  line: Line
  /** Why the event is not meant for Ortto, when it isn't */
  keptOut?: string
  /** The mappings as they were then */
  mappings: MappingsFile
  /** By the mapping's position */
  outcomes: Map<number, Outcome>
}

/** What became of an event in one mapping. */
export interface Outcome {
  result: Result
  /** The last request that it was in; none when it was not sent. */
  exchange?: Exchange
  /** Its position there */
  position?: number
}

/** What a result means, by the rules of a delivery: `to be sent again` is what Segment sends again. */
export type Meaning = 'delivered' | 'partly' | 'nothing new' | 'ignored' | 'rejected' | 'to be sent again'

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
  results: { mapping: string; status: number; message: string; meaning: Meaning }[]
  /** Why there are no results */
  note?: string
}

/** A trace with everything there is to see of it. */
export interface ShownTrace extends TraceSummary {
  /** The event, as Segment delivers it */
  text: string
  mappings: ShownMapping[]
}

/** What one mapping made of an event. */
export interface ShownMapping {
  /** From 1 */
  number: number
  name: string
  action: string
  enabled: boolean
  trigger: string
  takes: boolean
  /** Why it takes the event, or doesn't */
  why: string
  /** The mapped payload; none when it did not take the event. */
  payload?: FieldOrigin[]
  result?: { status: number; errorType?: string; message: string; meaning: Meaning }
  request?: ShownRequest
  /** What Ortto did with it */
  taken?: Taken
}

/** A request to Ortto, as far as one event is concerned. */
export interface ShownRequest {
  method: string
  url: string
  headers: Record<string, string>
  /** So many events were sent together; this was the one at `position`, from 1. */
  count: number
  position: number
  item: unknown
  answer?: { status: number; body: string }
  failure?: string
  milliseconds: number
}

/** Characters of a text in a list */
const MAX_TEXT = 200
/** Characters of an answer. One for 500 events can be long; the results say the same. */
const MAX_ANSWER = 20_000

export function summarize({ id, time, line, keptOut, mappings, outcomes }: Trace): TraceSummary {
  const { event, userId, anonymousId, type, messageId } = eventIn(line) ?? ({} as Partial<SegmentEvent>)
  const results = [...outcomes].map(([index, { result }]) => ({
    mapping: mappings[index].name,
    status: result.status,
    message: truncate(result.message, MAX_TEXT),
    meaning: meaningOf(result, mappings[index])
  }))
  return {
    id,
    time,
    line: line.line,
    type: textOf(type),
    event: textOf(event),
    user: textOf(userId ?? anonymousId),
    messageId: textOf(messageId),
    results,
    note: results.length > 0 ? undefined : noteOf(line, keptOut)
  }
}

function meaningOf(result: Result, mapping: MappingsFile[number]): Meaning {
  if (isRetryable(result.status)) {
    return 'to be sent again'
  }
  const kind = kindOf({ ...result, mapping })
  if (kind === 'delivered') {
    return result.status === 206 ? 'partly' : 'delivered'
  }
  // A result has a status, so some mapping took the event.
  return kind === 'nothingNew' ? 'nothing new' : kind === 'ignored' ? 'ignored' : 'rejected'
}

function noteOf(line: Line, keptOut: string | undefined): string {
  return 'problem' in line ? line.problem : keptOut ?? 'No mapping takes this event, so it was not sent.'
}

export function showTrace(trace: Trace): ShownTrace {
  const { line, mappings } = trace
  const event = eventIn(line)
  return {
    ...summarize(trace),
    text: line.text ?? '',
    mappings: event ? mappings.map((_, index) => showMapping(trace, event, index)) : []
  }
}

function showMapping({ mappings, outcomes, keptOut }: Trace, event: SegmentEvent, index: number): ShownMapping {
  const entry = mappings[index]
  const { name, partnerAction, subscribe, enabled, mapping } = entry
  const [read] = enabledOf([{ ...entry, enabled: true }])
  const explained = explainTrigger(read.trigger, event)
  const outcome = outcomes.get(index)
  return {
    number: index + 1,
    name,
    action: partnerAction,
    enabled,
    trigger: subscribe,
    takes: outcome !== undefined,
    why: enabled ? (explained.takes && keptOut) || explained.why : 'it is disabled',
    payload: outcome && originsOf(mapping, partnerAction, event),
    result: outcome && {
      status: outcome.result.status,
      errorType: outcome.result.errorType,
      message: outcome.result.message,
      meaning: meaningOf(outcome.result, entry)
    },
    request: outcome && showRequest(outcome),
    taken: outcome?.position === undefined ? undefined : outcome.exchange?.taken.get(outcome.position)
  }
}

function showRequest({ exchange, position }: Outcome): ShownRequest | undefined {
  if (!exchange || position === undefined) {
    return undefined
  }
  const { method, url, items, answer, failure, milliseconds } = exchange
  return {
    method,
    url,
    headers: { authorization: 'Bearer ***', 'content-type': 'application/json' },
    count: items.length,
    position: position + 1,
    item: items[position],
    answer: answer && { ...answer, body: truncate(answer.body, MAX_ANSWER) },
    failure,
    milliseconds
  }
}

function eventIn(line: Line): SegmentEvent | undefined {
  return 'event' in line ? line.event : undefined
}

function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) {
    return undefined
  }
  return truncate(typeof value === 'string' ? value : asJSON(value), MAX_TEXT)
}
