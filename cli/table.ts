import { truncate } from '../common/truncate'

/** Characters of a cell. Longer texts are truncated, except in the last column. */
const MAX_WIDTH = 40

/** Formats rows under a head, with aligned columns. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const last = head.length - 1
  const cells = [head, ...rows].map((row) =>
    row.map((cell, column) => (column === last ? printable(cell) : truncate(printable(cell), MAX_WIDTH)))
  )
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column].length)))
  const rule = widths.map((width, column) => '-'.repeat(column === last ? head[column].length : width))
  const [headLine, ...lines] = cells
  return [headLine, rule, ...lines]
    .map((row) => row.map((cell, column) => (column === last ? cell : cell.padEnd(widths[column]))).join('  '))
    .map((line) => line.trimEnd())
    .join('\n')
}

/** Puts text from outside on one line, without control characters for the terminal. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
}
