import type { SegmentEvent } from '@segment/actions-core'
import ortto from '../../src'
import { isRecord } from '../../src/values'

/**
 * The names by which an event's `integrations` may call this destination: its own in Segment's catalog, Ortto, and that
 * of the classic integration.
 */
export const INTEGRATION_NAMES: readonly string[] = [ortto.name, 'Ortto', 'AutopilotApp']

/**
 * The entry of an event's `integrations` that keeps the event from a destination: `{ "All": false }` keeps it from each
 * destination that is not named, `{ "Ortto (Actions)": false }` from that one. Undefined when the event may be sent.
 *
 * Names are case sensitive, as in Segment's documents. A destination may be named with options in place of `true`, so
 * any value but `false` lets the event go; null says nothing. Segment's own Go library writes `all` for `All`.
 *
 * @param names all that the destination is called by; a `false` for one of them outweighs the values of the others
 */
export function findDisabledName(
  { integrations }: Pick<SegmentEvent, 'integrations'>,
  names: readonly string[]
): string | undefined {
  // Events come from outside, so nothing is known of the type. Entries are own members only.
  const given: unknown = integrations
  if (!isRecord(given)) {
    return undefined
  }
  const flags = new Map<string, unknown>(Object.entries(given))
  const named = names.filter((name) => (flags.get(name) ?? undefined) !== undefined)
  if (named.length > 0) {
    return named.find((name) => flags.get(name) === false)
  }
  const all = (flags.get('All') ?? undefined) === undefined ? 'all' : 'All'
  return flags.get(all) === false ? all : undefined
}
