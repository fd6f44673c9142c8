import type { JSONObject } from '@segment/actions-core'
import { withRequests } from '../../delivery/target/with-requests'
import type { Case } from './cases'
import type { Definition, Destination } from './destinations'
import type { EventResult, Observation } from './observation'
import type { LocalOrtto } from './server'

/** Milliseconds after which a delivery counts as one that never ends. */
const PATIENCE_MS = 10_000

/** Milliseconds that a request waits for a response that does not come. Both destinations wait for 10 s otherwise. */
const SHORT_TIMEOUT_MS = 1500

/** Gives a case to a destination, with this mapping, and observes what the destination does. */
export async function run(
  given: Case,
  destination: Destination,
  mapping: object,
  ortto: LocalOrtto
): Promise<Observation> {
  const { url, requests } = ortto.endpoint(given.response)
  const timeout = given.response.kind === 'stalls' ? SHORT_TIMEOUT_MS : undefined
  const integration = destination.createTestIntegration(redirect(destination.definition, url, timeout))
  // The framework and the destination may change what they are given.
  const events = structuredClone([...given.events])
  const options = {
    settings: { api_key: given.apiKey },
    mapping: structuredClone({ ...mapping, ...given.mapping }) as JSONObject
  }
  const delivery =
    given.mode === 'single'
      ? integration.testAction(given.action, { ...options, event: events[0] }).then(() => [{ status: 200 }])
      : integration
          .testBatchAction(given.action, { ...options, events })
          .then(() => integration.results[0].multistatus as RawResult[])
  const results = await Promise.race([
    delivery.catch((error: ThrownError) => events.map(() => resultOfError(error))),
    sleep(PATIENCE_MS)
  ])
  return {
    requests: [...requests],
    results: events.map((_, index) => (results === undefined ? NEVER_ENDS : toResult(results[index], given)))
  }
}

/** The destination, but its requests go to a local address, to which the host and the path are added. */
function redirect(definition: Definition, to: string, timeout: number | undefined): Definition {
  return withRequests(definition, (request) => (url, options) => {
    const { host, pathname } = new URL(url)
    return request(`${to}/${host}${pathname}`, timeout === undefined ? options : { ...options, timeout })
  })
}

function sleep(milliseconds: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds, undefined))
}

/** An event's result as the framework gives it for a batch. */
interface RawResult {
  status?: number
  body?: unknown
  errortype?: string
  errormessage?: string
  errorreporter?: string
}

/** Errors of the framework, of its request client and of Node have their status in different places, or none. */
interface ThrownError extends Error {
  status?: number
  response?: { status?: number }
}

/** As Segment reads an error: for a single event the event's result, for a batch the result of all its events. */
function resultOfError({ name, message, status, response }: ThrownError): RawResult {
  const isInvalid = name === 'AggregateAjvError' || name === 'ValidationError'
  return { status: isInvalid ? 400 : status ?? response?.status, errormessage: message }
}

const NEVER_ENDS: EventResult = {
  outcome: 'never ends',
  hasMessage: false,
  hasNote: false,
  quotesKey: false,
  quotesResponse: false
}

function toResult(raw: RawResult | undefined, { response, apiKey }: Case): EventResult {
  const { status, body, errortype, errormessage, errorreporter } = raw ?? {}
  const isFailure = (errortype ?? errormessage) !== undefined || status === undefined || status >= 400
  const text = errormessage ?? (typeof body === 'string' ? body : '')
  const everything = JSON.stringify(raw) ?? ''
  const key = JSON.stringify(apiKey.trim()).slice(1, -1)
  return {
    outcome: isFailure ? 'failure' : 'success',
    status,
    reporter: errorreporter,
    hasMessage: text.trim() !== '',
    hasNote: !isFailure && /[.!?] \S/.test(text),
    quotesKey: key !== '' && everything.includes(key),
    quotesResponse: response.messages.some((message) => everything.includes(message))
  }
}
