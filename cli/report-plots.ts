import { FATES, sumOf } from './delivery-report'
import type { Fate, FateCounts, FateRow } from './delivery-report'
import { formatNumber } from './format-number'
import { html } from './html'
import type { Html } from './html'

/** Words for what became of lines */
export const FATE_WORDS: Record<Fate, string> = {
  outside_time_range: 'outside the time range',
  not_chosen: 'not chosen',
  not_an_event: 'not an event',
  disabled_by_integrations: 'disabled for Ortto',
  no_consent: 'without consent',
  no_matching_mapping: 'matched no mapping',
  ignored: 'came from Ortto',
  invalid: 'rejected before sending',
  delivered: 'delivered',
  partial: 'stored without their contact',
  unchanged: 'unchanged',
  rejected: 'rejected by Ortto'
}

/** Units of the width of a plot. Plots are stretched to the width of the page. */
const WIDTH = 1000

/** A bar of several colours, as long as its share of `max`. */
function bar(fates: FateCounts, max: number): Html {
  let x = 0
  const parts = FATES.flatMap((fate) => {
    const count = fates[fate] ?? 0
    const start = x
    x += (count / max) * WIDTH
    return count === 0
      ? []
      : [
          html`<rect class="${fate}" x="${round(start)}" width="${round(x - start)}" height="10">
            <title>${formatNumber(count)} ${FATE_WORDS[fate]}</title>
          </rect>`
        ]
  })
  return html`<svg class="bar" viewBox="0 0 ${WIDTH} 10" preserveAspectRatio="none" aria-hidden="true">${parts}</svg>`
}

/** Rows with a name, a bar and a number. */
export function barRows(rows: readonly FateRow[]): Html {
  const max = Math.max(1, ...rows.map(({ count }) => count))
  const items = rows.map(
    ({ name, count, fates }) => html`<tr>
      <th scope="row">${name}</th>
      <td class="plot">${bar(fates, max)}</td>
      <td class="number">${formatNumber(count)}</td>
      <td class="fates">${listFates(fates)}</td>
    </tr>`
  )
  return html`<table class="bars">
    ${items}
  </table>`
}

/** `5 delivered, 1 rejected by Ortto` */
export function listFates(fates: FateCounts): string {
  return FATES.filter((fate) => (fates[fate] ?? 0) > 0)
    .map((fate) => `${formatNumber(fates[fate] ?? 0)} ${FATE_WORDS[fate]}`)
    .join(', ')
}

/** A column for each row, in their order. */
export function columns(rows: readonly FateRow[]): Html {
  const max = Math.max(1, ...rows.map(({ count }) => count))
  const width = WIDTH / Math.max(1, rows.length)
  const height = 200
  const parts = rows.flatMap(({ name, fates }, index) => {
    let y = height
    return FATES.flatMap((fate) => {
      const count = fates[fate] ?? 0
      const size = (count / max) * height
      y -= size
      return count === 0
        ? []
        : [
            html`<rect
              class="${fate}"
              x="${round(index * width + width * 0.1)}"
              y="${round(y)}"
              width="${round(width * 0.8)}"
              height="${round(size)}"
            >
              <title>${name}: ${formatNumber(count)} ${FATE_WORDS[fate]}</title>
            </rect>`
          ]
    })
  })
  const [first, last] = [rows[0], rows[rows.length - 1]]
  return html`<figure>
    <div class="axis"><span>${formatNumber(max)}</span></div>
    <svg
      class="columns"
      viewBox="0 0 ${WIDTH} ${height}"
      preserveAspectRatio="none"
      role="img"
      aria-label="Lines by day"
    >
      ${parts}
    </svg>
    <div class="axis"><span>${first.name}</span><span>${rows.length > 1 ? last.name : ''}</span></div>
  </figure>`
}

/** The colours that occur */
export function legend(fates: FateCounts): Html {
  const used = FATES.filter((fate) => (fates[fate] ?? 0) > 0)
  const items = used.map(
    (fate) => html`<li>
      <svg viewBox="0 0 10 10" aria-hidden="true"><rect class="${fate}" width="10" height="10" /></svg>${FATE_WORDS[
        fate
      ]}
    </li>`
  )
  return html`<ul class="legend">
    ${items}
  </ul>`
}

/** The stages that a line passes: each with the lines that get there, and what became of the others before it. */
export function funnel(fates: FateCounts): Html {
  const lines = sumOf(fates)
  const stages: [string, readonly Fate[]][] = [
    ['Read', []],
    ['Chosen', ['outside_time_range', 'not_chosen']],
    ['Events', ['not_an_event']],
    ['For Ortto', ['disabled_by_integrations', 'no_consent']],
    ['Matched a mapping', ['no_matching_mapping']],
    ['Sent', ['ignored', 'invalid']],
    ['Confirmed by Ortto', ['rejected']]
  ]
  let left: FateCounts = { ...fates }
  const rows = stages.map(([name, lost]) => {
    const gone = Object.fromEntries(lost.map((fate) => [fate, left[fate]]))
    left = { ...left, ...Object.fromEntries(lost.map((fate) => [fate, 0])) }
    const words = listFates(gone)
    return html`<tr>
      <th scope="row">${name}</th>
      <td class="plot">${bar(left, Math.max(1, lines))}</td>
      <td class="number">${formatNumber(sumOf(left))}</td>
      <td class="fates">${words === '' ? '' : `− ${words}`}</td>
    </tr>`
  })
  return html`<table class="bars">
    ${rows}
  </table>`
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
