import {
  APIError,
  InvalidAuthenticationError,
  MultiStatusResponse,
  PayloadValidationError,
  getErrorCodeFromHttpStatus
} from '@segment/actions-core'
import type { ErrorCodes } from '@segment/actions-core'
import type { OrttoActivity, OrttoContact, Outcome } from './types'

/** What became of one event: the truth that Segment shows to the customer. */
export interface EventResult extends Outcome {
  /** What went to Ortto. An event that was ignored or refused here has none, and Ortto is not blamed for it. */
  sent?: OrttoContact | OrttoActivity
}

/** The results of a batch, one for each event in its place. */
export function toMultiStatusResponse(results: readonly EventResult[]): MultiStatusResponse {
  const response = new MultiStatusResponse()
  for (const result of results) {
    const { status, message, sent } = result
    if (status < 400) {
      response.pushSuccessResponse({ status, body: message, sent: sent ?? {} })
    } else {
      response.pushErrorResponse({ status, errortype: errorType(result), errormessage: message, sent })
    }
  }
  return response
}

/**
 * The result of an event that came alone, where only a thrown error counts as a failure.
 * @throws PayloadValidationError when it was refused here, InvalidAuthenticationError when the API key is malformed or
 * Ortto answered 401, APIError with the status for everything else.
 */
export function successOrThrow(result: EventResult): EventResult {
  const { status, message } = result
  if (status < 400) {
    return result
  }
  switch (errorType(result)) {
    case 'PAYLOAD_VALIDATION_FAILED':
      throw new PayloadValidationError(message)
    case 'INVALID_AUTHENTICATION':
      throw new InvalidAuthenticationError(message)
    default:
      throw new APIError(message, status)
  }
}

function errorType({ status, sent }: EventResult): keyof typeof ErrorCodes {
  if (status === 401) {
    return 'INVALID_AUTHENTICATION'
  }
  return status === 400 && !sent ? 'PAYLOAD_VALIDATION_FAILED' : getErrorCodeFromHttpStatus(status)
}
