import type { NoticeCode } from '../notices'
import { isObject, toNormalAddresses, useContextAddress, useContextTraits, withMember } from './normalize-traits'
import type { Members, Repaired } from './normalize-traits'
import { momentOf } from './moment'

/**
 * A line of an archive is not always the event that Segment would have delivered: libraries and RudderStack leave to
 * the pipeline what it adds. Each repair is one function; it returns undefined when there is nothing to repair.
 */
const OBJECT_REPAIRS: readonly Repair[] = [
  dropEmptyValues,
  ...toNormalAddresses,
  useContextAddress,
  useContextTraits,
  useRequestIp
]
const REPAIRS: readonly Repair[] = [...OBJECT_REPAIRS, completeTimestamp]

type Repair = (event: Members) => Repaired | undefined

/** An event as Segment would have delivered it. */
interface Normalized {
  event: object
  notices: readonly NoticeCode[]
}

/** Normalizes an event, without changing the object. Undefined, which costs least, when it is as it should be. */
export function normalizeEvent(event: object): Normalized | undefined {
  return applyRepairs(event, REPAIRS)
}

/** Does the same, but for the timestamp: for events that have just been received, and have got one. */
export function repairObjects(event: object): Normalized | undefined {
  return applyRepairs(event, OBJECT_REPAIRS)
}

function applyRepairs(event: object, repairs: readonly Repair[]): Normalized | undefined {
  if (!isObject(event)) {
    return undefined
  }
  let normalized = event
  let notices: NoticeCode[] | undefined
  for (const repair of repairs) {
    const repaired = repair(normalized)
    if (repaired) {
      normalized = repaired.event
      notices = [...(notices ?? []), repaired.notice]
    }
  }
  return notices && { event: normalized, notices }
}

/** Members of an event that are objects */
const OBJECTS = ['properties', 'traits', 'context', 'integrations']

/** PHP writes an empty object as `[]`, and some programs write `''`: they count as absent. */
function dropEmptyValues(event: Members): Repaired | undefined {
  let changed = event
  for (const key of OBJECTS) {
    changed = isEmptyValue(changed[key]) ? withMember(changed, key, undefined) : changed
  }
  const { traits, context } = changed
  if (isObject(traits) && isEmptyValue(traits.address)) {
    changed = withMember(changed, 'traits', withMember(traits, 'address', undefined))
  }
  if (isObject(context)) {
    const { traits: known } = context
    if (isEmptyValue(known)) {
      changed = withMember(changed, 'context', withMember(context, 'traits', undefined))
    } else if (isObject(known) && isEmptyValue(known.address)) {
      const kept = withMember(known, 'address', undefined)
      changed = withMember(changed, 'context', withMember(context, 'traits', kept))
    }
  }
  return changed === event ? undefined : { event: changed, notice: 'empty_value' }
}

function isEmptyValue(value: unknown): boolean {
  return value === '' || (Array.isArray(value) && value.length === 0)
}

/** RudderStack keeps the sender's address beside the context. */
function useRequestIp(event: Members): Repaired | undefined {
  const { request_ip: ip = event.requestIP, context } = event
  const isUsable = typeof ip === 'string' && ip.trim() !== '' && (isAbsent(context) || isObject(context))
  if (!isUsable || (isObject(context) && !isAbsent(context.ip))) {
    return undefined
  }
  return { event: { ...event, context: { ...(isObject(context) ? context : {}), ip } }, notice: 'request_ip' }
}

/** Segment calculates the timestamp from three others, so events of libraries and of RudderStack may have none. */
function completeTimestamp(event: Members): Repaired | undefined {
  const { timestamp, type } = event
  if (momentOf(timestamp) !== undefined) {
    return undefined
  }
  const [notice, found] = readOtherTime(event) ?? []
  if (notice !== undefined) {
    return { event: { ...event, timestamp: found }, notice }
  }
  // Ortto does not date contacts. A timestamp that can't be read is the destination's to report.
  return isAbsent(timestamp) && type !== 'identify' ? { event, notice: 'no_timestamp' } : undefined
}

function readOtherTime({ originalTimestamp, ...event }: Members): [NoticeCode, unknown] | undefined {
  const corrected = correctTimestamp({ originalTimestamp, ...event })
  if (corrected !== undefined) {
    return ['corrected_timestamp', corrected]
  }
  if (momentOf(originalTimestamp) !== undefined) {
    return ['original_timestamp', originalTimestamp]
  }
  return momentOf(event.receivedAt) === undefined ? undefined : ['received_at', event.receivedAt]
}

/**
 * The time of an event by the clock of its receiver, in ISO 8601: receivedAt - (sentAt - originalTimestamp). Undefined
 * when one of them is missing or cannot be read.
 */
export function correctTimestamp(times: {
  originalTimestamp?: unknown
  sentAt?: unknown
  receivedAt?: unknown
}): string | undefined {
  const original = momentOf(times.originalTimestamp)
  const sent = momentOf(times.sentAt)
  const received = momentOf(times.receivedAt)
  if (original === undefined || sent === undefined || received === undefined) {
    return undefined
  }
  const date = new Date(received - (sent - original))
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString()
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '')
}
