import { tracksActivities } from '../delivery'
import { truncate } from '../common/truncate'
import type { ReportData } from './delivery-report'
import { formatNumber } from './format-number'
import { printable, table } from './table'

/** Rows that are shown, names of a reason, and characters of a request */
const MAX_ROWS = 30
const MAX_NAMES = 10
const MAX_REQUEST = 160

/** Formats what a dry run found: what would be sent, and what would not. */
export function formatPlan({ mappings, reasons, notes }: ReportData): string {
  return [
    ...section(
      'Would be sent',
      ['Events', 'Mapping', 'Event'],
      mappings.map(({ mapping, action, event, count, samples }) => ({
        cells: [formatNumber(count), mapping, event],
        lines: samples.map(({ source, item }) => {
          const path = tracksActivities(action) ? '/v1/track' : '/v1/identify'
          return `${source} POST ${path} ${JSON.stringify(item)}`
        })
      }))
    ),
    ...section(
      'Would not be sent',
      ['Events', 'Code', 'Event names'],
      reasons.map(({ code, count, names, samples }) => ({
        cells: [formatNumber(count), code, listNames(names)],
        lines: samples.map(({ source, message }) => `${source} ${message}`)
      }))
    ),
    ...section(
      'Left out of events, or noticed in them',
      ['Events', 'What'],
      notes.map(({ message, count, samples }) => ({
        cells: [formatNumber(count), message],
        lines: samples.map(({ source }) => source)
      }))
    )
  ].join('\n')
}

interface PlanRow {
  cells: string[]
  /** Samples */
  lines: string[]
}

function section(title: string, head: readonly string[], rows: readonly PlanRow[]): string[] {
  if (rows.length === 0) {
    return []
  }
  const shown = rows.slice(0, MAX_ROWS)
  const [headLine, rule, ...rowLines] = table(
    head,
    shown.map(({ cells }) => cells)
  ).split('\n')
  return [
    title,
    headLine,
    rule,
    ...shown.flatMap(({ lines }, index) => [
      rowLines[index],
      ...lines.map((line) => `    ${truncate(printable(line), MAX_REQUEST)}`)
    ]),
    ...(rows.length > shown.length ? [`… and ${formatNumber(rows.length - shown.length)} more`] : []),
    ''
  ]
}

/** `track: Signed up (3), page (1)` */
function listNames(names: ReportData['reasons'][number]['names']): string {
  const shown = names.slice(0, MAX_NAMES).map(({ name, count }) => `${name} (${formatNumber(count)})`)
  const more = names.length - shown.length
  return [...shown, ...(more > 0 ? [`${formatNumber(more)} more`] : [])].join(', ')
}
