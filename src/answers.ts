import type { Outcome } from './types'
import { isRecord } from './values'

const PROCESSED: Outcome = { status: 200, message: 'Processed by Ortto.' }

const UNKNOWN =
  'so it is not known whether this event was processed. ' +
  'Sending it again does no harm when it has a Message ID and a Timestamp.'

/**
 * Reads the body of a 2xx answer to `count` items: one outcome for each, in the order they were sent.
 *
 * Items that the answer doesn't list were processed, but only when the answer can be trusted on that: after a body that
 * can't be read, or a failure that names no item of the request, every item that isn't listed gets 502.
 * Messages go through `tell` before anybody sees them.
 */
export function readOutcomes(content: string, count: number, tell: (message: string) => string): Outcome[] {
  const failures = content === '' ? [] : readFailures(content)
  if (failures === undefined) {
    const message = tell(`Ortto's answer could not be read, ${UNKNOWN} The answer was: ${plain(content)}`)
    return Array<Outcome>(count).fill({ status: 502, message })
  }

  const listed = new Map<number, Outcome>()
  let unlisted = PROCESSED
  for (const failure of failures) {
    const index = readIndex(failure, count)
    const { status, message } = readOutcome(failure)
    if (index === undefined) {
      unlisted = {
        status: 502,
        message: tell(`Ortto reported a failure without saying of which event, ${UNKNOWN} It said: ${message}`)
      }
    } else if (status > (listed.get(index)?.status ?? 0)) {
      listed.set(index, { status, message: tell(message) })
    }
  }
  return Array.from({ length: count }, (_, index) => listed.get(index) ?? unlisted)
}

/** The failures that an answer lists, or undefined when it can't be read. */
function readFailures(content: string): readonly unknown[] | undefined {
  const answer = parseJSON(content)
  if (!isRecord(answer)) {
    return undefined
  }
  const failures: unknown = answer.errors ?? []
  return Array.isArray(failures) ? failures : undefined
}

/** The position of the item that a failure names, if the request has it. */
function readIndex(failure: unknown, count: number): number | undefined {
  const index = isRecord(failure) ? failure.index : undefined
  return typeof index === 'number' && Number.isInteger(index) && index >= 0 && index < count ? index : undefined
}

function readOutcome(failure: unknown): Outcome {
  const { status, message } = isRecord(failure) ? failure : { status: undefined, message: undefined }
  const usable = typeof status === 'number' && isUsable(status) ? status : 500
  const ours = usable === 200 ? PROCESSED.message : `Ortto answered ${usable} for this event, without a reason.`
  return { status: usable, message: readText(message) ?? ours }
}

function isUsable(status: number): boolean {
  return Number.isInteger(status) && (status === 200 || status === 206 || (status >= 400 && status <= 599))
}

/** What the body of a failed answer says, in its own words. Undefined when it says nothing. */
export function readMessage(content: string): string | undefined {
  const answer = parseJSON(content)
  if (isRecord(answer)) {
    const { message, error } = answer
    return readText(message) ?? readText(isRecord(error) ? error.message : error) ?? plain(content)
  }
  if (content.startsWith('<')) {
    return readText(content.slice(0, 10_000).replace(/(?:<[^<>]*>|\s)+/g, ' '))
  }
  return readText(typeof answer === 'string' ? answer : plain(content))
}

/** JSON without needless escapes, behind which an API key would not be recognized. */
function plain(content: string): string {
  const answer = parseJSON(content)
  return answer === undefined ? content : JSON.stringify(answer)
}

/** Parses JSON, whatever the content type says. Undefined when it isn't JSON. */
export function parseJSON(content: string): unknown {
  try {
    return JSON.parse(content)
  } catch {
    return undefined
  }
}

function readText(value: unknown): string | undefined {
  const trimmed = typeof value === 'string' ? value.trim() : ''
  return trimmed === '' ? undefined : trimmed
}
