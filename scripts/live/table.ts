import type { Entry } from './differences'

export const START = '<!-- live -->'
export const END = '<!-- end -->'

/** The table of a document, in Markdown: one row for each entry. */
export function renderTable(entries: readonly Entry[]): string {
  const rows = entries.map(({ when, live, ours, why }) => [when, live, `${ours}. ${why}`])
  const lines = [['when', 'the live one', 'this one, and why'], ['---', '---', '---'], ...rows]
  return lines.map((cells) => `| ${cells.map(escapeCell).join(' | ')} |`).join('\n')
}

function escapeCell(text: string): string {
  return text.replace(/\|/g, '\\|').replace(/\s+/g, ' ')
}

/** The document with this table between its marks. Undefined when a mark is missing. */
export function replaceTable(document: string, table: string): string | undefined {
  const start = document.indexOf(START)
  const end = document.indexOf(END, start)
  if (start < 0 || end < 0) {
    return undefined
  }
  return `${document.slice(0, start)}${START}\n\n${table}\n\n${document.slice(end)}`
}
