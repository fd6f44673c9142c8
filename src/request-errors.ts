import type { ItemResult } from './types'

const CAUSES = new Map([
  ['ECONNREFUSED', 'the connection was refused'],
  ['ECONNRESET', 'the connection broke'],
  ['EPIPE', 'the connection broke'],
  ['ERR_STREAM_PREMATURE_CLOSE', 'the connection broke'],
  ['ENOTFOUND', 'its address was not found (check the region, the second and third letter of the API key)'],
  ['EAI_AGAIN', 'its address could not be looked up'],
  ['EHOSTUNREACH', 'there is no route to it'],
  ['ENETUNREACH', 'there is no route to it']
])

/** The request client reports a timeout in several ways, each with a mark of its own in one of four members. */
const TIMEOUT_MARKS = new Set<unknown>(['ETIMEDOUT', 'request-timeout', 'body-timeout', 'AbortError', 408])

/**
 * Explains why a request ended without a response that could be read to its end: 408 when it took too long, 502 when it
 * was too large, 503 when the connection failed, and 500 for every other exception.
 * @param error what the request client threw: its own classes and node-fetch's have little in common
 */
export function explainRequestError(error: unknown): ItemResult {
  const code = String(readMember(error, 'code'))
  const name = readMember(error, 'name')
  const marks = [code, readMember(error, 'type'), name, readMember(error, 'status')]
  if (marks.some((mark) => TIMEOUT_MARKS.has(mark))) {
    return { status: 408, code: 'timeout', message: 'Ortto did not complete its response in time.' }
  }
  if (marks.includes('max-size')) {
    return { status: 502, code: 'unconfirmed', message: "Ortto's response was too large to read." }
  }
  const cause = CAUSES.get(code) ?? (name === 'FetchError' ? messageOf(error) : undefined)
  return cause === undefined
    ? explainException(error)
    : { status: 503, code: 'unreachable', message: `Ortto could not be reached: ${cause}.` }
}

/** The result of an event when our code, the framework or the runtime threw something that nobody expected. */
export function explainException(error: unknown): ItemResult {
  return { status: 500, code: 'unexpected_error', message: `Unexpected error in the destination: ${messageOf(error)}` }
}

function messageOf(error: unknown): string {
  return String(readMember(error, 'message') ?? error)
}

function readMember(error: unknown, key: string): unknown {
  return typeof error === 'object' && error !== null ? Reflect.get(error, key) : undefined
}
