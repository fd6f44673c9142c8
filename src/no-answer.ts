import type { Outcome } from './types'

const CAUSES = new Map([
  ['ECONNREFUSED', 'the connection was refused'],
  ['ECONNRESET', 'the connection broke off'],
  ['EPIPE', 'the connection broke off'],
  ['ERR_STREAM_PREMATURE_CLOSE', 'the connection broke off'],
  ['ENOTFOUND', 'its address was not found (check the region, the second and third letter of the API key)'],
  ['EAI_AGAIN', 'its address could not be looked up'],
  ['EHOSTUNREACH', 'there is no route to it'],
  ['ENETUNREACH', 'there is no route to it']
])

/** The request client gives up waiting in several ways, each with a mark of its own in one of four members. */
const TIMEOUT_MARKS = new Set<unknown>(['ETIMEDOUT', 'request-timeout', 'body-timeout', 'AbortError', 408])

/**
 * Why a request ended without an answer that could be read to its end.
 * `error` is what the request client threw: its own classes and node-fetch's have little in common.
 */
export function explainNoAnswer(error: unknown): Outcome {
  const code = String(member(error, 'code'))
  const marks = [code, member(error, 'type'), member(error, 'name'), member(error, 'status')]
  if (marks.some((mark) => TIMEOUT_MARKS.has(mark))) {
    return { status: 408, message: 'No complete answer came from Ortto in time.' }
  }
  if (marks.includes('max-size')) {
    return { status: 502, message: "Ortto's answer was too large to be read." }
  }
  const cause = CAUSES.get(code) ?? String(member(error, 'message') ?? error)
  return { status: 503, message: `No answer came from Ortto: ${cause}.` }
}

function member(error: unknown, key: string): unknown {
  return typeof error === 'object' && error !== null ? Reflect.get(error, key) : undefined
}
