import { isNativeError } from 'util/types'

/** What an error says; whatever else was thrown, as text. */
export function messageOf(error: unknown): string {
  return isNativeError(error) ? error.message : String(error)
}
