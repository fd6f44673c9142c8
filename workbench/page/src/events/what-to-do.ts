import type { ShownMapping, ShownTrace } from '../../../server/trace'
import { findNearest } from '../parts/nearest'

/** Advice about a problem, and a link to where it can be fixed. */
export interface Advice {
  text: string
  /** A view of this page */
  link?: { path: string; label: string }
}

/** Names that are mapped in Ortto, to find the one that was meant. */
interface KnownNames {
  activities: readonly string[]
  traits: readonly string[]
}

/** Advice about one event: about what blocks most. Undefined when there is nothing to do. */
export function adviceForEvent(trace: ShownTrace, known: KnownNames): Advice | undefined {
  if (trace.note !== undefined) {
    return adviceForUnsent(trace)
  }
  const [worst] = trace.mappings
    .filter(({ matches }) => matches)
    .map((mapping) => adviceForMapping(mapping, known))
    .filter((advice) => advice !== undefined)
    .sort((a, b) => a.rank - b.rank)
  return worst
}

/** Advice about an event that was not sent: it is not an event, or not for Ortto. */
export function adviceForUnsent({ mappings, skipped }: Pick<ShownTrace, 'mappings' | 'skipped'>): Advice {
  return skipped === undefined
    ? { text: 'Fix the text: an event is a JSON object with a "type", such as "identify" or "track".' }
    : SKIP_ADVICE[skipped](mappings)
}

const SKIP_ADVICE: Record<NonNullable<ShownTrace['skipped']>, (mappings: readonly ShownMapping[]) => Advice> = {
  disabled_by_integrations: () => ({
    text: 'To send this event to Ortto, remove that entry from its "integrations", or set it to true.'
  }),
  no_consent: () => ({ text: 'The user has not allowed this use of the data, so the event is not sent.' }),
  outside_time_range: () => ({ text: 'Nothing: this event was left out on purpose.' }),
  not_chosen: () => ({ text: 'Nothing: this event was left out on purpose.' }),
  no_matching_mapping: (mappings) => ({
    text:
      mappings.length > 0 && mappings.every(({ enabled }) => !enabled)
        ? 'Every mapping is disabled. Enable one that should match this event.'
        : 'To send such events to Ortto, change the trigger of a mapping, or add a mapping.',
    link: { path: '/mappings', label: 'Mappings' }
  })
}

/** What blocks most has the lowest rank: the whole event, its contact, some of its values. */
const RANKS = { rejected: 1, skipped: 2, unmapped: 3, nothing: 4 }

type RankedAdvice = Advice & { rank: number }

/** Advice about the result in one mapping. Undefined when there is nothing to do. */
function adviceForMapping(mapping: ShownMapping, known: KnownNames): RankedAdvice | undefined {
  const { result, processed } = mapping
  const isRejected = (result?.status ?? 200) >= 400 && result?.outcome !== 'unchanged'
  if (isRejected) {
    return { ...adviceForRejected(mapping, known), rank: RANKS.rejected }
  }
  const view = processed?.kind === 'activity' ? ACTIVITIES : FIELDS
  const skipped = processed?.log.find(({ code }) => code === 'value_skipped')
  if (skipped) {
    const link = { ...view, path: view === FIELDS ? pathOfField(skipped.key) : view.path }
    return {
      text: 'Ortto skipped a value. Choose another type or date format in Ortto, or send the value in that format.',
      link,
      rank: RANKS.skipped
    }
  }
  if ((processed?.unmapped.length ?? 0) > 0) {
    return { ...adviceForUnmapped(mapping, known), rank: RANKS.unmapped }
  }
  return result?.outcome === 'unchanged'
    ? { text: 'Nothing to do: the contact already has this data.', rank: RANKS.nothing }
    : undefined
}

const FIELDS = { path: '/ortto/fields', label: 'Fields' }
const ACTIVITIES = { path: '/ortto/activities', label: 'Activities' }

/** The trait is listed there, although it may not be among the latest samples. */
function pathOfField(key = ''): string {
  const name = encodeURIComponent(key)
  return `/ortto/fields?search=${name}&trait=${name}`
}

function pathOfActivity(name: string): string {
  return `/ortto/activities?activity=${encodeURIComponent(name)}`
}

/** The name of an activity */
function nameOf(item: unknown): string {
  return typeof item === 'object' && item !== null && 'event' in item ? String(item.event) : ''
}

function adviceForUnmapped({ processed }: ShownMapping, { traits }: KnownNames): Advice {
  const unmapped = processed?.kind === 'contact' ? processed.unmapped : []
  const [pair] = unmapped
    .map((trait) => ({ trait, nearest: findNearest(trait, traits) }))
    .filter(({ nearest }) => nearest !== undefined)
  return pair
    ? {
        text: `Ortto has no mapping for “${pair.trait}”. Did you mean “${pair.nearest}”? Names are case-sensitive.`,
        link: { path: pathOfField(pair.nearest), label: 'Fields' }
      }
    : {
        text: `Ortto ignores what is not mapped there, such as “${
          processed?.unmapped[0] ?? ''
        }”. If you need it, map it.`,
        link:
          processed?.kind === 'activity'
            ? { path: pathOfActivity(nameOf(processed.item)), label: 'The activity' }
            : { path: pathOfField(processed?.unmapped[0]), label: 'Fields' }
      }
}

function adviceForRejected(mapping: ShownMapping, known: KnownNames): Advice {
  const { number, result, processed, request } = mapping
  const edit = { path: `/mappings/${number}`, label: 'Edit this mapping' }
  const status = result?.status ?? 0
  if (status === 401 || status === 403) {
    return {
      text: 'Copy the API key again from the data source.',
      link: { path: '/ortto/source', label: 'Data source' }
    }
  }
  if (processed?.result.code === 'no_activity_mapping') {
    return adviceForActivity(processed.item, known)
  }
  if (processed?.result.code === 'too_old') {
    return {
      text: 'Keep this activity longer in Ortto, or send a newer timestamp.',
      link: { path: pathOfActivity(nameOf(processed.item)), label: 'Change the retention' }
    }
  }
  if (processed?.result.code === 'no_contact_mapping') {
    return {
      text: 'In Ortto, map the traits to fields (this event is kept as a sample). Then send the event again.',
      link: FIELDS
    }
  }
  if (status === 422 && (processed?.unmapped.length ?? 0) > 0) {
    return adviceForUnmapped(mapping, known)
  }
  if (status === 429) {
    return {
      text: 'Segment retries the event later. Check how much of the limit is used.',
      link: { path: '/ortto/limits', label: 'Limits' }
    }
  }
  if (result?.isRetryable) {
    return {
      text: 'Segment retries the event. The workbench does not. If a fault is on, switch it off and send the event again.',
      link: { path: '/ortto/clock-and-faults', label: 'Clock and faults' }
    }
  }
  return request
    ? { text: 'Fix this in the mapping or in the event.', link: edit }
    : { text: 'The event was rejected before it was sent. Fix this in the mapping or in the event.', link: edit }
}

/** Advice about an activity that is not mapped. @param item with its name as `event` */
export function adviceForActivity(item: unknown, { activities }: Pick<KnownNames, 'activities'>): Advice {
  const name = nameOf(item)
  const nearest = findNearest(name, activities)
  return nearest === undefined
    ? {
        text: 'In Ortto, add the activity (this event is kept as a sample). Then send the event again.',
        link: { path: name === '' ? ACTIVITIES.path : pathOfActivity(name), label: 'Add the activity' }
      }
    : {
        text:
          `Did you mean “${nearest}”? It is mapped in Ortto, and names are case-sensitive. Send the event with that ` +
          'name, or add this name as an activity too.',
        link: { path: pathOfActivity(nearest), label: `The activity “${nearest}”` }
      }
}
