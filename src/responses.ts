import type { Redact } from './redact'
import type { ItemResult } from './types'
import { isRecord } from './values'

/** A 2xx response. */
export interface Confirmation {
  status: number
  /** The body without the white space around it. */
  content: string
  /** True when the response says where its body ends, and the body was read to there. */
  isWhole: boolean
}

const PROCESSED: ItemResult = { status: 200, code: 'processed', message: 'Processed by Ortto.' }

const UNKNOWN =
  'so it is not known whether this event was processed. ' +
  'It is safe to send it again: a contact is only updated, and an activity with a Message ID and a Timestamp is stored once.'

/**
 * Reads a 2xx response to `count` items: one result for each, in the order they were sent.
 *
 * Items that the response doesn't list were processed, but only when the response can be trusted on that. After a body
 * that can't be read, an empty one that may have been cut off, a 207 without a report, or a report that names no item
 * of the request, every item that isn't listed gets 502.
 * @param redact is applied to every message of Ortto's
 */
export function readItemResults(response: Confirmation, count: number, redact: Redact): ItemResult[] {
  const reports = readReports(response)
  if (reports === undefined) {
    const message = redact(`Ortto's response ${describeProblem(response)}, ${UNKNOWN}${quote(response.content)}`)
    return Array<ItemResult>(count).fill({ status: 502, code: 'unconfirmed', message })
  }

  const listed = new Map<number, ItemResult>()
  let unlisted = PROCESSED
  for (const report of reports) {
    const index = readIndex(report, count)
    const { status, code, message } = readResult(report)
    if (index !== undefined) {
      if (status > (listed.get(index)?.status ?? 0)) {
        listed.set(index, { status, code, message: redact(message) })
      }
    } else if (unlisted === PROCESSED) {
      const text = `Ortto reported an error without saying for which event, ${UNKNOWN} The error was: ${message}`
      unlisted = { status: 502, code: 'unconfirmed', message: redact(text) }
    }
  }
  return Array.from({ length: count }, (_, index) => listed.get(index) ?? unlisted)
}

/** What a response reports of single items, errors above all. Undefined when the response confirms nothing. */
function readReports({ status, content, isWhole }: Confirmation): readonly unknown[] | undefined {
  // 207 says that the items ended differently: without a report it is not known how.
  const isReportDue = status === 207
  if (content === '') {
    return isWhole && !isReportDue ? [] : undefined
  }
  const body = parseJSON(content)
  if (!isRecord(body) || (isReportDue && !('errors' in body))) {
    return undefined
  }
  const reports: unknown = body.errors ?? []
  return Array.isArray(reports) ? reports : undefined
}

function describeProblem({ status, content }: Confirmation): string {
  if (content === '') {
    return status === 207 ? 'has no report' : 'is empty and may have been cut off'
  }
  return 'could not be read'
}

function quote(content: string): string {
  return content === '' ? '' : ` The response was: ${content}`
}

/** The position of the item that a report names, if the request has it. */
function readIndex(report: unknown, count: number): number | undefined {
  const index = isRecord(report) ? report.index : undefined
  return typeof index === 'number' && Number.isInteger(index) && index >= 0 && index < count ? index : undefined
}

function readResult(report: unknown): ItemResult {
  const { status, message } = isRecord(report) ? report : { status: undefined, message: undefined }
  const usable = typeof status === 'number' && isUsable(status) ? status : 500
  const ours = usable === 200 ? PROCESSED.message : `Ortto responded with ${usable} for this event, without a reason.`
  return { status: usable, code: usable === 200 ? PROCESSED.code : undefined, message: readText(message) ?? ours }
}

function isUsable(status: number): boolean {
  return Number.isInteger(status) && (status === 200 || status === 206 || (status >= 400 && status <= 599))
}

/** The message of an error response, in its own words. Undefined when it has none. */
export function readErrorMessage(content: string): string | undefined {
  const body = parseJSON(content)
  if (isRecord(body)) {
    const { message, error } = body
    return readText(message) ?? readText(isRecord(error) ? error.message : error) ?? content
  }
  if (content.startsWith('<')) {
    return readText(content.replace(/<[^<>]*>/g, ' ').replace(/\s+/g, ' '))
  }
  return readText(typeof body === 'string' ? body : content)
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
