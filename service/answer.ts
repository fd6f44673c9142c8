import { readProblemError } from '../delivery'
import type { EventReport, MappingResult } from '../delivery'
import type { RequestError } from './request-error'
import type { Pause } from './sink'

/** When a client may send a request again, if nothing else is known */
const RETRY_AFTER_MS = 1000

/** A response: its status, and what its body contains. */
export interface Answer {
  status: number
  retryAfterMs?: number
  body: {
    success: boolean
    /** Says why the request was not processed, or must be sent again. */
    code?: string
    message?: string
    /** One for each event of the request, in their order */
    results?: EventAnswer[]
  }
}

/** What became of one event. */
interface EventAnswer {
  messageId?: string
  /** 200 or 206 for an event that needs no attention */
  status: number
  outcome: string
  code: string
  message: string
  /** The mapping that the result is of */
  mapping?: string
}

/** A result that is not final, so that the client must send the request again. */
export function findUnconfirmed(reports: readonly EventReport[]): MappingResult | undefined {
  return reports.flatMap(({ results }) => results).find(({ isRetryable }) => isRetryable)
}

/**
 * The response about the events of a request: 200 when nothing was rejected, 207 when something was rejected for good,
 * and 429 or 503 when an event is not confirmed. Clients take any 2xx as "do not send again".
 * @param messages the reports of each message
 */
export function answerWith(messages: readonly EventReport[][], pause: Pause | undefined): Answer {
  const results = messages.map(describeMessage)
  const unconfirmed = results.filter(({ outcome }) => outcome === 'retryable')
  if (unconfirmed.length > 0) {
    const isRateLimited = unconfirmed.every(({ status }) => status === 429)
    const message = 'At least one event is not confirmed. Send the whole request again.'
    return {
      status: isRateLimited ? 429 : 503,
      retryAfterMs: pause?.retryAfterMs ?? RETRY_AFTER_MS,
      body: { success: false, code: 'not_confirmed', message, results }
    }
  }
  const isRejected = results.some(({ outcome }) => outcome === 'rejected')
  return { status: isRejected ? 207 : 200, body: { success: !isRejected, results } }
}

/** The response to a request that was not processed. */
export function answerError({ status, code, message, retryAfterMs }: RequestError): Answer {
  return { status, retryAfterMs, body: { success: false, code, message } }
}

/** A message may have several events, and an event several mappings: what needs most attention counts. */
function describeMessage(reports: readonly EventReport[]): EventAnswer {
  const results = reports.flatMap(describeReport)
  return (
    results.find(({ outcome }) => outcome === 'retryable') ??
    results.find(({ outcome }) => outcome === 'rejected') ??
    results[0]
  )
}

function describeReport({ messageId, problem, skipped, results }: EventReport): EventAnswer[] {
  if (problem) {
    const { status } = readProblemError(problem)
    return [{ messageId, status, outcome: 'rejected', ...problem }]
  }
  if (skipped) {
    return [{ messageId, status: 200, outcome: 'skipped', ...skipped }]
  }
  if (results.length === 0) {
    return [{ messageId, status: 200, outcome: 'stored', code: 'stored', message: 'Stored in the stream.' }]
  }
  return results.map(({ mapping, outcome, status, isRetryable, code, message }) => ({
    messageId,
    // Ortto responds with 422 about a contact that it already has.
    status: outcome === 'unchanged' ? 200 : status,
    outcome: isRetryable ? 'retryable' : outcome,
    code,
    message,
    mapping: mapping.name
  }))
}
