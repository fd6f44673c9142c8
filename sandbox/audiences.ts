import { createHash } from 'crypto'
import { DAY, MINUTE } from './clock'
import type { Clock } from './clock'
import { tell } from './contacts'
import type { Contact } from './contacts'

export interface Audience {
  id: string
  name: string
  /** Only these can be changed by Segment. */
  isFromSegment: boolean
}

/** A contact's place in one audience. */
export interface Membership {
  isMember: boolean
  /** The "Segment member" field: what the last update asked for. */
  isWanted: boolean
  /** When that was, in milliseconds since 1970. */
  updatedAt: number
  /** When the contact left, in milliseconds since 1970. */
  leftAt?: number
}

/** The audiences of an account. Names are case-sensitive and unique. */
export class Audiences {
  private readonly byId = new Map<string, Audience>()
  private readonly byName = new Map<string, Audience>()
  /** Contacts of whose memberships one may not be what was asked for; the daily synchronization sees to them. */
  private readonly unsettled = new Set<Contact>()
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

  /** Takes over audiences that were saved, and what the contacts have in them. */
  restore(audiences: readonly Audience[], synchronizesAt: number, contacts: Iterable<Contact>): void {
    for (const audience of audiences) {
      this.byId.set(audience.id, audience)
      this.byName.set(audience.name, audience)
    }
    this.nextSynchronization = synchronizesAt
    for (const contact of contacts) {
      if ([...contact.memberships.values()].some(({ isMember, isWanted }) => isMember !== isWanted)) {
        this.unsettled.add(contact)
      }
    }
  }

  create(name: string, isFromSegment: boolean): Audience {
    // The same name has the same id after a reset, so that mappings that know it go on working.
    const id = createHash('sha256').update(name).digest('hex').slice(0, 24)
    const audience = { id, name, isFromSegment }
    this.byId.set(audience.id, audience)
    this.byName.set(name, audience)
    return audience
  }

  /**
   * Lets a contact into an audience or out of it. Who left less than a minute ago is not let back in by this, but by
   * the next daily synchronization. True when the contact's place changed, or what was asked for.
   */
  update(contact: Contact, { name }: Audience, mode: 'add' | 'remove'): boolean {
    const now = this.clock.now()
    const isWanted = mode === 'add'
    const membership = contact.memberships.get(name) ?? { isMember: false, isWanted: false, updatedAt: now }
    contact.memberships.set(name, membership)
    const isAskedAnew = membership.isWanted !== isWanted
    membership.isWanted = isWanted
    membership.updatedAt = now
    if (membership.isMember === isWanted) {
      if (isAskedAnew) {
        this.tell(contact, `It was ${isWanted ? 'in' : 'out of'} the audience "${name}" already`)
      }
      return isAskedAnew
    }
    if (!isWanted) {
      membership.isMember = false
      membership.leftAt = now
      this.tell(contact, `Left the audience "${name}"`)
      return true
    }
    if (membership.leftAt !== undefined && now - membership.leftAt < MINUTE) {
      this.unsettled.add(contact)
      if (isAskedAnew) {
        this.tell(
          contact,
          `Not let back into the audience "${name}": it left less than a minute ago. ` +
            `The daily synchronization lets it in at ${new Date(this.nextSynchronization).toISOString()}`
        )
      }
      return isAskedAnew
    }
    membership.isMember = true
    this.tell(contact, `Entered the audience "${name}"`)
    return true
  }

  /** Gives a contact the places of another that was merged into it. Of two in one audience the later updated holds. */
  merge(contact: Contact, other: Contact): void {
    this.unsettled.delete(other)
    this.unsettled.add(contact)
    for (const [name, theirs] of other.memberships) {
      const own = contact.memberships.get(name)
      if (!own || theirs.updatedAt > own.updatedAt) {
        contact.memberships.set(name, theirs)
      }
    }
  }

  /** Does what is due by now: sets the memberships that the last updates asked for. */
  synchronize(): void {
    if (this.clock.now() < this.nextSynchronization) {
      return
    }
    for (const contact of this.unsettled) {
      for (const [name, membership] of contact.memberships) {
        if (membership.isMember !== membership.isWanted) {
          membership.isMember = membership.isWanted
          this.tell(contact, `The daily synchronization let it into the audience "${name}"`)
        }
      }
    }
    this.unsettled.clear()
    this.nextSynchronization = midnightAfter(this.clock.now())
  }

  private tell(contact: Contact, what: string): void {
    tell(contact, this.clock.now(), what)
  }
}

/** The next midnight in UTC. */
function midnightAfter(time: number): number {
  return (Math.floor(time / DAY) + 1) * DAY
}
