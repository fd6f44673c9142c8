import { abridge } from './abridge'
import type { Account } from './account'
import type { Activity } from './activities'
import { isTakenOver } from './contacts'
import type { Contact } from './contacts'
import type { LogEntry } from './error-log'
import type { Listeners } from './listeners'
import { showActivity, showBriefly } from './show'
import type { BriefContact, ShownActivity } from './show'
import type { ItemAnswer } from './wire'

/** What became of one item of a request to `/v1/identify` or `/v1/track`. */
export interface Taken extends Seen, Done {}

/** An item, and where it came from. */
interface Seen {
  /** The request's header `x-request-id`, when it is 1 to 100 printable ASCII characters. */
  requestId?: string
  kind: 'contact' | 'activity'
  /** Its position in the request */
  index: number
  /** As it was sent; of a very large one the beginning. */
  item: unknown
}

/** What an item did. */
interface Done {
  /** Status 200 is not in the answer to the request, where silence means it. */
  answer: ItemAnswer
  /** The contact that it created, changed, found nothing new for, or whose activity it is; none when there is none. */
  contact?: TouchedContact
  /** The activity that it is; none when it was refused, or is no activity. */
  activity?: ShownActivity | DuplicateActivity
  /** Traits and properties that are not mapped, so that Ortto ignored them; of a refused item perhaps not all. */
  ignored: string[]
  /** What it added to the error log: why it was refused, and (status 200) values that were skipped. */
  log: LogEntry[]
}

interface TouchedContact {
  /** None when the item created it. */
  before?: BriefContact
  after: BriefContact
  /** The numbers of the contacts that this item merged into it. */
  merged: number[]
  /** What waited in the backlog until this item made the contact known. */
  fromBacklog: { attached: number; discarded: number }
  /** The lines that this item added to its story, without the stories of contacts that were merged into it. */
  story: string[]
}

/** An activity that was sent before, and was not stored again. */
interface DuplicateActivity {
  state: 'duplicate'
  reason: string
  event: string
  /** ISO 8601 */
  timestamp: string
}

/** Notes what an account does while it takes one item. */
export class Trace {
  private touched?: { contact: Contact; before?: BriefContact; lines: number }
  private activity?: Activity | DuplicateActivity
  private readonly merged: number[] = []
  private readonly released: Activity[] = []
  private readonly ignored = new Set<string>()
  private readonly log: LogEntry[] = []

  /** A contact that the item created just now. */
  creates(contact: Contact): void {
    this.touched = { contact, lines: 0 }
  }

  /** A contact that was there, before the item changes it. */
  finds(contact: Contact): void {
    this.touched = this.touched ?? { contact, before: showBriefly(contact), lines: contact.story.length }
  }

  merges(other: Contact): void {
    this.merged.push(other.number)
  }

  releases(activities: readonly Activity[]): void {
    activities.forEach((activity) => this.released.push(activity))
  }

  stores(activity: Activity): void {
    this.activity = activity
  }

  repeats(event: string, timestamp: string): void {
    const reason = 'An activity of this message id and timestamp was there before: it was not stored again'
    this.activity = { state: 'duplicate', reason, event, timestamp }
  }

  ignores(name: string): void {
    this.ignored.add(name)
  }

  logs(entry: LogEntry): void {
    this.log.push(entry)
  }

  done(answer: ItemAnswer): Done {
    const { activity } = this
    return {
      answer: { ...answer },
      contact: this.touchedContact(),
      activity: activity && ('attributes' in activity ? showActivity(activity) : activity),
      ignored: [...this.ignored],
      log: this.log.map((entry) => ({ ...entry }))
    }
  }

  private touchedContact(): TouchedContact | undefined {
    if (!this.touched) {
      return undefined
    }
    const { contact, before, lines } = this.touched
    const attached = this.released.filter(({ state }) => state === 'attached').length
    return {
      before,
      after: showBriefly(contact),
      merged: this.merged,
      fromBacklog: { attached, discarded: this.released.length - attached },
      story: contact.story.slice(lines).filter((line) => !isTakenOver(line))
    }
  }
}

/** Has an account take an item, and tells what became of it. */
export function takeWatched(
  account: Account,
  watchers: Listeners<Taken>,
  { item, ...seen }: Seen,
  take: () => ItemAnswer
): ItemAnswer {
  const trace = new Trace()
  const answer = account.traced(trace, take)
  watchers.tell({ ...seen, item: abridge(item), ...trace.done(answer) })
  return answer
}
