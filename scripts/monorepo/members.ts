/** An object whose members are not known. */
export type Members = { readonly [key: string]: unknown }

export function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null
}

/** The members of an object, or an empty object for any other value. */
export function membersOf(value: unknown): Members {
  return isMembers(value) ? value : {}
}
