import { resolveAudienceMembership } from '@segment/actions-core'
import type { SegmentEvent } from '@segment/actions-core'
import * as net from 'net'
import type { ComparedEvent, Difference } from './compare'
import type { ResponseKind } from './responses'
import { isOursTrue } from './truth'

/** Says whether a difference belongs to a class. */
export type Matches = (difference: Difference) => boolean

/** A difference that belongs to an event, and the event. */
type OfEvent = Difference & { event: ComparedEvent }

export const SUCCESS = 'success 200'
export const NEVER_ENDS = 'never ends'
export const FAILURE_WITHOUT_STATUS = 'failure'

export function any(...all: Matches[]): Matches {
  return (difference) => all.some((matches) => matches(difference))
}

export function ofEvent(matches: (difference: OfEvent) => boolean): Matches {
  return ({ event, ...rest }) => event !== undefined && matches({ ...rest, event })
}

/** A difference in the result, where ours is what the event deserves. */
export function result(matches: (difference: OfEvent) => boolean): Matches {
  return ofEvent((one) => one.about === 'result' && isOursTrue(one.of, one.event) && matches(one))
}

/** A difference in another fact about the result, where ours is what the event deserves. */
export function resultFact(
  fact: string,
  live: unknown,
  ours: unknown,
  matches: (difference: OfEvent) => boolean
): Matches {
  return ofEvent(
    (one) =>
      one.about === `result.${fact}` &&
      one.live === live &&
      one.ours === ours &&
      isOursTrue(one.of, one.event) &&
      matches(one)
  )
}

/** An event that only ours sends, and its result. */
export function onlyOursSends(matches: (event: ComparedEvent, difference: OfEvent) => boolean): Matches {
  return eventOrResult(
    (one) =>
      one.event.ourItem !== undefined &&
      one.event.liveItem === undefined &&
      one.event.live.outcome !== 'success' &&
      matches(one.event, one)
  )
}

/** An event that ours does not send, and its result with this status. */
export function oursDoesNotSend(
  status: number,
  matches: (event: ComparedEvent, difference: OfEvent) => boolean
): Matches {
  return eventOrResult(
    (one) => one.event.ourItem === undefined && one.event.ours.status === status && matches(one.event, one)
  )
}

/** Whether the event is sent, and everything about its result, where ours is what the event deserves. */
function eventOrResult(matches: (difference: OfEvent) => boolean): Matches {
  return ofEvent((one) => /^(item|result(\..+)?)$/.test(one.about) && isOursTrue(one.of, one.event) && matches(one))
}

/** Only ours says in a success what is special. */
export function hasNote(matches: (event: ComparedEvent) => boolean): Matches {
  return resultFact('hasNote', false, true, ({ event }) => matches(event))
}

/** A member of the item. */
export function member(path: RegExp, matches: (difference: OfEvent) => boolean): Matches {
  return ofEvent((one) => path.test(one.about) && matches(one))
}

/** A member of the item that only the live destination sends. */
export function leftOut(path: RegExp, matches: (live: unknown, difference: OfEvent) => boolean): Matches {
  return member(path, (one) => one.ours === undefined && matches(one.live, one))
}

export function responds({ of }: OfEvent, ...kinds: ResponseKind[]): boolean {
  return kinds.includes(of.response.kind)
}

export function isSuccessOrNoStatus({ live }: OfEvent): boolean {
  return live === SUCCESS || live === FAILURE_WITHOUT_STATUS
}

/** True when the live destination threw, which gives all events of a batch one status. */
export function failsWholeBatch({ of, event }: OfEvent): boolean {
  return of.mode === 'batch' && event.live.outcome === 'failure' && event.live.reporter === undefined
}

export function isContact({ of }: Difference): boolean {
  return of.action === 'upsertContactProfile'
}

/** An activity that Ortto itself has sent to Segment */
export function isFromOrtto(payload: { namespace?: unknown }): boolean {
  return payload.namespace === 'ortto.com'
}

export function isRecord(value: unknown): value is { [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isBlank(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '')
}

export function isIPv4(value: unknown): boolean {
  return net.isIPv4(String(value))
}

/** True when a text is what the framework makes of a value where a text is asked for. */
export function isTextOf(text: unknown, value: unknown): boolean {
  return typeof text === 'string' && text === String(value)
}

/** A text that a program wrote in place of an id that it did not have */
export function isMissingValue(value: unknown): boolean {
  return (
    typeof value === 'string' &&
    ['undefined', 'null', 'NaN', '[object Object]', '[object Undefined]'].includes(value.trim())
  )
}

/** True when a value is nested more than 1,000 levels deep. */
export function isDeep(value: unknown): boolean {
  let level: unknown[] = [value]
  for (let depth = 0; depth < 1000; depth += 1) {
    level = level.flatMap((one): unknown[] => (typeof one === 'object' && one !== null ? Object.values(one) : []))
  }
  return level.length > 0
}

export function isZero(value: unknown): boolean {
  return value === 0 || value === false
}

export function modeOf(audience: unknown): unknown {
  return isRecord(audience) ? audience.mode : undefined
}

/** What an event of an Engage audience or journey does to an audience */
export function modeFor(raw: SegmentEvent): 'add' | 'remove' | undefined {
  const membership = resolveAudienceMembership({ ...raw })
  return membership === undefined ? undefined : membership ? 'add' : 'remove'
}

export function traitsOf(raw: SegmentEvent): { [key: string]: unknown } {
  return isRecord(raw.traits) ? raw.traits : {}
}

export function addressOf(raw: SegmentEvent): { [key: string]: unknown } | undefined {
  const contextTraits: unknown = raw.context?.traits
  const places = [traitsOf(raw).address, isRecord(contextTraits) ? contextTraits.address : undefined]
  return places.find(isRecord)
}

/** A date and time with a zone, as nearly every event has it. */
export function isUsualTime(value: unknown): boolean {
  const text = String(value)
  const date = text.slice(0, 'yyyy-mm-dd'.length)
  return (
    /^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/.test(text) &&
    readDay(`${date}T00:00:00Z`)?.toISOString().startsWith(date) === true
  )
}

/** True when a timestamp in UTC names the same day as another one, give or take the two days of zones. */
export function isSameDay(given: unknown, utc: unknown): boolean {
  const day = readDay(given)
  return (
    day !== undefined &&
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(String(utc)) &&
    Math.abs(Date.parse(String(utc)) - day.getTime()) <= 2 * DAY_MS
  )
}

const DAY_MS = 86_400_000

/** Reads the day of a timestamp: a date at the beginning, or seconds or milliseconds since 1970. */
function readDay(value: unknown): Date | undefined {
  const text = String(value).trim()
  const [, year, month, day] = /^(\d{4})-?(\d\d)-?(\d\d)(?!\d)/.exec(text) ?? []
  const number = Number(text)
  const time = year === undefined ? number * (number < 1e11 ? 1000 : 1) : Date.UTC(+year, +month - 1, +day)
  return Number.isNaN(time) || (year === undefined && number < 1e8) ? undefined : new Date(time)
}
