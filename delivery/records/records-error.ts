import { isNativeError } from 'util/types'
import { errorMessage } from '../../common/error-message'

/** A file of the records can't be read or written. The delivery stops; the next one may send some events again. */
export class RecordsError extends Error {}

/**
 * Adds to an error what could not be done, and, when the error is of the file system, what to do.
 * @throws RecordsError
 */
export async function wrapErrors<T>(what: string, action: () => Promise<T>, advice?: string): Promise<T> {
  return action().catch((error: unknown) => {
    const isOfSystem = isNativeError(error) && 'code' in error
    throw new RecordsError(`${what}: ${errorMessage(error)}.${advice !== undefined && isOfSystem ? ` ${advice}` : ''}`)
  })
}
