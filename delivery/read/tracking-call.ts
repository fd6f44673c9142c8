import { randomUUID } from 'crypto'
import { isObject } from './normalize-traits'
import type { Members } from './normalize-traits'
import { correctTimestamp, repairObjects } from './normalize'
import { withCommon } from './unwrap'

/** The calls of Segment's HTTP API, and the short paths that analytics.js uses for them. */
const TYPES = new Map(
  ['identify', 'track', 'page', 'screen', 'group', 'alias'].flatMap((type) => [
    [type, type],
    [type[0], type]
  ])
)
const BATCHES = ['batch', 'b', 'import']

/** Messages of a batch, and characters of its context and integrations when they are copied to each message. */
const MAX_MESSAGES = 20_000
const MAX_COMMON = 64 * 1024 * 1024

/** The body of a call cannot be used. The message says why. */
export class TrackingCallError extends Error {
  constructor(readonly code: 'not_a_batch' | 'too_many_events', message: string) {
    super(message)
  }
}

/** True for a call of Segment's tracking API, such as `track` or `batch`. */
export function isTrackingCall(call: string): boolean {
  return TYPES.has(call) || BATCHES.includes(call)
}

/**
 * The events of a call of Segment's tracking API, as Segment passes them to a destination.
 * @param call for which `isTrackingCall` is true
 * @param now when it was received. Milliseconds since 1970
 * @throws TrackingCallError
 */
export function readTrackingCall(call: string, body: Members, now: number): object[] {
  const type = TYPES.get(call)
  const messages = type === undefined ? listMessages(body) : [{ ...body, type }]
  return messages.map((message) => asDelivered(message, now))
}

/** The messages of a batch, each with what the batch says of all of them. */
function listMessages(body: Members): Members[] {
  const { batch, context, integrations } = body
  if (!Array.isArray(batch)) {
    throw new TrackingCallError('not_a_batch', 'A batch needs an array "batch"')
  }
  const common = JSON.stringify({ context, integrations }).length
  if (batch.length > MAX_MESSAGES || batch.length * common > MAX_COMMON) {
    throw new TrackingCallError('too_many_events', 'The batch is too large. Send fewer messages at once.')
  }
  return batch.map((message: unknown, index) => {
    if (!isObject(message)) {
      throw new TrackingCallError('not_a_batch', `batch[${index}] is not an object`)
    }
    return withCommon(body, message)
  })
}

/**
 * A message as Segment passes it to a destination, with a message ID and the times that Segment sets. The timestamp is
 * corrected for the error of the sender's clock.
 */
function asDelivered({ writeKey: _, ...message }: Members, now: number): object {
  const originalTimestamp = message.originalTimestamp ?? message.timestamp
  const receivedAt = new Date(now).toISOString()
  const event = {
    ...message,
    messageId: message.messageId ?? `api-${randomUUID()}`,
    originalTimestamp,
    receivedAt,
    timestamp: correctTimestamp({ ...message, originalTimestamp, receivedAt }) ?? originalTimestamp ?? receivedAt
  }
  return repairObjects(event)?.event ?? event
}
