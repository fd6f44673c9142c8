import { resolve } from 'path'
import { isNativeError } from 'util/types'

/** Where a command writes: `console` is one. */
export type Output = Pick<Console, 'log' | 'error'>

/** Wrong use: the message is for the person who typed the command, which ends with 2. */
export class UsageError extends Error {}

/** Tells what ended a command, and gives its exit code: 2 for wrong use, in one line, 1 when it broke down. */
export function fail(error: unknown, output: Output): number {
  const isUsage = error instanceof UsageError
  output.error(isUsage ? error.message : error)
  return isUsage ? 2 : 1
}

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
