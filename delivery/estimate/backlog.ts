/** Ortto gives a contact so many of the activities of one day that waited for it, the oldest; the rest is discarded. */
const PER_DAY = 50

/** The ids of an item, as on the wire. At least one is there. */
export interface Ids {
  userId?: string
  anonymousId?: string
}

interface Contact {
  /** It is one with this contact now. */
  mergedInto?: Contact
  /** Activities that it got from the backlog, by their day */
  days?: Map<number, number>
}

/**
 * Counts the activities that wait in Ortto's backlog, because they come before their contact is known.
 *
 * Like Ortto, it knows contacts by their ids; an item that creates or updates one makes its user id and its anonymous
 * id those of one contact. It knows nothing of contacts that Ortto knows already, or merges by their fields.
 *
 * Memory grows with the ids, and for those that are waited for with their days, but not with the activities.
 */
export class Backlog {
  /** Activities that came before their contact was known */
  waited = 0
  /** Those of them whose contact became known later */
  released = 0
  /** Those of these that Ortto discards */
  discarded = 0
  private readonly contacts = new Map<string, Contact>()
  /** Activities that wait, by the ids that they have, and by their day */
  private readonly waiting = new Map<string, Map<number, number>>()
  /** The keys of what waits under two ids, by each of the two */
  private readonly pairs = new Map<string, string[]>()

  /** Activities whose contact has not become known. */
  get stranded(): number {
    return this.waited - this.released
  }

  /**
   * Takes an item that updates a contact, or creates it.
   * @param creates false when there is nothing in it that a new contact could be made of
   */
  upsert(ids: Ids, creates: boolean): void {
    const keys = keysOf(ids)
    const [known, other] = keys.flatMap((key) => this.find(key) ?? [])
    if (!known && !creates) {
      return
    }
    const contact = known ?? {}
    if (other && other !== contact) {
      other.mergedInto = contact
      other.days?.forEach((count, day) => add(daysOf(contact), day, count))
      other.days = undefined
    }
    for (const key of keys) {
      this.contacts.set(key, contact)
      this.pairs.get(key)?.forEach((pair) => this.release(pair, contact))
      this.pairs.delete(key)
      this.release(key, contact)
    }
  }

  /**
   * Takes an activity. True when it waits.
   * @param day of its timestamp: days since 1970, in UTC
   */
  track(ids: Ids, day: number): boolean {
    const keys = keysOf(ids)
    if (keys.some((key) => this.contacts.has(key))) {
      return false
    }
    const key = keys.length === 1 ? keys[0] : JSON.stringify(keys)
    let days = this.waiting.get(key)
    if (!days) {
      days = new Map()
      this.waiting.set(key, days)
      if (keys.length > 1) {
        keys.forEach((id) => this.pairsOf(id).push(key))
      }
    }
    add(days, day, 1)
    this.waited += 1
    return true
  }

  private find(key: string): Contact | undefined {
    let contact = this.contacts.get(key)
    while (contact?.mergedInto) {
      // Each step makes the way shorter for the next time.
      contact.mergedInto = contact.mergedInto.mergedInto ?? contact.mergedInto
      contact = contact.mergedInto
    }
    return contact
  }

  private pairsOf(id: string): string[] {
    const pairs = this.pairs.get(id) ?? []
    this.pairs.set(id, pairs)
    return pairs
  }

  /** Gives a contact what waited for it. */
  private release(key: string, contact: Contact): void {
    this.waiting.get(key)?.forEach((count, day) => {
      const before = contact.days?.get(day) ?? 0
      const kept = Math.max(0, Math.min(count, PER_DAY - before))
      add(daysOf(contact), day, kept)
      this.released += count
      this.discarded += count - kept
    })
    this.waiting.delete(key)
  }
}

function daysOf(contact: Contact): Map<number, number> {
  contact.days ??= new Map()
  return contact.days
}

function add(days: Map<number, number>, day: number, count: number): void {
  days.set(day, (days.get(day) ?? 0) + count)
}

/** The user id first: when each names another contact, the user's is the one that stays. */
function keysOf({ userId, anonymousId }: Ids): string[] {
  return [
    ...(userId === undefined ? [] : [`user ${userId}`]),
    ...(anonymousId === undefined ? [] : [`anonymous ${anonymousId}`])
  ]
}
