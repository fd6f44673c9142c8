import stringWidth from 'string-width'

/** Columns of a cell. Longer texts are truncated, except in the last cell of a row. */
const MAX_WIDTH = 40
/** When the terminal is too narrow, other cells are truncated to this, so that the last one has room. */
const MIN_WIDTH = 12
const MIN_LAST_WIDTH = 30
const GAP = '  '

/** How tables are shown. */
interface Screen {
  /** Columns, at most. @default of the terminal; otherwise no limit */
  width?: number
  /** @default when standard output is a terminal with colors, and NO_COLOR is not set */
  hasColors?: boolean
}

/** Formats rows under a head, with aligned columns. On a terminal, the last column is wrapped between words. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  { width = findWidth(), hasColors = findColors() }: Screen = {}
): string {
  const last = head.length - 1
  const lines = [head, ...rows].map((row) => row.map(printable))
  const widths = fitWidths(lines, width)
  const rule = head.map((name, column) => '-'.repeat(column === last ? stringWidth(name) : widths[column]))
  const statusAt = hasColors ? head.indexOf('Status') : -1
  const [headLine, ...bodyLines] = lines
  return [headLine, rule, ...bodyLines]
    .map((row, index) => {
      const cells = row.slice(0, last).map((cell, column) => {
        const text = pad(truncateWidth(cell, widths[column]), widths[column])
        return column === statusAt && index > 1 ? colorStatus(text) : text
      })
      const indent = widths.slice(0, last).reduce((sum, one) => sum + one + GAP.length, 0)
      return [...cells, wrap(row[last], width - indent).join(`\n${' '.repeat(indent)}`)].join(GAP)
    })
    .map((line) => line.trimEnd())
    .join('\n')
}

/** Puts text from outside on one line, without control characters for the terminal. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
}

function findWidth(): number {
  return process.stdout.isTTY ? process.stdout.columns : Infinity
}

function findColors(): boolean {
  return process.stdout.isTTY && process.stdout.hasColors()
}

/** The widths of the columns. When they leave too little for the last one, the widest are made narrower. */
function fitWidths(lines: readonly (readonly string[])[], width: number): number[] {
  const last = lines[0].length - 1
  const widths = lines[0].map((_, column) =>
    Math.min(MAX_WIDTH, Math.max(...lines.map((row) => stringWidth(row[column]))))
  )
  const others = () => widths.slice(0, last).reduce((sum, one) => sum + one + GAP.length, 0)
  while (last > 0 && width - others() < Math.min(MIN_LAST_WIDTH, widths[last])) {
    const widest = widths.indexOf(Math.max(...widths.slice(0, last)))
    if (widths[widest] <= MIN_WIDTH) {
      break
    }
    widths[widest] -= 1
  }
  return widths
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - stringWidth(text)))
}

/** A text that ends with an ellipsis when it is cut. */
function truncateWidth(text: string, width: number): string {
  return stringWidth(text) <= width ? text : `${takeWidth(text, width - 1)}…`
}

/** As much of the beginning of a text as fits, at least one character. */
function takeWidth(text: string, width: number): string {
  let taken = ''
  for (const character of text) {
    if (taken !== '' && stringWidth(taken + character) > width) {
      break
    }
    taken += character
  }
  return taken
}

/** Lines of a text, broken between words where possible. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (stringWidth(longer) <= width || width < 1) {
      line = longer
      continue
    }
    if (line !== '') {
      lines.push(line)
    }
    line = word
    while (stringWidth(line) > width) {
      const part = takeWidth(line, width)
      lines.push(part)
      line = line.slice(part.length)
    }
  }
  return [...lines, line]
}

/** Green for a status that needs no attention, red for others. */
function colorStatus(text: string): string {
  return /^[123]\d\d/.test(text) ? `\x1b[32m${text}\x1b[39m` : /^[45]\d\d/.test(text) ? `\x1b[31m${text}\x1b[39m` : text
}
