import type { SegmentEvent } from '@segment/actions-core'
import { quoteLargeNumbers } from '../../common/quote-large-numbers'
import type { NoticeCode } from '../notices'
import { normalizeEvent } from './normalize'
import { isPlainEvent, unwrapEvents } from './unwrap'

/** An event, and its text: JSON that gives the same event. */
export interface ReadEvent {
  event: SegmentEvent
  raw: string
  /** The `_rejected` that it had: why it was rejected before. */
  rejected?: unknown
  /** What was repaired in the event. The text is as it was. */
  notices?: readonly NoticeCode[]
}

/** A value that is not an event, and its text */
interface NoEvent {
  event?: undefined
  raw: string
}

/**
 * The event that a parsed line or message is, as Segment would have delivered it, or a list when other events or values
 * stand around it.
 * @param raw its text
 */
export function toEvents(value: unknown, raw: string): ReadEvent | NoEvent | (ReadEvent | NoEvent)[] {
  const quoted = quoteLargeNumbers(raw)
  const isQuoted = quoted !== raw
  const exact: unknown = isQuoted ? JSON.parse(quoted) : value
  if (isPlainEvent(exact)) {
    return toEvent(exact, raw, isQuoted ? ['large_number'] : undefined)
  }
  const notices: NoticeCode[] = isQuoted ? ['unwrapped', 'large_number'] : ['unwrapped']
  const inside = unwrapEvents(exact)?.map((one) => toEvent(one, write(one) ?? raw, notices))
  return inside ?? toEvent(exact, raw, isQuoted ? ['large_number'] : undefined)
}

/** True for an object with a type. Everything else is optional, and checked when the event is mapped. */
export function isEvent(value: unknown): value is SegmentEvent {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
}

/** @param notices what was done to get this value */
function toEvent(value: unknown, raw: string, notices?: readonly NoticeCode[]): ReadEvent | NoEvent {
  if (!isEvent(value)) {
    return { raw }
  }
  const read = '_rejected' in value ? withoutRejection(value, raw) : { event: value, raw }
  const normalized = normalizeEvent(read.event)
  if (normalized && isEvent(normalized.event)) {
    return { ...read, event: normalized.event, notices: [...(notices ?? []), ...normalized.notices] }
  }
  return notices ? { ...read, notices } : read
}

/** Rejected events are written with a `_rejected` that says why. They may be delivered again as they are. */
function withoutRejection({ _rejected, ...event }: SegmentEvent & { _rejected?: unknown }, raw: string): ReadEvent {
  // Where it can't be written, the text keeps its `_rejected`, and a later one replaces it.
  return { event, raw: write(event) ?? raw, rejected: _rejected }
}

/** Undefined for what is nested too deep to be written. */
function write(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}
