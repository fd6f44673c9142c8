import { createHash } from 'crypto'
import { idOf } from '../delivery'

/**
 * The partition of an event: a hash of its user ID, or of its anonymous ID if it has no user ID. An event without IDs
 * is rejected later, so any partition will do. The result must be the same in every process and every version.
 */
export function partitionOf(
  event: { userId?: unknown; anonymousId?: unknown },
  text: string,
  partitions: number
): number {
  return (
    createHash('sha256')
      .update(keyOf(event) ?? text)
      .digest()
      .readUInt32BE() % partitions
  )
}

function keyOf({ userId, anonymousId }: { userId?: unknown; anonymousId?: unknown }): string | undefined {
  const user = idOf(userId)
  const visitor = idOf(anonymousId)
  if (user !== undefined) {
    return `user ${user}`
  }
  return visitor === undefined ? undefined : `anonymous ${visitor}`
}
