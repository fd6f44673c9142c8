import { createHash } from 'crypto'
import { DAY, MINUTE } from './clock'
import type { Clock } from './clock'

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
  /** When the contact left, in milliseconds since 1970. */
  leftAt?: number
}

/** What an update did, in words; and whether anything changed. */
export interface MembershipChange {
  isNew: boolean
  story: string
}

/** The audiences of an account. Names are case-sensitive and unique. */
export class Audiences {
  private readonly byId = new Map<string, Audience>()
  private readonly byName = new Map<string, Audience>()
  /** Memberships that are not yet what was asked for; the daily synchronization sees to them. */
  private readonly unsettled = new Map<Membership, string[]>()
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

  /** Takes over audiences that were saved, with the memberships of all contacts. */
  restore(audiences: readonly Audience[], synchronizesAt: number, memberships: Iterable<[Membership, string[]]>): void {
    for (const audience of audiences) {
      this.byId.set(audience.id, audience)
      this.byName.set(audience.name, audience)
    }
    this.nextSynchronization = synchronizesAt
    for (const [membership, story] of memberships) {
      if (membership.isMember !== membership.isWanted) {
        this.unsettled.set(membership, story)
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
   * the next daily synchronization.
   * @param story where the synchronization tells what it did
   */
  update(membership: Membership, mode: 'add' | 'remove', { name }: Audience, story: string[]): MembershipChange {
    const isWanted = mode === 'add'
    const isAskedAnew = membership.isWanted !== isWanted
    membership.isWanted = isWanted
    this.unsettled.delete(membership)
    if (membership.isMember === isWanted) {
      return { isNew: isAskedAnew, story: `It was ${isWanted ? 'in' : 'out of'} the audience "${name}" already` }
    }
    if (!isWanted) {
      membership.isMember = false
      membership.leftAt = this.clock.now()
      return { isNew: true, story: `Left the audience "${name}"` }
    }
    if (membership.leftAt !== undefined && this.clock.now() - membership.leftAt < MINUTE) {
      this.unsettled.set(membership, story)
      return {
        isNew: isAskedAnew,
        story:
          `Not let back into the audience "${name}": it left less than a minute ago. ` +
          `The daily synchronization lets it in at ${new Date(this.nextSynchronization).toISOString()}`
      }
    }
    membership.isMember = true
    return { isNew: true, story: `Entered the audience "${name}"` }
  }

  /** Does what is due by now: sets the memberships that the last updates asked for. */
  synchronize(): void {
    if (this.clock.now() < this.nextSynchronization) {
      return
    }
    for (const [membership, story] of this.unsettled) {
      membership.isMember = membership.isWanted
      story.push('The daily synchronization let it into the audience')
    }
    this.unsettled.clear()
    this.nextSynchronization = midnightAfter(this.clock.now())
  }
}

/** The next midnight in UTC. */
function midnightAfter(time: number): number {
  return (Math.floor(time / DAY) + 1) * DAY
}
