import { formatNotice, formatSource, NOTICE_CODES, readProblemError, tracksActivities } from '../delivery'
import type { EventReport, SummaryState } from '../delivery'
import type { StopCode } from '../delivery'
import type { Output } from './command'
import { endSentence } from '../src/values'
import { printable, table } from './table'

/** How a delivery ended. */
interface Ending {
  summary: SummaryState
  seconds: number
  retried: number
  /** Events that were skipped because they are outside the time range */
  outside: number
  /** Why it stopped early */
  stopped?: string
  stopCode?: StopCode | 'files'
  /** Nothing was sent */
  isDry: boolean
  canBeResumed: boolean
  /** Counts of the embedded sandbox at the end */
  sandbox?: { contacts: number; activities: number }
}

/** Reasons that are shown */
const MAX_ROWS = 30

/** Formats the summary of a delivery. */
export function formatEnding(ending: Ending): string {
  const { summary, seconds, retried, outside, stopped, stopCode, isDry, canBeResumed, sandbox } = ending
  const {
    lines,
    delivered,
    partial,
    unchanged,
    rejected,
    ignored,
    unmatched,
    disabled,
    missingDedupeKey,
    notices,
    rows
  } = summary
  const shown = rows.slice(0, MAX_ROWS)
  const cells = shown.map(({ count, mapping, status, message }) => [String(count), mapping, String(status), message])
  const parts = [
    `${delivered} ${isDry ? 'would be sent' : 'delivered'}`,
    ...(partial > 0 ? [`${partial} stored without their contact`] : []),
    ...(unchanged > 0 ? [`${unchanged} unchanged`] : []),
    `${rejected} rejected`,
    ...(ignored > 0 ? [`${ignored} ignored because they came from Ortto`] : []),
    ...(unmatched > 0 ? [`${unmatched} matched no mapping`] : []),
    ...(disabled > 0 ? [`${disabled} disabled for Ortto`] : []),
    ...(outside > 0 ? [`${outside} outside the time range`] : [])
  ]
  return [
    ...(rows.length > 0 ? [table(['Results', 'Mapping', 'Status', 'Reason'], cells)] : []),
    ...(rows.length > shown.length ? [`… and ${rows.length - shown.length} other reasons`] : []),
    '',
    `Lines: ${lines}, in ${seconds.toFixed(1)} s. Results: ${parts.join(', ')}.`,
    ...(retried > 0 ? [`Retried: ${retried}.`] : []),
    ...(sandbox ? [`Contacts in the local Ortto: ${sandbox.contacts}. Activities: ${sandbox.activities}.`] : []),
    ...(missingDedupeKey > 0
      ? [
          `Activities without a message ID or a timestamp: ${missingDedupeKey}. ` +
            'Ortto cannot deduplicate them, so do not send them again.'
        ]
      : []),
    ...NOTICE_CODES.flatMap((code) => {
      const count = notices[code]
      return count === undefined ? [] : [formatNotice(code, count)]
    }),
    ...(stopped === undefined ? [] : ['', formatStop(stopped, stopCode, canBeResumed)])
  ].join('\n')
}

function formatStop(reason: string, code: StopCode | 'files' | undefined, canBeResumed: boolean): string {
  const next = canBeResumed ? 'Run the same command to resume.' : 'The next run starts from the beginning.'
  return code === 'interrupted' ? `Stopped by a signal. ${next}` : `Stopped. ${endSentence(printable(reason))} ${next}`
}

/** Prints a line for each item that would be sent, and for each event that would not be sent. */
export function showItems(reports: readonly EventReport[], isJSON: boolean, output: Output): void {
  for (const report of reports) {
    const { source, problem, skipped, results } = report
    const place = source.kind === 'file' ? { file: source.file, line: source.line } : {}
    for (const reason of [problem, skipped].flatMap((value) => value ?? [])) {
      output.log(
        isJSON
          ? JSON.stringify({
              ...place,
              status: problem && reason === problem ? readProblemError(problem).status : undefined,
              ...reason
            })
          : `${printable(formatSource(source))} ${reason === problem ? 'rejected: ' : ''}${printable(reason.message)}`
      )
    }
    for (const { mapping, status, code, message, item } of results) {
      const { name, partnerAction: action } = mapping
      const path = tracksActivities(action) ? '/v1/track' : '/v1/identify'
      const text = item ? `POST ${path} ${JSON.stringify(item)}` : `not sent: ${printable(message)}`
      output.log(
        isJSON
          ? JSON.stringify({ ...place, mapping: name, action, status, code, item, message: item ? undefined : message })
          : `${printable(formatSource(source))} ${text}`
      )
    }
  }
}
