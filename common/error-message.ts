import { isNativeError } from 'util/types'

/** The message of an error. Whatever else was thrown is written as text. */
export function errorMessage(error: unknown): string {
  return isNativeError(error) ? error.message : String(error)
}
