import { InvalidArgumentError } from 'commander'
import { readFile } from 'fs/promises'
import { resolve } from 'path'
import { errorMessage } from '../common/error-message'
import { parseFile } from '../common/parse-file'
import { UserError } from '../common/user-error'
import { momentOf } from '../delivery/read/moment'

/** Where a command writes, such as `console`. */
export interface Output {
  log: (text: string) => void
  error: (text: unknown) => void
  /** Only on a terminal: shows lines that replace the previous ones. Without a text, clears them. */
  progress?: (text?: string) => void
}

/** A usage error. The message is for the person who typed the command. The exit code is 2. */
export class UsageError extends UserError {}

/** The command could not finish its work. The message says what was lost. The exit code is 1. */
export class FailedError extends UserError {}

/** A server cannot be used for now. The command did nothing, and may succeed later. The exit code is 3. */
export class UnavailableError extends Error {}

/** Exit codes */
export const EXIT = {
  /** All events were delivered. */
  done: 0,
  /** Some events were rejected. */
  rejected: 1,
  /** The command failed unexpectedly. */
  failed: 1,
  /** A usage error, or a file cannot be used. The command did nothing. */
  usageError: 2,
  /** The command stopped early, or before it began, and can be run again. */
  stopped: 3
}

/** Prints an error, and returns the exit code. An error that nobody expected is printed in full. */
export function fail(error: unknown, output: Output): number {
  if (error instanceof UnavailableError) {
    output.error(error.message)
    return EXIT.stopped
  }
  if (error instanceof UserError) {
    output.error(error.message)
    return error instanceof FailedError ? EXIT.failed : EXIT.usageError
  }
  output.error(error)
  return EXIT.failed
}

/** The name of this project in package.json */
const NAME = 'actions-ortto'

/** npm starts a command in the project's folder. Paths are relative to the folder in which npm was started. */
export function pathFrom(path: string): string {
  const { INIT_CWD, npm_package_name: packageName } = process.env
  return packageName !== NAME || INIT_CWD === undefined || INIT_CWD === process.cwd() ? path : resolve(INIT_CWD, path)
}

/**
 * Reads a JSON file.
 * @throws UsageError when the file cannot be read
 */
export async function readJSON(path: string): Promise<unknown> {
  try {
    return readNamed(path, parseFile, await readFile(pathFrom(path), 'utf8'))
  } catch (error) {
    if (error instanceof UsageError) {
      throw error
    }
    throw new UsageError(`Cannot read ${path}: ${reasonOf(error)}.`)
  }
}

/** Reads a value from a file. Errors become usage errors that name the file. */
export function readNamed<Given, Value>(path: string, read: (given: Given) => Value, given: Given): Value {
  try {
    return read(given)
  } catch (error) {
    throw new UsageError(`${path}: ${errorMessage(error)}`)
  }
}

const REASONS: Record<string, string> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'permission denied',
  EISDIR: 'it is a folder',
  ENOSPC: 'the disk is full',
  EROFS: 'the disk is read-only'
}

/** The reason why a file could not be read or written */
export function reasonOf(error: unknown): string {
  const { code = '', message = String(error) } = error as NodeJS.ErrnoException
  return REASONS[code] ?? message
}

/** Parses a whole number in an argument. */
export function wholeNumber(from: number, to = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < from || value > to) {
      throw new InvalidArgumentError(`Expected a whole number from ${from} to ${to}.`)
    }
    return value
  }
}

/** Parses a time in an argument. Returns milliseconds since 1970. */
export function parseTime(text: string): number {
  const time = momentOf(text)
  if (time === undefined) {
    throw new InvalidArgumentError('Expected a date, or a date and time, such as 2026-01-31 or 2026-01-31T12:00:00Z.')
  }
  return time
}
