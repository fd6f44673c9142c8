import { errorMessage } from './error-message'

/** A file holds something else than JSON. */
class NotJSONError extends Error {}

/**
 * Parses what a file holds as JSON.
 * @throws NotJSONError that says what is wrong without quoting the text, as the parser would: it may be a key
 */
export function parseFile(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const reason = errorMessage(error)
    throw new NotJSONError(`It is not JSON (${reason.replace(/, (\.\.\.)?".*/s, '')})`)
  }
}
