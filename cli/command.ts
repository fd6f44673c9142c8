import { resolve } from 'path'
import { isNativeError } from 'util/types'

/** Where a command writes: `console` is one. */
export type Output = Pick<Console, 'log' | 'error'>

/** Wrong use: the message is for the person who typed the command, which ends with 2. */
export class UsageError extends Error {}

/** npm starts a command in the project's folder; a path is meant from where the person stands. */
export function pathFrom(path: string): string {
  return resolve(process.env.INIT_CWD ?? '', path)
}

/**
 * Reads the arguments of a command.
 * @throws UsageError that says what is wrong in one line, and where help is
 */
export function readUsage<Arguments>(command: string, read: () => Arguments): Arguments {
  try {
    return read()
  } catch (error) {
    const problem = isNativeError(error) ? error.message.split('. ')[0].replace(/\.$/, '') : String(error)
    throw new UsageError(`${problem}. See ${command} -- --help.`)
  }
}
