import { Option } from 'commander'
import pino from 'pino'
import type { Logger } from 'pino'
import type { Output } from './command'

const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'fatal'] as const
export type LogLevel = typeof LOG_LEVELS[number]

/** `--log-level` */
export function logLevelOption(): Option {
  return new Option('--log-level <level>', 'the lowest level that is logged').choices(LOG_LEVELS).default('info')
}

/** Creates a log of lines of JSON. */
export function createLog(level: LogLevel, output: Output): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) }
    },
    { write: (line) => output.log(line.trimEnd()) }
  )
}
