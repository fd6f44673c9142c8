import { inspect } from 'util'
import type { Output } from './command'

/** Milliseconds between two lines of progress */
const INTERVAL_MS = 200

/** Control characters and changes of the text direction. Line feeds and tabs are allowed. */
const CONTROLS = /[^\P{Cc}\n\t]|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

/** The colors of tables. In a text from outside they could only change its color. */
const COLORS = new RegExp(`${String.fromCharCode(27)}\\[3[129]m`, 'g')

/** Escapes control characters as JSON does, so that printed JSON keeps its meaning. */
function escapeControls(text: string): string {
  return text.replace(CONTROLS, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** Escapes control characters, and keeps the colors where they are shown. */
function escapeForOutput(text: string): string {
  const parts = process.stdout.isTTY && process.stdout.hasColors() ? text.split(COLORS) : [text]
  const colors = text.match(COLORS) ?? []
  return parts.map((part, index) => escapeControls(part) + (parts.length > 1 ? colors[index] ?? '' : '')).join('')
}

/** Writes to standard output and standard error. Progress is shown on a terminal only. */
export function terminal(): Output {
  // The reader of a pipe may close it early.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') {
      throw error
    }
  })
  /** Lines of progress on the screen */
  let shown = 0
  let shownAt = -Infinity
  const clear = () => {
    if (shown > 0) {
      process.stderr.write(`\r\x1b[K${'\x1b[A\x1b[K'.repeat(shown - 1)}`)
      shown = 0
    }
  }
  const progress = (text?: string) => {
    if (text === undefined) {
      clear()
    } else if (performance.now() - shownAt >= INTERVAL_MS) {
      shownAt = performance.now()
      clear()
      const lines = text.split('\n').map((line) => line.slice(0, process.stderr.columns - 1))
      shown = lines.length
      process.stderr.write(lines.join('\n'))
    }
  }
  return {
    log: (text) => {
      clear()
      console.log(escapeForOutput(text))
    },
    error: (text) => {
      clear()
      console.error(escapeControls(typeof text === 'string' ? text : inspect(text)))
    },
    progress: process.stderr.isTTY ? progress : undefined
  }
}
