import type { ContactItem } from './items'
import type { Identifier } from './records'

/** An identifier as the key of a map. */
export function toKey({ kind, value }: Identifier): string {
  return `${kind}\n${value}`
}

/**
 * True when two lists of ids are those of different users, although they may share an anonymous id: a user id outranks
 * it.
 */
export function areOtherUsers(ids: readonly Identifier[], others: readonly Identifier[]): boolean {
  const users = userIdsOf(ids)
  const otherUsers = userIdsOf(others)
  return users.length > 0 && otherUsers.length > 0 && !users.some((user) => otherUsers.includes(user))
}

function userIdsOf(ids: readonly Identifier[]): string[] {
  return ids.filter(({ kind }) => kind === 'user id').map(({ value }) => value)
}

/** The ids of an item. The user id comes first, since it outranks the anonymous id. */
export function idsOf({ user_id, anonymous_id }: ContactItem): Identifier[] {
  return [
    ...(user_id ? [{ kind: 'user id', value: user_id }] : []),
    ...(anonymous_id ? [{ kind: 'anonymous id', value: anonymous_id }] : [])
  ]
}
