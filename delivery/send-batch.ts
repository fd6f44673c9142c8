import type { Destination, SegmentEvent } from '@segment/actions-core'
import { isNativeError } from 'util/types'
import type { Settings } from '../src/generated-types'
import type { Mapping } from './mappings'

/** What became of one event in one mapping. */
export interface Result {
  /** HTTP's: below 400 it was delivered, or ignored on purpose. */
  status: number
  /** Segment's name for the kind of an error. */
  errorType?: string
  message: string
  /** What went on the wire. An event that was ignored, or refused before it was sent, has none. */
  item?: object
}

/** Sends events through one mapping: one result for each, in order. It never rejects. */
export async function sendBatch(
  events: SegmentEvent[],
  destination: Destination<Settings>,
  settings: Settings,
  mapping: Mapping
): Promise<Result[]> {
  const { name, partnerAction, subscribe } = mapping
  const subscription = { name, partnerAction, subscribe, mapping: mapping.mapping }
  try {
    const [{ multistatus = [] }] = await destination.onBatch(events, { ...settings, subscription })
    return events.map((_, index) => readResult(multistatus[index]))
  } catch (error) {
    // The destination never throws for a batch. The framework does, before anything is sent, when it can't map one of
    // the events. Alone, that event fails alone.
    if (events.length === 1) {
      const reason = isNativeError(error) ? error.message : String(error)
      return [{ status: 400, errorType: 'BAD_REQUEST', message: `Segment's framework refuses this event: ${reason}` }]
    }
    const half = Math.ceil(events.length / 2)
    const first = await sendBatch(events.slice(0, half), destination, settings, mapping)
    return [...first, ...(await sendBatch(events.slice(half), destination, settings, mapping))]
  } finally {
    // The framework keeps every response that it ever saw, for its tests.
    destination.responses.length = 0
  }
}

type Node = NonNullable<Awaited<ReturnType<Destination<Settings>['onBatch']>>[number]['multistatus']>[number]

function readResult(node: Node | undefined): Result {
  if (!node) {
    return { status: 500, errorType: 'INTERNAL_SERVER_ERROR', message: 'The destination gave this event no result.' }
  }
  return {
    status: node.status,
    errorType: 'errortype' in node ? node.errortype : undefined,
    message: 'errormessage' in node ? node.errormessage : textOf(node.body),
    item: sentItem(node.sent)
  }
}

function textOf(body: unknown): string {
  return typeof body === 'string' ? body : JSON.stringify(body)
}

/** An event that the destination ignored has nothing in `sent`; one that was refused before sending has no `sent`. */
function sentItem(sent: unknown): object | undefined {
  return typeof sent === 'object' && sent !== null && Object.keys(sent).length > 0 ? sent : undefined
}
