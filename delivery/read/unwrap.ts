import { parseJson } from '../../common/parse-json'
import { quoteLargeNumbers } from '../../common/quote-large-numbers'
import { isObject } from './normalize-traits'
import type { Members } from './normalize-traits'

/** Levels of envelopes that are opened. */
const MAX_DEPTH = 5

/** The calls of Segment's libraries */
const TYPES: readonly unknown[] = ['identify', 'track', 'page', 'screen', 'group', 'alias']
/** Each event of Segment has one of them, and hardly any other object has. */
const IDS = ['userId', 'anonymousId', 'messageId']
/** What a batch says of all of its events */
const COMMON = ['sentAt', 'receivedAt', 'request_ip', 'requestIP']
const COMMON_OBJECTS = ['context', 'integrations']

/** True for an event that need not be unwrapped, whatever is in it. */
export function isPlainEvent(value: unknown): boolean {
  return isObject(value) && (TYPES.includes(value.type) || (typeof value.type === 'string' && hasId(value)))
}

/**
 * Finds the events inside another value: in an array, in a batch (`{ "batch": [...] }`), in an envelope, whatever its
 * member is called (`{ "payload": { ... } }`), or in JSON that was escaped into a text. What stands among the events of
 * an array and is none is in the list, too. Undefined when there is no event in the value.
 */
export function unwrapEvents(value: unknown, depth = 0): unknown[] | undefined {
  if (depth > MAX_DEPTH) {
    return undefined
  }
  if (typeof value === 'string') {
    return /^\s*[[{"]/.test(value) ? unwrapEvents(parseText(value), depth + 1) : undefined
  }
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value
    const lists = items.map((item) => unwrapEvents(item, depth + 1))
    return lists.some(Boolean) ? lists.flatMap((list, index) => list ?? [items[index]]) : undefined
  }
  if (!isObject(value)) {
    return undefined
  }
  if (TYPES.includes(value.type) && hasId(value)) {
    return [value]
  }
  if (Array.isArray(value.batch) && value.batch.some(isObject)) {
    const messages = value.batch.map((message: unknown) => (isObject(message) ? withCommon(value, message) : message))
    return messages.flatMap((message) => unwrapEvents(message, depth + 1) ?? [message])
  }
  const lists = Object.values(value).flatMap((member) => {
    const list = unwrapEvents(member, depth + 1)
    return list ? [list] : []
  })
  // With several, nobody knows which of them is meant.
  return lists.length === 1 ? lists[0] : undefined
}

/** A message of a batch, with what the batch says of all of its messages. Its own words outrank those. */
export function withCommon(batch: Members, message: Members): Members {
  const common = COMMON.filter((key) => batch[key] !== undefined).map((key): [string, unknown] => [key, batch[key]])
  const objects = COMMON_OBJECTS.filter((key) => isObject(batch[key])).map((key): [string, unknown] => {
    const [shared, own] = [batch[key], message[key]]
    return [key, isObject(shared) && isObject(own) ? { ...shared, ...own } : own ?? shared]
  })
  return Object.fromEntries([...common, ...Object.entries(message), ...objects])
}

function hasId(event: Members): boolean {
  return IDS.some((id) => event[id] !== undefined && event[id] !== null)
}

function parseText(text: string): unknown {
  const value = parseJson(text)
  // It is read once more only where digits would be lost.
  const quoted = value === undefined ? text : quoteLargeNumbers(text)
  return quoted === text ? value : parseJson(quoted)
}
