import type { Outcome } from './types'
import { isRecord } from './values'

const PROCESSED: Outcome = { status: 200, message: 'Processed by Ortto.' }

const UNKNOWN =
  'so it is not known whether this event was processed. ' +
  'Sending it again does no harm to a contact, and none to an activity with a Message ID and a Timestamp.'

/**
 * Reads the body of a 2xx answer to `count` items: one outcome for each, in the order they were sent.
 *
 * Items that the answer doesn't list were processed, but only when the answer can be trusted on that: after a body that
 * can't be read, or a report that names no item of the request, every item that isn't listed gets 502.
 * Messages go through `present` before anybody sees them.
 */
export function readOutcomes(content: string, count: number, present: (message: string) => string): Outcome[] {
  const reports = content === '' ? [] : readReports(content)
  if (reports === undefined) {
    const message = present(`Ortto's answer could not be read, ${UNKNOWN} The answer was: ${content}`)
    return Array<Outcome>(count).fill({ status: 502, message })
  }

  const listed = new Map<number, Outcome>()
  let unlisted = PROCESSED
  for (const report of reports) {
    const index = readIndex(report, count)
    const { status, message } = readOutcome(report)
    if (index !== undefined) {
      if (status > (listed.get(index)?.status ?? 0)) {
        listed.set(index, { status, message: present(message) })
      }
    } else if (unlisted === PROCESSED) {
      const what = `Ortto reported a failure without saying for which event, ${UNKNOWN} It said: ${message}`
      unlisted = { status: 502, message: present(what) }
    }
  }
  return Array.from({ length: count }, (_, index) => listed.get(index) ?? unlisted)
}

/** What an answer reports of single items, failures above all. Undefined when it can't be read. */
function readReports(content: string): readonly unknown[] | undefined {
  const answer = parseJSON(content)
  if (!isRecord(answer)) {
    return undefined
  }
  const reports: unknown = answer.errors ?? []
  return Array.isArray(reports) ? reports : undefined
}

/** The position of the item that a report names, if the request has it. */
function readIndex(report: unknown, count: number): number | undefined {
  const index = isRecord(report) ? report.index : undefined
  return typeof index === 'number' && Number.isInteger(index) && index >= 0 && index < count ? index : undefined
}

function readOutcome(report: unknown): Outcome {
  const { status, message } = isRecord(report) ? report : { status: undefined, message: undefined }
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
    return readText(message) ?? readText(isRecord(error) ? error.message : error) ?? content
  }
  if (content.startsWith('<')) {
    return readText(content.replace(/<[^<>]*>/g, ' ').replace(/\s+/g, ' '))
  }
  return readText(typeof answer === 'string' ? answer : content)
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
