import { tracksActivities } from '../delivery'
import type { SummaryState, Verdict } from '../delivery'
import type { Output } from './command'
import { printable, table } from './table'

/** How a delivery ended. */
interface Ending {
  summary: SummaryState
  seconds: number
  retried: number
  /** Events that were passed over because of their time */
  outside: number
  /** Why it ended early */
  stopped?: string
  /** Nothing was sent */
  isDry: boolean
  canBeResumed: boolean
  /** What the embedded sandbox holds at the end */
  sandbox?: { contacts: number; activities: number }
}

/** Reasons that are shown */
const MAX_ROWS = 30

/** Tells how a delivery ended, to a person. */
export function tellEnding(ending: Ending): string {
  const { summary, seconds, retried, outside, stopped, isDry, canBeResumed, sandbox } = ending
  const { lines, delivered, nothingNew, rejected, ignored, untaken, undedupable, rows } = summary
  const shown = rows.slice(0, MAX_ROWS)
  const cells = shown.map(({ count, mapping, status, message }) => [String(count), mapping, String(status), message])
  const parts = [
    `${delivered} ${isDry ? 'would go out' : 'delivered'}`,
    ...(nothingNew > 0 ? [`${nothingNew} with nothing new for a contact that Ortto knows`] : []),
    `${rejected} rejected`,
    ...(ignored > 0 ? [`${ignored} ignored, since they came from Ortto`] : []),
    ...(untaken > 0 ? [`${untaken} taken by no mapping`] : []),
    ...(outside > 0 ? [`${outside} of another time`] : [])
  ]
  return [
    ...(rows.length > 0 ? [table(['Results', 'Mapping', 'Status', 'Reason'], cells)] : []),
    ...(rows.length > shown.length ? [`… and ${rows.length - shown.length} other reasons`] : []),
    '',
    `Lines: ${lines}, in ${seconds.toFixed(1)} s. Results: ${parts.join(', ')}.`,
    ...(retried > 0 ? [`Tried again: ${retried}.`] : []),
    ...(sandbox ? [`The local Ortto held contacts: ${sandbox.contacts}, activities: ${sandbox.activities}.`] : []),
    ...(undedupable > 0
      ? [`Activities without a message id or a timestamp, stored twice if they are sent again: ${undedupable}.`]
      : []),
    ...(stopped === undefined ? [] : ['', tellStopped(stopped, canBeResumed)])
  ].join('\n')
}

function tellStopped(reason: string, canBeResumed: boolean): string {
  const next = canBeResumed ? 'The same command goes on from here.' : 'It starts from the beginning the next time.'
  return `Stopped. ${printable(reason)} ${next}`
}

/** What of these verdicts would go out, a line each; and what would not. */
export function showItems(verdicts: readonly Verdict[], isJSON: boolean, output: Output): void {
  for (const { file, line, mapping, status, message, sent } of verdicts) {
    const item = sent?.item
    const action = mapping?.partnerAction
    if (isJSON) {
      output.log(
        JSON.stringify({
          file,
          line,
          mapping: mapping?.name,
          action,
          status,
          item,
          message: item ? undefined : message
        })
      )
    } else {
      const path = action !== undefined && tracksActivities(action) ? '/v1/track' : '/v1/identify'
      const what = item ? `POST ${path} ${JSON.stringify(item)}` : `stays here: ${printable(message)}`
      output.log(`${printable(file)}:${line} ${what}`)
    }
  }
}
