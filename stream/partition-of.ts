import { createHash } from 'crypto'
import { idOf } from '../delivery'

/**
 * The partition of an event: that of its user id, or of its anonymous id when there is none; one without ids, which
 * Ortto does not take, may be anywhere. Every process and every version must give the same.
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
