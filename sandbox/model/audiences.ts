import { createHash } from 'crypto'
import { REENTRY_DELAY_MS, SYNCHRONIZATION_INTERVAL_MS } from '../rules'
import type { Clock } from './clock'
import { addHistory } from './history'
import type { Audience, Contact } from './records'

/** The audiences of an account. Their names are case-sensitive and unique. */
export class Audiences {
  private readonly byId = new Map<string, Audience>()
  private readonly byName = new Map<string, Audience>()
  /** Contacts with a membership that may differ from what the last update asked for. */
  private readonly unsynchronized = new Set<Contact>()
  private nextSynchronization: number

  constructor(private readonly clock: Clock) {
    this.nextSynchronization = midnightAfter(clock.now())
  }

  all(): Audience[] {
    return [...this.byId.values()]
  }

  get(id: string): Audience | undefined {
    return this.byId.get(id)
  }

  find(name: string): Audience | undefined {
    return this.byName.get(name)
  }

  /** When the next daily synchronization is due, in milliseconds since 1970. */
  get synchronizesAt(): number {
    return this.nextSynchronization
  }

  /** Restores saved audiences. `contacts` are all contacts of the account. */
  restore(audiences: readonly Audience[], synchronizesAt: number, contacts: Iterable<Contact>): void {
    for (const audience of audiences) {
      this.byId.set(audience.id, audience)
      this.byName.set(audience.name, audience)
    }
    this.nextSynchronization = synchronizesAt
    for (const contact of contacts) {
      if ([...contact.memberships.values()].some(({ isMember, isWanted }) => isMember !== isWanted)) {
        this.unsynchronized.add(contact)
      }
    }
  }

  create(name: string, isFromSegment: boolean): Audience {
    // The same name has the same id after a reset, so that saved mappings with the id still work.
    const id = createHash('sha256').update(name).digest('hex').slice(0, 24)
    const audience = { id, name, isFromSegment }
    this.byId.set(audience.id, audience)
    this.byName.set(name, audience)
    return audience
  }

  /**
   * Adds a contact to an audience, or removes it. A contact that left less than a minute ago is added by the next daily
   * synchronization.
   * @returns true when the membership changed, or the wanted membership
   */
  update(contact: Contact, { name }: Audience, mode: 'add' | 'remove'): boolean {
    const now = this.clock.now()
    const isWanted = mode === 'add'
    const membership = contact.memberships.get(name) ?? { isMember: false, isWanted: false, updatedAt: now }
    contact.memberships.set(name, membership)
    const isWantedChanged = membership.isWanted !== isWanted
    membership.isWanted = isWanted
    membership.updatedAt = now
    if (membership.isMember === isWanted) {
      if (isWantedChanged) {
        addHistory(contact, now, isWanted ? 'already_in_audience' : 'already_out_of_audience', name)
      }
      return isWantedChanged
    }
    if (!isWanted) {
      membership.isMember = false
      membership.leftAt = now
      addHistory(contact, now, 'left_audience', name)
      return true
    }
    if (membership.leftAt !== undefined && now - membership.leftAt < REENTRY_DELAY_MS) {
      this.unsynchronized.add(contact)
      if (isWantedChanged) {
        addHistory(contact, now, 'reentry_deferred', name, new Date(this.nextSynchronization).toISOString())
      }
      return isWantedChanged
    }
    membership.isMember = true
    addHistory(contact, now, 'entered_audience', name)
    return true
  }

  /** Adds the memberships of a contact that is merged. Of two in one audience, the one that was updated later stays. */
  mergeMemberships(contact: Contact, other: Contact): void {
    this.unsynchronized.delete(other)
    this.unsynchronized.add(contact)
    for (const [name, theirs] of other.memberships) {
      const own = contact.memberships.get(name)
      if (!own || theirs.updatedAt > own.updatedAt) {
        contact.memberships.set(name, theirs)
      }
    }
  }

  /** Runs the daily synchronization if it is due: each membership becomes what the last update asked for. */
  synchronize(): void {
    if (this.clock.now() < this.nextSynchronization) {
      return
    }
    for (const contact of this.unsynchronized) {
      for (const [name, membership] of contact.memberships) {
        if (membership.isMember !== membership.isWanted) {
          membership.isMember = membership.isWanted
          addHistory(contact, this.clock.now(), 'added_by_synchronization', name)
        }
      }
    }
    this.unsynchronized.clear()
    this.nextSynchronization = midnightAfter(this.clock.now())
  }
}

/** The next midnight in UTC. */
function midnightAfter(time: number): number {
  return (Math.floor(time / SYNCHRONIZATION_INTERVAL_MS) + 1) * SYNCHRONIZATION_INTERVAL_MS
}
