import { isEvent, isTrackingCall, readItems, readTrackingCall, TrackingCallError } from '../delivery'
import type { ReadItem, RequestSource } from '../delivery'
import { isRecord } from '../src/values'
import { RequestError } from './request-error'

/** The path for events as Segment delivers them: one, or an array of them */
const EVENTS = '/v1/events'

/** Messages in one request */
const MAX_MESSAGES = 10_000

/** An item of a message. All items of one message have the same source object. */
export type MessageItem = ReadItem & { source: RequestSource }

/** The items of one message of a request: more than one if the message is an envelope of several events. */
export type Message = readonly MessageItem[]

/** True for a path that accepts events. */
export function isEventPath(path: string): boolean {
  return path === EVENTS || (path.startsWith('/v1/') && isTrackingCall(path.slice('/v1/'.length)))
}

/**
 * The messages of a request, in their order.
 * @param path for which `isEventPath` is true
 * @param now when it was received. Milliseconds since 1970
 * @throws RequestError 400 or 413
 */
export function readMessages(path: string, body: unknown, now: number): Message[] {
  const values: unknown[] = path !== EVENTS ? readCall(path, body, now) : Array.isArray(body) ? body : [body]
  if (values.length > MAX_MESSAGES) {
    throw new RequestError(413, 'too_many_events', `A request must not have more than ${MAX_MESSAGES} events.`)
  }
  return values.map((value, index) => {
    const source: RequestSource = { kind: 'request', path, index }
    const raw = write(value)
    return path === EVENTS ? readDelivered(raw, source) : [toItem(value, raw, source)]
  })
}

function readCall(path: string, body: unknown, now: number): object[] {
  if (!isRecord(body)) {
    throw new RequestError(400, 'not_an_object', 'The body is not a JSON object.')
  }
  try {
    return readTrackingCall(path.slice('/v1/'.length), body, now)
  } catch (error) {
    if (error instanceof TrackingCallError) {
      throw new RequestError(error.code === 'too_many_events' ? 413 : 400, error.code, error.message)
    }
    throw tooDeepOr(error)
  }
}

/** An event that Segment has delivered before: it is read like a line of an archive. */
function readDelivered(raw: string, source: RequestSource): Message {
  const bytes = Buffer.from(raw)
  return readItems(source, { size: bytes.length, bytes }, 'message').map((item) => ({ ...item, source }))
}

function toItem(event: unknown, raw: string, source: RequestSource): MessageItem {
  const item = { source, size: Buffer.byteLength(raw), raw }
  const message = 'This message has no "type", such as "track", so it is not an event.'
  return isEvent(event) ? { ...item, event } : { ...item, problem: { code: 'not_an_event', message } }
}

function write(value: unknown): string {
  try {
    return JSON.stringify(value)
  } catch (error) {
    throw tooDeepOr(error)
  }
}

/** JSON.stringify cannot write every depth that JSON.parse can read. */
function tooDeepOr(error: unknown): unknown {
  return error instanceof RangeError
    ? new RequestError(400, 'too_deep', 'The body is nested too deep: thousands of levels.')
    : error
}
