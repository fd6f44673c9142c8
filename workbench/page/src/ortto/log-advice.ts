import type { ShownLogEntry } from '../../../server/log'
import { adviceForActivity } from '../events/what-to-do'
import type { Advice } from '../events/what-to-do'
import { findNearest } from '../parts/nearest'
import { isRecord } from './values'

const FIELDS = { label: 'Map the traits', path: '/ortto/fields' }
const MAPPINGS = { label: "Open Segment's mappings", path: '/mappings' }
const FIX = { text: 'Fix this in the mapping or in the event.', link: MAPPINGS }

/** The code of an entry, and the values that some advice names. */
type AdvisedEntry = Pick<ShownLogEntry, 'code' | 'cause' | 'key'> & { item?: unknown }

/** What to do about an entry of the error log. @param activities the names of the mapped activities */
export function adviceForEntry({ code, cause, key, item }: AdvisedEntry, activities: readonly string[] = []): Advice {
  const values = isRecord(item) ? item : {}
  if (code === 'contact_not_stored' && cause !== undefined) {
    const { text, link } = adviceForEntry({ code: cause, item })
    return { text: `The activity is stored, but not its traits. ${text}`, link }
  }
  if (code === 'no_activity_mapping' && findNearest(String(values.event), activities) !== undefined) {
    return adviceForActivity(item, { activities })
  }
  return code === 'value_skipped' ? adviceForSkipped(values, key) : adviceForCode(code, values)
}

function adviceForCode(code: ShownLogEntry['code'], item: Record<string, unknown>): Advice {
  switch (code) {
    case 'no_contact_mapping':
      return { text: 'Save a trait mapping first. The event is kept as a sample.', link: FIELDS }
    case 'no_activity_mapping':
      return {
        text: 'Map the activity first. The event is kept as a sample.',
        link: toActivity(item, 'Map the activity')
      }
    case 'too_old':
      return {
        text: 'Keep the activity longer, or do not send events that are older than its retention period.',
        link: toActivity(item, 'Change the retention')
      }
    case 'nothing_new':
      return {
        text: 'Nothing to fix: the contact already has these values, or the merge setting keeps its own.',
        link: { label: 'See the merge setting', path: '/ortto/source' }
      }
    case 'nothing_valid':
      return { text: 'Map at least one trait to a field with a matching type.', link: FIELDS }
    case 'invalid_item':
      return item.user_id || item.anonymous_id
        ? FIX
        : { text: 'Map the User ID or the Anonymous ID to an id in your events.', link: MAPPINGS }
    case 'unknown_audience':
      return {
        text: 'Connect the mapping to an audience that Segment created.',
        link: { label: 'See the audiences', path: '/ortto/audiences' }
      }
    case 'rate_limited':
      return {
        text: 'Segment sends the event again. If this continues, send fewer events or raise the plan.',
        link: { label: 'See the limits', path: '/ortto/limits' }
      }
    default:
      return FIX
  }
}

/** About the value of one trait or property that was skipped, while the rest of the event was stored. */
function adviceForSkipped(item: Record<string, unknown>, key = ''): Advice {
  const text = 'The rest of the event was stored. Choose a type and format that match the value, or fix the source.'
  const { traits, properties } = item
  const isTrait = isRecord(traits) && Object.prototype.hasOwnProperty.call(traits, key)
  return isRecord(properties) && !isTrait
    ? { text, link: toActivity(item, 'Change the attribute') }
    : { text, link: { label: 'Change the field', path: `/ortto/fields?search=${encodeURIComponent(key)}` } }
}

function toActivity({ event }: Record<string, unknown>, label: string): Advice['link'] {
  return { label, path: pathOfActivity(typeof event === 'string' ? event : undefined) }
}

/** The address where an activity's mapping is edited; without a name, the address of all mappings. */
export function pathOfActivity(name?: string): string {
  return name === undefined ? '/ortto/activities' : `/ortto/activities?activity=${encodeURIComponent(name)}`
}
