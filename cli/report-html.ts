import type { FateRow, ReportData, ReportReason } from './delivery-report'
import { FATES } from './delivery-report'
import { formatNumber } from './format-number'
import { html } from './html'
import type { Html } from './html'
import { barRows, columns, FATE_WORDS, funnel, legend, listFates } from './report-plots'
import { REPORT_STYLE } from './report-style'

/** Rows of a table that are shown. The JSON report has all. */
const MAX_ROWS = 50
/** Days for which each has its column. More are shown by month. */
const MAX_DAYS = 120

/** The beginning of each report, by which it is recognized */
export const HTML_MARK = '<!doctype html><!-- ortto report -->'

/** The report as one page, which needs nothing from elsewhere and runs no script. */
export function formatHtml(data: ReportData): string {
  const { target, startedAt, endedAt, lines, fates, isDry, stopped, earlierLines, inputs } = data
  const title = `${isDry ? 'Dry run' : 'Delivery'} of ${inputs.join(', ')}`
  const seconds = (Date.parse(endedAt) - Date.parse(startedAt)) / 1000
  return `${HTML_MARK}
${
  html`<html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
      <title>${title}</title>
      <style>
        ${REPORT_STYLE}
      </style>
    </head>
    <body>
      <header>
        <h1>${title}</h1>
        <p>
          To ${target}. ${time(startedAt)} to ${time(endedAt)} UTC, ${seconds.toFixed(1)} s.
          ${isDry ? 'Nothing was sent: “delivered” means that it would be sent.' : ''}
        </p>
        ${stopped === undefined ? '' : html`<p class="warning">Stopped before the end: ${stopped}</p>`}
        ${earlierLines === 0
          ? ''
          : html`<p class="warning">
              ${formatNumber(earlierLines)} lines were done by an earlier run. They are not in this report.
            </p>`}
      </header>
      <main>
        <section>
          <h2>What became of ${formatNumber(lines)} lines</h2>
          ${legend(fates)} ${funnel(fates)} ${fatesTable(data)}
        </section>
        ${data.reasons.length === 0 ? '' : reasonsSection(data)}
        ${data.byDay.length === 0
          ? ''
          : html`<section>
              <h2>By day</h2>
              ${byDay(data.byDay)}
            </section>`}
        ${data.byName.length === 0
          ? ''
          : html`<section>
              <h2>By event name</h2>
              ${barRows(data.byName.slice(0, MAX_ROWS))} ${more(data.byName)}
            </section>`}
        ${mappingsSection(data)} ${notesSection(data)}
      </main>
    </body>
  </html>`.text
}
`
}

function fatesTable({ fates, byRetries }: ReportData): Html {
  const rows = FATES.filter((fate) => (fates[fate] ?? 0) > 0).map(
    (fate) => html`<tr>
      <th scope="row">${FATE_WORDS[fate]}</th>
      <td class="number">${formatNumber(fates[fate] ?? 0)}</td>
    </tr>`
  )
  const retried = byRetries.map(
    ({ retries, count, fates: counts }) => html`<tr>
      <td class="number">${retries}</td>
      <td class="number">${formatNumber(count)}</td>
      <td>${listFates(counts)}</td>
    </tr>`
  )
  return html`<div class="pair">
    <table>
      <tr>
        <th>Result</th>
        <th class="number">Lines</th>
      </tr>
      ${rows}
    </table>
    ${retried.length === 0
      ? ''
      : html`<table>
          <tr>
            <th class="number">Retries</th>
            <th class="number">Events sent</th>
            <th>Result</th>
          </tr>
          ${retried}
        </table>`}
  </div>`
}

function reasonsSection({ reasons }: ReportData): Html {
  return html`<section>
    <h2>Reasons</h2>
    ${reasons.map(reasonCard)}
  </section>`
}

function reasonCard({ fate, code, count, names, samples, redeliver }: ReportReason): Html {
  const rows = samples.map(
    ({ source, messageId = '', message }) => html`<tr>
      <td>${source}</td>
      <td>${messageId}</td>
      <td>${message}</td>
    </tr>`
  )
  const listed = names.slice(0, 10).map(({ name, count: one }) => `${name} (${formatNumber(one)})`)
  const rest = names.length > listed.length ? `, ${formatNumber(names.length - listed.length)} more` : ''
  return html`<article>
    <h3><code>${code}</code> ${formatNumber(count)} ${FATE_WORDS[fate]}</h3>
    <p>${listed.join(', ')}${rest}</p>
    <table>
      <tr>
        <th>Line</th>
        <th>Message ID</th>
        <th>Message</th>
      </tr>
      ${rows}
    </table>
    ${redeliver === undefined
      ? ''
      : html`<p>Deliver these again, once the cause is fixed:</p>
          <pre>${redeliver}</pre>`}
  </article>`
}

function byDay(days: readonly FateRow[]): Html {
  const dated = days.filter(({ name }) => /^\d/.test(name))
  const others = days.filter(({ name }) => !/^\d/.test(name))
  const shown = dated.length > MAX_DAYS ? byMonth(dated) : dated
  return html`${shown.length === 0 ? '' : columns(shown)} ${others.length === 0 ? '' : barRows(others)}
    <details>
      <summary>Numbers</summary>
      ${barRows(shown)}
    </details>`
}

function byMonth(days: readonly FateRow[]): FateRow[] {
  const months = new Map<string, FateRow>()
  for (const { name: day, count, fates } of days) {
    const name = day.slice(0, 7)
    const month = months.get(name) ?? { name, count: 0, fates: {} }
    month.count += count
    FATES.forEach((fate) => (month.fates[fate] = (month.fates[fate] ?? 0) + (fates[fate] ?? 0)))
    months.set(name, month)
  }
  return [...months.values()]
}

function mappingsSection({ mappings }: ReportData): Html | string {
  const rows = mappings.slice(0, MAX_ROWS).map(
    ({ mapping, event, count }) => html`<tr>
      <td>${mapping}</td>
      <td>${event}</td>
      <td class="number">${formatNumber(count)}</td>
    </tr>`
  )
  return rows.length === 0
    ? ''
    : html`<section>
        <h2>Sent, by mapping</h2>
        <table>
          <tr>
            <th>Mapping</th>
            <th>Event</th>
            <th class="number">Events</th>
          </tr>
          ${rows}
        </table>
        ${more(mappings)}
      </section>`
}

function notesSection({ notes }: ReportData): Html | string {
  const rows = notes.slice(0, MAX_ROWS).map(
    ({ message, count, samples }) => html`<tr>
      <td>${message}</td>
      <td class="number">${formatNumber(count)}</td>
      <td>${samples.map(({ source }) => source).join(', ')}</td>
    </tr>`
  )
  return rows.length === 0
    ? ''
    : html`<section>
        <h2>Left out of events, or noticed in them</h2>
        <table>
          <tr>
            <th>What</th>
            <th class="number">Events</th>
            <th>Such as</th>
          </tr>
          ${rows}
        </table>
        ${more(notes)}
      </section>`
}

function more(rows: readonly unknown[]): Html | string {
  return rows.length > MAX_ROWS ? html`<p>… and ${formatNumber(rows.length - MAX_ROWS)} more</p>` : ''
}

function time(iso: string): string {
  return iso.slice(0, 19).replace('T', ' ')
}
