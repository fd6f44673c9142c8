import type { LogEntry } from '../../../../sandbox'
import type { Advice } from '../parts/what-to-do'
import { nameOfSkipped } from './skipped'
import { isRecord } from './values'

type Rule = [pattern: RegExp, advise: (item: Record<string, unknown>, found: RegExpExecArray) => Advice]

const FIELDS = { label: 'Map the traits', path: '/ortto/fields' }
const MAPPINGS = { label: "Open Segment's mappings", path: '/mappings' }

/** By what the log says; the first that matches holds. */
const RULES: Rule[] = [
  [
    /^The activity is queued, but its contact was not stored: ([^]*)$/,
    (item, [, reason]) => {
      const { text, link } = adviceForEntry({ message: reason, item })
      return { text: `The activity is stored. Of its traits: ${text}`, link }
    }
  ],
  [
    /^No mappings configured for contacts/,
    () => ({
      text: 'No trait mapping is saved, so Ortto takes no contact. The event is kept as a sample.',
      link: FIELDS
    })
  ],
  [
    /^No mappings configured for the activity/,
    (item) => ({
      text: 'Ortto takes mapped activities only. The event is kept as a sample.',
      link: toActivity(item, 'Map the activity')
    })
  ],
  [
    /^The activity is older than the/,
    (item) => ({
      text: 'Its timestamp is before the retention period. Have Ortto keep the activity longer, or leave the event out.',
      link: toActivity(item, 'Change the retention')
    })
  ],
  [
    /^There is nothing new in it for the contact/,
    () => ({
      text:
        'No harm done: the contact has all of it already, or the merge setting keeps what is there. ' +
        'There is nothing to mend.',
      link: { label: 'See the merge setting', path: '/ortto/source' }
    })
  ],
  [
    /^There is nothing valid in it to store/,
    () => ({ text: 'None of its traits is mapped to a field that takes its value.', link: FIELDS })
  ],
  [/^"[^]*?" was skipped: /, (item, { input }) => skipped(item, nameOfSkipped(input) ?? '')],
  [
    /user_id and anonymous_id is needed/,
    () => ({ text: 'Map the User ID or the Anonymous ID to what your events hold.', link: MAPPINGS })
  ],
  [
    /^audience\.id: Segment has created no audience/,
    () => ({
      text: 'Connect the audience anew in the mapping: its name must not be that of an audience that Segment did not create.',
      link: { label: 'See the audiences', path: '/ortto/audiences' }
    })
  ],
  [
    /^The limit of /,
    () => ({
      text: 'Segment sends the event again. If it lasts, send less or raise the plan.',
      link: { label: 'See the limits', path: '/ortto/limits' }
    })
  ]
]

/** What to do about an entry of the error log. */
export function adviceForEntry({ message, item }: Pick<LogEntry, 'message'> & { item?: unknown }): Advice {
  for (const [pattern, advise] of RULES) {
    const found = pattern.exec(message)
    if (found) {
      return advise(isRecord(item) ? item : {}, found)
    }
  }
  return { text: 'Mend what it names, in the mapping or where the event is made.', link: MAPPINGS }
}

/** The value of one trait or property was left out; the rest was taken. */
function skipped(item: Record<string, unknown>, key: string): Advice {
  const text = 'The rest of the event was taken. Choose the type and format that its values have, or mend the source.'
  const { traits, properties } = item
  const isTrait = isRecord(traits) && Object.prototype.hasOwnProperty.call(traits, key)
  return isRecord(properties) && !isTrait
    ? { text, link: toActivity(item, 'Change the attribute') }
    : { text, link: { label: 'Change the field', path: `/ortto/fields?search=${encodeURIComponent(key)}` } }
}

function toActivity({ event }: Record<string, unknown>, label: string): Advice['link'] {
  return { label, path: pathOfActivity(typeof event === 'string' ? event : undefined) }
}

/** Where an activity's mapping is edited; without a name, where all are. */
export function pathOfActivity(name?: string): string {
  return name === undefined ? '/ortto/activities' : `/ortto/activities?activity=${encodeURIComponent(name)}`
}
