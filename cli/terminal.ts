import type { Output } from './command'

/** Milliseconds between two lines of progress */
const INTERVAL = 200

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
      console.log(text)
    },
    error: (text) => {
      clear()
      console.error(text)
    },
    progress: process.stderr.isTTY ? progress : undefined
  }
}
