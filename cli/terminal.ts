import { inspect } from 'util'
import type { Output } from './command'

/** Milliseconds between two lines of progress */
const INTERVAL_MS = 200

/** Control characters and changes of the text direction. Line feeds and tabs are allowed. */
const CONTROLS = /[^\P{Cc}\n\t]|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

/** Escapes control characters as JSON does, so that printed JSON keeps its meaning. */
function escapeControls(text: string): string {
  return text.replace(CONTROLS, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** Writes to standard output and standard error. Progress is shown on a terminal only. */
export function terminal(): Output {
  // The reader of a pipe may close it early.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') {
      throw error
    }
  })
  let isShown = false
  let shownAt = -Infinity
  const clear = () => {
    if (isShown) {
      process.stderr.write('\r\x1b[K')
      isShown = false
    }
  }
  const progress = (line?: string) => {
    if (line === undefined) {
      clear()
    } else if (performance.now() - shownAt >= INTERVAL_MS) {
      shownAt = performance.now()
      isShown = true
      process.stderr.write(`\r\x1b[K${line.slice(0, process.stderr.columns - 1)}`)
    }
  }
  return {
    log: (text) => {
      clear()
      console.log(escapeControls(text))
    },
    error: (text) => {
      clear()
      console.error(escapeControls(typeof text === 'string' ? text : inspect(text)))
    },
    progress: process.stderr.isTTY ? progress : undefined
  }
}
