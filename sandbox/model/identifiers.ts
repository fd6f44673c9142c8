import type { ContactItem } from './items'
import type { Identifier } from './records'

/** An identifier as the key of a map. */
export function toKey({ kind, value }: Identifier): string {
  return `${kind}\n${value}`
}

/** The ids of an item. The user id comes first, since it outranks the anonymous id. */
export function idsOf({ user_id, anonymous_id }: ContactItem): Identifier[] {
  return [
    ...(user_id ? [{ kind: 'user id', value: user_id }] : []),
    ...(anonymous_id ? [{ kind: 'anonymous id', value: anonymous_id }] : [])
  ]
}
