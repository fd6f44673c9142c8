import type { ModifiedResponse, RequestClient } from '@segment/actions-core'
import { parseJSON, readMessage, readOutcomes } from './answers'
import { MALFORMED_KEY, parseApiKey, patternOfKey } from './api-key'
import { explainNoAnswer } from './no-answer'
import type { OrttoActivity, OrttoAudience, OrttoContact, Outcome } from './types'
import { clip, isRecord, unlessBlank } from './values'

/** Ortto takes no more items in one request. */
export const MAX_ITEMS = 500

/** Milliseconds until the headers must be there, and as many again until the body must be. */
export const REQUEST_TIMEOUT = 10_000

/** No message of Ortto's is longer than this, in characters. */
const MAX_MESSAGE_LENGTH = 500

/** Bytes of an answer that are read. One that reports a failure for each of 500 events takes far less. */
const MAX_ANSWER = 16 * 1024 * 1024

/** What a call brought, or how it failed, and whether a request was made at all. */
export type CallResult<T> = { value: T } | { failure: Outcome; isSent: boolean }

/**
 * Ortto's API for Segment, one method a call.
 *
 * No method rejects. A failure has Ortto's own status (400 to 599), or 408 when no answer came in time, 502 for a
 * redirect or an answer that makes no sense, 503 when the connection failed.
 */
export class OrttoClient {
  /** With a malformed key no request is made, and every call fails with 401. */
  constructor(private readonly request: RequestClient, private readonly apiKey: string) {}

  /** Asks whether the key is good: a failure with 401 or 403 says that it is not, any other that nobody knows. */
  async me(): Promise<CallResult<undefined>> {
    const answer = await this.call('get', '/me')
    return 'failure' in answer ? answer : { value: undefined }
  }

  /** Creates or updates up to 500 contacts: one outcome for each, in order. */
  async identify(contacts: readonly OrttoContact[], timeout = REQUEST_TIMEOUT): Promise<CallResult<Outcome[]>> {
    return this.sendItems('/identify', contacts, timeout)
  }

  /** Tracks up to 500 activities: one outcome for each, in order. */
  async track(activities: readonly OrttoActivity[], timeout = REQUEST_TIMEOUT): Promise<CallResult<Outcome[]>> {
    return this.sendItems('/track', activities, timeout)
  }

  /** Creates an audience, or finds the one that already has this name. */
  async createAudience(name: string): Promise<CallResult<OrttoAudience>> {
    const answer = await this.call('post', '/audiences/create', { name })
    if ('failure' in answer) {
      return answer
    }
    const { content, present } = answer.value
    const audience = parseJSON(content)
    const id = isRecord(audience) ? unlessBlank(audience.id) : undefined
    if (!isRecord(audience) || id === undefined) {
      const message = present(`Ortto's answer names no audience: ${content}`)
      return { failure: { status: 502, message }, isSent: true }
    }
    return { value: { id, name: unlessBlank(audience.name) ?? name } }
  }

  private async sendItems(
    path: string,
    items: readonly OrttoContact[],
    timeout: number
  ): Promise<CallResult<Outcome[]>> {
    const answer = await this.call('post', path, items, timeout)
    return 'failure' in answer
      ? answer
      : { value: readOutcomes(answer.value.content, items.length, answer.value.present) }
  }

  /** Makes one request. The value is a 2xx answer. */
  private async call(
    method: 'get' | 'post',
    path: string,
    json?: unknown,
    timeout = REQUEST_TIMEOUT
  ): Promise<CallResult<Received>> {
    const account = parseApiKey(this.apiKey)
    if (!account) {
      return { failure: MALFORMED_KEY, isSent: false }
    }
    const present = presenter(account.apiKey)
    let response: ModifiedResponse
    try {
      response = await this.request(`${account.baseUrl}${path}`, {
        ...NODE_FETCH_OPTIONS,
        method,
        headers: { authorization: `Bearer ${account.apiKey}` },
        json,
        timeout,
        // A followed redirect turns the POST into a GET, whose 200 would confirm events that never arrived.
        redirect: 'manual',
        // Without it a body of more than 64 KiB never ends, and a stalled one has no timeout.
        skipResponseCloning: true,
        throwHttpErrors: false
      })
    } catch (error) {
      const problem = problemOfJSON(json)
      const { status, message } = problem ?? explainNoAnswer(error)
      return { failure: { status, message: present(message) }, isSent: problem === undefined }
    }
    const content = response.content.trim()
    return response.ok
      ? { value: { content, present } }
      : { failure: refusal(response.status, content, present), isSent: true }
  }
}

/**
 * Options of node-fetch, on which the request client is built, that its types don't know: a limit for the answer, and
 * no compression. A compressed answer that was cut short would read as an empty one, which confirms everything.
 */
const NODE_FETCH_OPTIONS: object = { compress: false, size: MAX_ANSWER }

/** The body of an answer, and how messages of it are presented: without the key, and of a length that can be read. */
interface Received {
  content: string
  present: (message: string) => string
}

function refusal(status: number, content: string, present: Received['present']): Outcome {
  if (status < 400) {
    return { status: 502, message: `Ortto answered with a redirect (status ${status}), which is not followed.` }
  }
  if (status > 599) {
    return { status: 502, message: `Ortto answered with status ${status}, which has no meaning.` }
  }
  return { status, message: present(readMessage(content) ?? `Ortto answered ${status}, without a reason.`) }
}

/** Why a body could not be written, as if it were too large: it may be, and its parts may be written. */
function problemOfJSON(json: unknown): Outcome | undefined {
  try {
    JSON.stringify(json)
    return undefined
  } catch (error) {
    return { status: 413, message: `This cannot be written as JSON: ${String(error)}` }
  }
}

function presenter(apiKey: string): Received['present'] {
  let key: RegExp | undefined
  return (message) => {
    key ??= patternOfKey(apiKey)
    return clip(message.replace(key, '***'), MAX_MESSAGE_LENGTH)
  }
}
