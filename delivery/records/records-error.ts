import { errorMessage } from '../../common/error-message'

/** A file of the records can't be read or written. The delivery stops; the next one may send some events again. */
export class RecordsError extends Error {}

/**
 * Adds to an error what could not be done.
 * @throws RecordsError
 */
export async function wrapErrors<T>(what: string, action: () => Promise<T>): Promise<T> {
  return action().catch((error: unknown) => {
    throw new RecordsError(`${what}: ${errorMessage(error)}.`)
  })
}
