import type { AudienceMembership, ExecuteInput, MultiStatusResponse, RequestClient } from '@segment/actions-core'
import { audienceUpdate } from './audience'
import type { Settings } from './generated-types'
import { MAX_ITEMS, OrttoClient, REQUEST_TIMEOUT } from './ortto-client'
import type { CallResult } from './ortto-client'
import type { Prepared } from './prepare'
import { successOrThrow, toMultiStatusResponse } from './results'
import type { EventResult } from './results'
import type { OrttoAudienceUpdate, OrttoContact, Outcome } from './types'
import type { Payload as ContactPayload } from './upsertContact/generated-types'
import { sentence } from './values'

/** Milliseconds within which every event of a batch has its result. */
const BATCH_TIME = 60_000
/** Milliseconds. With less left, a request is not worth a try. */
const MIN_TIMEOUT = 1000

/** An action's two halves: what it makes of a payload, and where it sends what it made. */
export interface Delivery<Payload, Item> {
  prepare: (payload: Payload, audience?: OrttoAudienceUpdate) => Prepared<Item>
  send: (client: OrttoClient, items: readonly Item[], timeout: number) => Promise<CallResult<Outcome[]>>
}

type Input<Payload, Membership> = ExecuteInput<Settings, Payload, unknown, unknown, unknown, Membership>

/** Delivers one event, or throws what it deserves (see `successOrThrow`). */
export async function deliverEvent<Payload extends ContactPayload, Item extends OrttoContact>(
  request: RequestClient,
  input: Input<Payload, AudienceMembership>,
  delivery: Delivery<Payload, Item>
): Promise<EventResult> {
  const { payload, audienceMembership, settings, hookOutputs } = input
  const prepared = delivery.prepare(payload, audienceUpdate(payload, hookOutputs, audienceMembership))
  const [result] = await deliverAll(request, settings, [prepared], delivery)
  return successOrThrow(result)
}

/** Delivers a batch. Every event gets its own result, and nothing is thrown. */
export async function deliverBatch<Payload extends ContactPayload, Item extends OrttoContact>(
  request: RequestClient,
  input: Input<Payload[], AudienceMembership[]>,
  delivery: Delivery<Payload, Item>
): Promise<MultiStatusResponse> {
  const { payload: payloads, audienceMembership, settings, hookOutputs } = input
  const prepared = payloads.map((payload, index) =>
    delivery.prepare(payload, audienceUpdate(payload, hookOutputs, audienceMembership?.[index]))
  )
  return toMultiStatusResponse(await deliverAll(request, settings, prepared, delivery))
}

async function deliverAll<Payload, Item extends OrttoContact>(
  request: RequestClient,
  settings: Settings,
  prepared: Prepared<Item>[],
  { send }: Delivery<Payload, Item>
): Promise<EventResult[]> {
  const client = new OrttoClient(request, settings.api_key)
  const items = prepared.flatMap((event) => ('item' in event ? [event.item] : []))
  const results = await sendAll(items, (part, timeout) => send(client, part, timeout))
  let next = 0
  return prepared.map((event) => ('result' in event ? event.result : withLeftOut(results[next++], event.leftOut)))
}

/** A success tells what of the event did not go to Ortto. */
function withLeftOut(result: EventResult, leftOut: readonly string[]): EventResult {
  return leftOut.length === 0 || result.status >= 400
    ? result
    : { ...result, message: `${sentence(result.message)} Left out: ${leftOut.join('; ')}.` }
}

type Send<Item> = (items: readonly Item[], timeout: number) => Promise<CallResult<Outcome[]>>

/** Sends the items in as few requests as possible, one after the other: one result for each, in order. */
async function sendAll<Item extends OrttoContact>(items: readonly Item[], send: Send<Item>): Promise<EventResult[]> {
  const deadline = Date.now() + BATCH_TIME
  const results: EventResult[] = []
  for (let start = 0; start < items.length; start += MAX_ITEMS) {
    results.push(...(await sendPart(items.slice(start, start + MAX_ITEMS), send, deadline)))
  }
  return results
}

/** Sends the items in one request; in halves when it is too large. */
async function sendPart<Item extends OrttoContact>(
  items: readonly Item[],
  send: Send<Item>,
  deadline: number
): Promise<EventResult[]> {
  // A request takes its timeout twice at most: for the headers, and for the body.
  const timeout = Math.min(REQUEST_TIMEOUT, (deadline - Date.now()) / 2)
  if (timeout < MIN_TIMEOUT) {
    const result = { status: 408, message: 'The time for this batch ran out before Ortto could take the event.' }
    return items.map(() => result)
  }
  const answer = await send(items, timeout)
  if (!('failure' in answer)) {
    return items.map((sent, index) => {
      const { status, message } = answer.value[index]
      return { status, message, sent }
    })
  }
  const { failure, isSent } = answer
  if (failure.status === 413 && items.length > 1) {
    const half = Math.ceil(items.length / 2)
    const first = await sendPart(items.slice(0, half), send, deadline)
    return [...first, ...(await sendPart(items.slice(half), send, deadline))]
  }
  return items.map((item) => (isSent ? { ...failure, sent: item } : failure))
}
