import type { ModifiedResponse, RequestClient } from '@segment/actions-core'
import { MALFORMED_KEY, parseApiKey } from './api-key'
import { createRedactor, MAX_MESSAGE_LENGTH } from './redact'
import type { Redact } from './redact'
import { explainRequestError } from './request-errors'
import { parseJSON, readErrorMessage, readItemResults } from './responses'
import type { Confirmation } from './responses'
import type { ItemResult, OrttoActivity, OrttoAudience, OrttoContact } from './types'
import { isRecord, truncate, unlessBlank } from './values'

/** Ortto accepts no more items in one request. */
export const MAX_ITEMS = 500

/** Time until the headers must be there, and as much again until the body must be. */
export const REQUEST_TIMEOUT_MS = 10_000

/** What is read of a response. One that reports an error for each of 500 events takes far less. */
const MAX_RESPONSE_BYTES = 16 * 1024 * 1024

/** Characters of an audience's id. It is saved in the mapping, and goes out with every event. */
const MAX_AUDIENCE_ID_LENGTH = 200

/** The value of a call, or how the call failed, and whether a request was made at all. */
export type CallResult<T> = { value: T } | CallFailure

interface CallFailure {
  failure: ItemResult
  isSent: boolean
}

/**
 * Ortto's API for Segment, one method for each call.
 *
 * No method rejects. A failure has Ortto's own status (400 to 599), 408 when no response came in time, 500 when
 * something unexpected was thrown, 502 for a redirect or a response that can't be read, 503 when the connection failed.
 * No message shows the API key.
 */
export class OrttoClient {
  /** Masks this client's API key in a message and truncates the message. */
  readonly redact: Redact
  private readonly account: ReturnType<typeof parseApiKey>

  /** With a malformed key no request is made, and every call fails with 401. */
  constructor(private readonly request: RequestClient, apiKey: string) {
    this.account = parseApiKey(apiKey)
    this.redact = this.account
      ? createRedactor(this.account.apiKey)
      : (message) => truncate(message, MAX_MESSAGE_LENGTH)
  }

  /** Checks the API key: a failure with 401 or 403 says that it is refused, any other that it could not be checked. */
  async me(): Promise<CallResult<undefined>> {
    const response = await this.call('get', '/me')
    return 'failure' in response ? response : { value: undefined }
  }

  /** Creates or updates up to 500 contacts: one result for each, in order. */
  async identify(contacts: readonly OrttoContact[], timeout = REQUEST_TIMEOUT_MS): Promise<CallResult<ItemResult[]>> {
    return this.sendItems('/identify', contacts, timeout)
  }

  /** Tracks up to 500 activities: one result for each, in order. */
  async track(activities: readonly OrttoActivity[], timeout = REQUEST_TIMEOUT_MS): Promise<CallResult<ItemResult[]>> {
    return this.sendItems('/track', activities, timeout)
  }

  /** Creates an audience, or finds the one that already has this name. */
  async createAudience(name: string): Promise<CallResult<OrttoAudience>> {
    const response = await this.call('post', '/audiences/create', { name })
    if ('failure' in response) {
      return response
    }
    const { content } = response.value
    const audience = parseJSON(content)
    const id = isRecord(audience) ? unlessBlank(audience.id) : undefined
    if (!isRecord(audience) || id === undefined || id.length > MAX_AUDIENCE_ID_LENGTH || this.redact(id) !== id) {
      const message = this.redact(`Ortto's response has no usable id of an audience: ${content}`)
      return { failure: { status: 502, code: 'unconfirmed', message }, isSent: true }
    }
    return { value: { id, name: this.redact(unlessBlank(audience.name) ?? name) } }
  }

  private async sendItems(
    path: string,
    items: readonly OrttoContact[],
    timeout: number
  ): Promise<CallResult<ItemResult[]>> {
    const response = await this.call('post', path, items, timeout)
    return 'failure' in response ? response : { value: readItemResults(response.value, items.length, this.redact) }
  }

  /** Makes one request. The value is a 2xx response. */
  private async call(
    method: 'get' | 'post',
    path: string,
    json?: unknown,
    timeout = REQUEST_TIMEOUT_MS
  ): Promise<CallResult<Confirmation>> {
    const { account } = this
    if (!account) {
      return { failure: MALFORMED_KEY, isSent: false }
    }
    try {
      const response = await this.request(`${account.baseUrl}${path}`, {
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
      const content = response.content.trim()
      const { status } = response
      return response.ok
        ? { value: { status, content, isWhole: isWhole(response) } }
        : this.fail(explainStatus(status, content))
    } catch (error) {
      const failure = findJSONProblem(json) ?? explainRequestError(error)
      // Nothing went out that could not be written, and an exception of our own is not a failure of Ortto's.
      return this.fail(failure, failure.code !== 'unwritable' && failure.code !== 'unexpected_error')
    }
  }

  private fail({ message, ...result }: ItemResult, isSent = true): CallFailure {
    return { failure: { ...result, message: this.redact(message) }, isSent }
  }
}

/**
 * Options of node-fetch, on which the request client is built, that its types don't know: a limit for the response, and
 * no compression. A compressed response that was cut off would read as an empty one.
 */
const NODE_FETCH_OPTIONS: object = { compress: false, size: MAX_RESPONSE_BYTES }

/**
 * True when the body was read to the end that the response marks. A body that ends with the connection may have been
 * cut off. (One that ends before its content length, or before its last chunk, is an error of the request client's.)
 */
function isWhole({ status, headers, content }: ModifiedResponse): boolean {
  return (
    status === 204 ||
    headers.get('content-length') === String(Buffer.byteLength(content)) ||
    /\bchunked\b/i.test(headers.get('transfer-encoding') ?? '')
  )
}

function explainStatus(status: number, content: string): ItemResult {
  if (status < 400) {
    const message = `Ortto responded with a redirect (status ${status}), which is not followed.`
    return { status: 502, code: 'unconfirmed', message }
  }
  if (status > 599) {
    const message = `Ortto responded with status ${status}, which is not a status of HTTP.`
    return { status: 502, code: 'unconfirmed', message }
  }
  return { status, message: readErrorMessage(content) ?? `Ortto responded with ${status}, without a reason.` }
}

/** Why a body could not be written, as if it were too large: it may be, and its parts may be written. */
function findJSONProblem(json: unknown): ItemResult | undefined {
  try {
    JSON.stringify(json)
    return undefined
  } catch (error) {
    return { status: 413, code: 'unwritable', message: `This cannot be written as JSON: ${String(error)}` }
  }
}
