import type { ModifiedResponse, RequestClient } from '@segment/actions-core'
import { parseJSON, readMessage, readOutcomes } from './answers'
import { MALFORMED_KEY, parseApiKey } from './api-key'
import type { OrttoAccount } from './api-key'
import { explainNoAnswer } from './no-answer'
import { isJSONObject } from './types'
import type { OrttoActivity, OrttoAudience, OrttoContact, Outcome } from './types'

/** Ortto takes no more items in one request. */
export const MAX_ITEMS = 500

/** Milliseconds until the headers must be there, and as many again until the body must be. */
export const REQUEST_TIMEOUT = 10_000

/** No message is longer than this, in characters. */
const MAX_MESSAGE_LENGTH = 500

/** What a call brought, or how it failed. */
export type Answer<T> = { value: T } | { failure: Outcome }

/**
 * Ortto's API for Segment, one method a call.
 *
 * No method rejects. A failure has Ortto's own status (400 to 599), or 408 when no answer came in time, 502 for a redirect
 * or an answer that makes no sense, 503 when the connection failed.
 */
export class OrttoClient {
  /** Undefined when the API key is malformed: then no request is made, and every call fails with 401. */
  readonly account: OrttoAccount | undefined

  constructor(private readonly request: RequestClient, apiKey: string | undefined) {
    this.account = parseApiKey(apiKey)
  }

  /** Asks whether the key is good: a failure with 401 or 403 says that it is not, any other that nobody knows. */
  async me(): Promise<Answer<undefined>> {
    const answer = await this.call('get', '/me')
    return 'failure' in answer ? answer : { value: undefined }
  }

  /** Creates or updates up to 500 contacts: one outcome for each, in order. */
  async identify(contacts: readonly OrttoContact[], timeout = REQUEST_TIMEOUT): Promise<Answer<Outcome[]>> {
    return this.sendItems('/identify', contacts, timeout)
  }

  /** Tracks up to 500 activities: one outcome for each, in order. */
  async track(activities: readonly OrttoActivity[], timeout = REQUEST_TIMEOUT): Promise<Answer<Outcome[]>> {
    return this.sendItems('/track', activities, timeout)
  }

  /** Creates an audience, or finds the one that already has this name. */
  async createAudience(name: string): Promise<Answer<OrttoAudience>> {
    const answer = await this.call('post', '/audiences/create', { name })
    if ('failure' in answer) {
      return answer
    }
    const { content, tell } = answer.value
    const audience = parseJSON(content)
    if (!isJSONObject(audience) || typeof audience.id !== 'string' || audience.id === '') {
      return { failure: { status: 502, message: tell(`Ortto's answer names no audience: ${content}`) } }
    }
    return { value: { id: audience.id, name: typeof audience.name === 'string' ? audience.name : name } }
  }

  private async sendItems(path: string, items: readonly OrttoContact[], timeout: number): Promise<Answer<Outcome[]>> {
    const answer = await this.call('post', path, items, timeout)
    return 'failure' in answer ? answer : { value: readOutcomes(answer.value.content, items.length, answer.value.tell) }
  }

  /** Makes one request. The value is a 2xx answer. */
  private async call(
    method: 'get' | 'post',
    path: string,
    json?: unknown,
    timeout = REQUEST_TIMEOUT
  ): Promise<Answer<Received>> {
    if (!this.account) {
      return { failure: MALFORMED_KEY }
    }
    const { apiKey, baseUrl } = this.account
    const tell = (message: string) => clip(mask(message, apiKey))
    let response: ModifiedResponse
    try {
      response = await this.request(`${baseUrl}${path}`, {
        method,
        headers: { authorization: `Bearer ${apiKey}` },
        json,
        timeout,
        // A followed redirect turns the POST into a GET, whose 200 would confirm events that never arrived.
        redirect: 'manual',
        // Without it a body of more than 64 KiB never ends, and a stalled one has no timeout.
        skipResponseCloning: true,
        throwHttpErrors: false
      })
    } catch (error) {
      const { status, message } = explainNoAnswer(error)
      return { failure: { status, message: tell(message) } }
    }
    const content = response.content.trim()
    return response.ok ? { value: { content, tell } } : { failure: refusal(response.status, content, tell) }
  }
}

/** The body of an answer, and how to tell of it: messages without the key, and of a length that can be read. */
interface Received {
  content: string
  tell: (message: string) => string
}

function refusal(status: number, content: string, tell: Received['tell']): Outcome {
  if (status < 400 || status > 599) {
    const message = `Ortto answered with status ${status}, which is not followed. It is safe to send the event again.`
    return { status: 502, message }
  }
  return { status, message: tell(readMessage(content) ?? `Ortto answered ${status}, without a reason.`) }
}

function mask(message: string, apiKey: string): string {
  const escaped = JSON.stringify(apiKey).slice(1, -1)
  return message.split(apiKey).join('***').split(escaped).join('***')
}

function clip(message: string): string {
  if (message.length <= MAX_MESSAGE_LENGTH) {
    return message
  }
  const kept = message.slice(0, MAX_MESSAGE_LENGTH - 1)
  // Half of a character that takes two code units is none.
  return `${kept.replace(/[\uD800-\uDBFF]$/, '')}…`
}
