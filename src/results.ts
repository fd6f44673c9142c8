import {
  APIError,
  InvalidAuthenticationError,
  MultiStatusResponse,
  PayloadValidationError,
  getErrorCodeFromHttpStatus
} from '@segment/actions-core'
import type { ErrorCodes } from '@segment/actions-core'
import type { ItemResult, OrttoActivity, OrttoContact } from './types'

/** The result of one event, as Segment shows it to the customer. */
export interface EventResult extends ItemResult {
  /** What went to Ortto. An event that was ignored or rejected here has none, and Ortto is not blamed for it. */
  sent?: OrttoContact | OrttoActivity
  /** Sentences about what was left out of a success, and what looks wrong in it. The message has them already. */
  notes?: readonly string[]
}

/**
 * Where a result of a batch keeps its code and its notes, for programs that run this destination themselves: they need
 * not read them out of the message. JSON has no symbols, so the customer's results are the same without them.
 */
export const RESULT_DETAILS = Symbol('details of the result')

/** What {@link RESULT_DETAILS} leads to. */
export type ResultDetails = Pick<EventResult, 'code' | 'notes'>

/** True for the statuses of a failure that Segment retries. */
export function isRetryable(status: number): boolean {
  return status === 408 || status === 423 || status === 429 || (status >= 500 && status !== 501)
}

/** The results of a batch, one for each event in its place. */
export function toMultiStatusResponse(results: readonly EventResult[]): MultiStatusResponse {
  const response = new MultiStatusResponse()
  for (const result of results) {
    const { status, code, message, sent, notes } = result
    const details: ResultDetails = { code, notes }
    if (status < 400) {
      const node = { status, body: message, sent: sent ?? {}, [RESULT_DETAILS]: details }
      response.pushSuccessResponse(node)
    } else {
      const node = { status, errortype: readErrorType(result), errormessage: message, sent, [RESULT_DETAILS]: details }
      response.pushErrorResponse(node)
    }
  }
  return response
}

/**
 * The result of an event that came alone, where only a thrown error counts as a failure.
 * @throws PayloadValidationError when it was rejected here, InvalidAuthenticationError when the API key is malformed or
 * Ortto responded with 401, APIError with the status for everything else.
 */
export function successOrThrow(result: EventResult): EventResult {
  const { status, message } = result
  if (status < 400) {
    return result
  }
  switch (readErrorType(result)) {
    case 'PAYLOAD_VALIDATION_FAILED':
      throw new PayloadValidationError(message)
    case 'INVALID_AUTHENTICATION':
      throw new InvalidAuthenticationError(message)
    default:
      throw new APIError(message, status)
  }
}

function readErrorType({ status, sent }: EventResult): keyof typeof ErrorCodes {
  if (status === 401) {
    return 'INVALID_AUTHENTICATION'
  }
  return status === 400 && !sent ? 'PAYLOAD_VALIDATION_FAILED' : getErrorCodeFromHttpStatus(status)
}
