import { createHash } from 'crypto'
import type { SegmentEvent } from '@segment/actions-core'
import { idOf } from './id-of'
import type { ReadItem } from './read-events'

/** What a sample is taken by */
type Kind = 'user' | 'visitor'

/**
 * A share of the users, with all events of each: the same in every run, and a part of any larger sample. An event
 * belongs to its user ID, else to its anonymous ID. Anonymous events of somebody who is known elsewhere in the files
 * belong to that user.
 */
export class Sample {
  /** Anonymous IDs of known users, unless their users are left out and they would be, too */
  private readonly linked = new Map<string, boolean>()

  /** @param share of the users, above 0 and up to 1 */
  private constructor(private readonly share: number) {}

  /**
   * @param share of the users, above 0 and up to 1
   * @param items all events, which are read to learn which anonymous IDs belong to which users
   */
  static async of(share: number, items: AsyncIterable<readonly ReadItem[]>): Promise<Sample> {
    const sample = new Sample(share)
    for await (const list of items) {
      for (const { event } of list) {
        sample.link(event)
      }
    }
    return sample
  }

  has({ userId, anonymousId, messageId }: SegmentEvent): boolean {
    const user = idOf(userId)
    if (user !== undefined) {
      return this.hasId('user', user)
    }
    const visitor = idOf(anonymousId)
    return visitor === undefined
      ? this.hasId('user', String(messageId))
      : this.linked.get(visitor) ?? this.hasId('visitor', visitor)
  }

  /** An anonymous ID that several users share is chosen when one of them is. */
  private link(event: SegmentEvent | undefined): void {
    const [user, visitor] = [idOf(event?.userId), idOf(event?.anonymousId)]
    if (user === undefined || visitor === undefined) {
      return
    }
    const isChosen = this.hasId('user', user)
    if (isChosen || this.linked.has(visitor) || this.hasId('visitor', visitor)) {
      this.linked.set(visitor, isChosen || this.linked.get(visitor) === true)
    }
  }

  private hasId(kind: Kind, id: string): boolean {
    const hash = createHash('sha256').update(`${kind} ${id}`).digest()
    return hash.readUIntBE(0, 6) / 2 ** 48 < this.share
  }
}
