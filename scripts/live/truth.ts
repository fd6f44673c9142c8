import type { ComparedEvent } from './compare'
import type { Case } from './cases'
import type { Report, Response } from './responses'

/**
 * True when our result is what the event deserves: of one that went out, what the response says; of one that did not, a
 * status for the reason. No entry of the list explains a difference in which ours is wrong.
 */
export function isOursTrue(
  { mode, response, apiKey }: Case,
  { ours, payload, ourItem, reports }: ComparedEvent
): boolean {
  if (ours.outcome === 'never ends') {
    return false
  }
  if (ourItem === undefined) {
    const isIgnored = payload.namespace === 'ortto.com' && ours.status === 200
    return isIgnored || ours.status === (isMalformed(apiKey) && ours.status !== 400 ? 401 : 400)
  }
  const status = statusOf(response, reports)
  const isSuccess = status < 400
  return isSuccess === (ours.outcome === 'success') && (ours.status === status || (isSuccess && mode === 'single'))
}

/** The status that an event deserves after this response to it. */
export function statusOf({ kind, status }: Response, reports: readonly Report[]): number {
  switch (kind) {
    case 'confirms':
    case 'refuses batches':
      return 200
    case 'reports':
      return Math.max(...reports.map((report) => usable(report.status)), 200)
    case 'names no event':
    case 'has no report':
    case 'unreadable':
    case 'redirects':
    case 'compressed':
      return 502
    case 'refuses':
      return status < 600 ? status : 502
    case 'breaks':
      return 503
    case 'stalls':
      return 408
  }
}

function usable(status: unknown): number {
  return typeof status === 'number' && (status < 300 || status >= 400) ? status : 500
}

/** An Ortto key reads `pau-…`: environment, region, a hyphen, a secret. White space around it is a slip of pasting. */
export function isMalformed(apiKey: string): boolean {
  return !/^\s*[ps][a-z]{2}-[\x21-\x7e]{1,196}\s*$/.test(apiKey)
}
