import type { SegmentEvent } from '@segment/actions-core'
import { isRecord } from '../../src/values'

/**
 * Whether an event's `integrations` let it go to a destination: `{ "All": false }` keeps it from every destination
 * that is not named, `{ "Ortto (Actions)": false }` from that one. Without a word about it, it goes.
 *
 * Names are case sensitive, as in Segment's documents. A destination may be named with options in place of `true`, so
 * any value but `false` lets the event go; null says nothing. Segment's own Go library writes `all` for `All`.
 *
 * @param names all that the destination is called by; a `false` for one of them outweighs what the others have
 */
export function isMeantFor({ integrations }: Pick<SegmentEvent, 'integrations'>, names: readonly string[]): boolean {
  // Events come from outside, so nothing is known of the type. Entries are own members only.
  const given: unknown = integrations
  if (!isRecord(given)) {
    return true
  }
  const flags = new Map<string, unknown>(Object.entries(given))
  const named = names.map((name) => flags.get(name) ?? undefined).filter((flag) => flag !== undefined)
  return named.length > 0 ? !named.includes(false) : (flags.get('All') ?? flags.get('all')) !== false
}
