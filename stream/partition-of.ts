import { createHash } from 'crypto'

/**
 * The partition of an event: that of its user id, or of its anonymous id when there is none; one without ids, which
 * Ortto does not take, may be anywhere. Every process and every version must give the same.
 */
export function partitionOf(
  event: { userId?: unknown; anonymousId?: unknown },
  text: string,
  partitions: number
): number {
  const key = idOf('user', event.userId) ?? idOf('anonymous', event.anonymousId) ?? text
  return createHash('sha256').update(key).digest().readUInt32BE() % partitions
}

/** As a delivery tells users apart: 5 and "5" are one. */
function idOf(kind: string, id: unknown): string | undefined {
  return (typeof id === 'string' && id !== '') || typeof id === 'number' ? `${kind} ${id}` : undefined
}
