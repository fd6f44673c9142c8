import { formatNotices } from '../delivery'
import type { StopCode, SummaryState } from '../delivery'
import { endSentence } from '../src/values'
import { describeConsent } from './describe-consent'
import { formatNumber } from './format-number'
import { printable, table } from './table'

/** How a delivery ended. */
interface Ending {
  summary: SummaryState
  seconds: number
  /** The tries that were repeated, by status and reason */
  retries: readonly { status: number; message: string; count: number }[]
  /** Why it stopped early */
  stopped?: string
  stopCode?: StopCode | 'files'
  /** Events of `--only-failed` that are not in the input */
  failedNotFound?: number
  /** Nothing was sent */
  isDry: boolean
  canBeResumed: boolean
  /** Counts of the embedded sandbox at the end */
  sandbox?: { contacts: number; activities: number; advice: readonly string[] }
}

/** Reasons that are shown */
const MAX_ROWS = 30

/** Formats the summary of a delivery. */
export function formatEnding(ending: Ending): string {
  const { summary, seconds, retries, stopped, stopCode, canBeResumed, sandbox, failedNotFound = 0, isDry } = ending
  const { consent, missingDedupeKey, notices, rows } = summary
  const shown = rows.slice(0, MAX_ROWS)
  const cells = shown.map(({ count, mapping, status, message }) => [
    formatNumber(count),
    mapping,
    String(status),
    message
  ])
  return [
    // A dry run has shown more of it before.
    ...(rows.length > 0 && !isDry ? [table(['Results', 'Mapping', 'Status', 'Reason'], cells)] : []),
    ...(rows.length > shown.length && !isDry
      ? [`… and ${formatNumber(rows.length - shown.length)} other reasons`]
      : []),
    ...(retries.length > 0
      ? [
          '',
          table(
            ['Retried', 'Status', 'Reason'],
            retries
              .slice(0, MAX_ROWS)
              .map(({ count, status, message }) => [formatNumber(count), String(status), message])
          )
        ]
      : []),
    '',
    `Lines: ${formatNumber(summary.lines)}, in ${seconds.toFixed(1)} s. Results: ${formatResults(ending)}.`,
    ...(sandbox
      ? [
          `Contacts in the local Ortto: ${formatNumber(sandbox.contacts)}. ` +
            `Activities: ${formatNumber(sandbox.activities)}.`,
          ...sandbox.advice
        ]
      : []),
    ...(failedNotFound > 0 && stopped === undefined
      ? [
          `Events of --only-failed that are not in the input: ${formatNumber(failedNotFound)}. ` +
            'Name the same files, from the same folder as then.'
        ]
      : []),
    ...(consent > 0 ? [describeConsent(consent)] : []),
    ...(missingDedupeKey > 0
      ? [
          `Activities without a message ID or a timestamp: ${formatNumber(missingDedupeKey)}. ` +
            'Ortto cannot deduplicate them, so do not send them again.'
        ]
      : []),
    ...formatNotices(notices),
    ...(stopped === undefined ? [] : ['', formatStop(stopped, stopCode, canBeResumed)])
  ].join('\n')
}

/** The counts of results. Most of them are left out when they are zero. */
function formatResults({ summary, isDry }: Ending): string {
  const { delivered, partial, unchanged, rejected, ignored, unmatched, disabled, withoutConsent } = summary
  const { outside, notChosen } = summary
  const counts: [number, string, isAlways?: boolean][] = [
    [delivered, isDry ? 'would be sent' : 'delivered', true],
    [partial, 'stored without their contact'],
    [unchanged, 'unchanged'],
    [rejected, 'rejected', true],
    [ignored, 'ignored because they came from Ortto'],
    [unmatched, 'matched no mapping'],
    [disabled, 'disabled for Ortto'],
    [withoutConsent, 'without consent'],
    [outside, 'outside the time range'],
    [notChosen, 'not chosen']
  ]
  return counts
    .filter(([count, , isAlways]) => count > 0 || isAlways)
    .map(([count, words]) => `${formatNumber(count)} ${words}`)
    .join(', ')
}

function formatStop(reason: string, code: StopCode | 'files' | undefined, canBeResumed: boolean): string {
  const next = canBeResumed ? 'Run the same command to resume.' : 'The next run starts from the beginning.'
  const advice = code === 'same_rejection' ? ' Fix the cause, or use --keep-going to continue anyway.' : ''
  return code === 'interrupted'
    ? `Stopped by a signal. ${next}`
    : `Stopped. ${endSentence(printable(reason))}${advice} ${next}`
}
