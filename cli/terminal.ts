import { inspect } from 'util'
import type { Output } from './command'

/** Milliseconds between two lines of progress */
const INTERVAL = 200

/** What a terminal takes for a command, or for another order of the letters, but for the end of a line and the tab. */
const COMMANDS = /[^\P{Cc}\n\t]|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

/** Shows such characters as JSON writes them, so that JSON goes on meaning the same. */
function visible(text: string): string {
  return text.replace(COMMANDS, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** The terminal, or whatever the command writes to. Progress shows on a terminal only. */
export function terminal(): Output {
  // The reader of a pipe may go when it has seen enough.
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
    } else if (performance.now() - shownAt >= INTERVAL) {
      shownAt = performance.now()
      isShown = true
      process.stderr.write(`\r\x1b[K${line.slice(0, process.stderr.columns - 1)}`)
    }
  }
  return {
    log: (text) => {
      clear()
      console.log(visible(text))
    },
    error: (text) => {
      clear()
      console.error(visible(typeof text === 'string' ? text : inspect(text)))
    },
    progress: process.stderr.isTTY ? progress : undefined
  }
}
