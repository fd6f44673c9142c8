import type { AudienceMembership, ExecuteInput, MultiStatusResponse, RequestClient } from '@segment/actions-core'
import chunk from 'lodash/chunk'
import { readAudienceChange } from './audience'
import type { AudienceChange } from './audience'
import type { Settings } from './generated-types'
import { MAX_ITEMS, OrttoClient, REQUEST_TIMEOUT_MS } from './ortto-client'
import type { CallResult } from './ortto-client'
import type { Prepared } from './prepare'
import { explainException } from './request-errors'
import { successOrThrow, toMultiStatusResponse } from './results'
import type { EventResult } from './results'
import type { ItemResult, OrttoContact } from './types'
import type { Payload as ContactPayload } from './upsertContact.types'
import { endSentence } from './values'

/** Within this time every event of a batch has its result. */
const BATCH_DEADLINE_MS = 60_000

/** With less time left, a request is not worth a try. */
const MIN_TIMEOUT_MS = 1000

/** An action's two halves: what it makes of a payload, and where it sends what it made. */
export interface Delivery<Payload, Item> {
  prepare: (payload: Payload, audience: AudienceChange) => Prepared<Item>
  send: (client: OrttoClient, items: readonly Item[], timeout: number) => Promise<CallResult<ItemResult[]>>
}

type Input<Payload, Membership> = ExecuteInput<Settings, Payload, unknown, unknown, unknown, Membership>

/** Delivers one event, or throws what its result deserves (see `successOrThrow`). */
export async function deliverEvent<Payload extends ContactPayload, Item extends OrttoContact>(
  request: RequestClient,
  input: Input<Payload, AudienceMembership>,
  delivery: Delivery<Payload, Item>
): Promise<EventResult> {
  const { payload, audienceMembership } = input
  const batch = { ...input, payload: [payload], audienceMembership: [audienceMembership] }
  const [result] = await deliverAll(request, batch, delivery)
  return successOrThrow(result)
}

/** Delivers a batch. Every event gets its own result, and nothing is thrown. */
export async function deliverBatch<Payload extends ContactPayload, Item extends OrttoContact>(
  request: RequestClient,
  input: Input<Payload[], AudienceMembership[]>,
  delivery: Delivery<Payload, Item>
): Promise<MultiStatusResponse> {
  return toMultiStatusResponse(await deliverAll(request, input, delivery))
}

async function deliverAll<Payload extends ContactPayload, Item extends OrttoContact>(
  request: RequestClient,
  { payload: payloads, audienceMembership, settings, hookOutputs }: Input<Payload[], AudienceMembership[]>,
  { prepare, send }: Delivery<Payload, Item>
): Promise<EventResult[]> {
  const client = new OrttoClient(request, settings.api_key)
  const prepared = payloads.map((payload, index): Prepared<Item> => {
    try {
      return prepare(payload, readAudienceChange(payload, hookOutputs, audienceMembership?.[index]))
    } catch (error) {
      const { message, ...result } = explainException(error)
      return { result: { ...result, message: client.redact(message) } }
    }
  })
  const items = prepared.flatMap((event) => ('item' in event ? [event.item] : []))
  const results = await sendAll(items, (part, timeout) => send(client, part, timeout))
  let next = 0
  return prepared.map((event) => ('result' in event ? event.result : addNotes(results[next++], event.notes)))
}

/** A success says what of the event did not go to Ortto, and what looks wrong in it. */
function addNotes(result: EventResult, notes: readonly string[]): EventResult {
  return notes.length === 0 || result.status >= 400
    ? result
    : { ...result, message: [endSentence(result.message), ...notes].join(' '), notes }
}

type Send<Item> = (items: readonly Item[], timeout: number) => Promise<CallResult<ItemResult[]>>

/** Sends the items in as few requests as possible, one after the other: one result for each, in order. */
async function sendAll<Item extends OrttoContact>(items: readonly Item[], send: Send<Item>): Promise<EventResult[]> {
  const deadline = Date.now() + BATCH_DEADLINE_MS
  const results: EventResult[] = []
  for (const part of chunk(items, MAX_ITEMS)) {
    results.push(...(await sendPart(part, send, deadline)))
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
  const timeout = Math.min(REQUEST_TIMEOUT_MS, (deadline - Date.now()) / 2)
  if (timeout < MIN_TIMEOUT_MS) {
    const message = 'The batch deadline passed before this event was sent.'
    return items.map(() => ({ status: 408, code: 'deadline_passed', message }))
  }
  const response = await send(items, timeout)
  if (!('failure' in response)) {
    return items.map((sent, index) => {
      const { status, code, message } = response.value[index]
      return { status, code, message, sent }
    })
  }
  const { failure, isSent } = response
  if (failure.status === 413 && items.length > 1) {
    const half = Math.ceil(items.length / 2)
    const first = await sendPart(items.slice(0, half), send, deadline)
    return [...first, ...(await sendPart(items.slice(half), send, deadline))]
  }
  return items.map((item) => (isSent ? { ...failure, sent: item } : failure))
}
