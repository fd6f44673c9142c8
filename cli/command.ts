import { InvalidArgumentError } from 'commander'
import { readFile } from 'fs/promises'
import { resolve } from 'path'
import { errorMessage } from '../common/error-message'
import { InputError, MappingsError, momentOf, parseFile } from '../delivery'
import { StreamError } from '../stream'

/** Where a command writes: `console` is one. */
export interface Output {
  log: (text: string) => void
  error: (text: unknown) => void
  /** On a terminal: shows a line that the next one replaces, or takes it away. */
  progress?: (line?: string) => void
}

/** Wrong use: the message is for the person who typed the command, which ends with 2. */
export class UsageError extends Error {}

/** What a command ends with. */
export const EXIT = {
  /** All events were delivered. */
  done: 0,
  /** Some were rejected, or the command broke down. */
  rejected: 1,
  /** The command was called wrongly, or can't reach what it needs, and did nothing. */
  wrongUse: 2,
  /** It was stopped, and can be resumed. */
  stopped: 3
}

/** Tells what ended a command, and gives its exit code: one line for wrong use; everything when it broke down. */
export function fail(error: unknown, output: Output): number {
  const isUsage = [UsageError, InputError, MappingsError, StreamError].some((kind) => error instanceof kind)
  output.error(isUsage ? (error as Error).message : error)
  return isUsage ? EXIT.wrongUse : EXIT.rejected
}

/** The project, as npm names it when it starts one of its commands. */
const NAME = 'actions-ortto'

/** npm starts a command in the project's folder; a path is meant from where the person stands. */
export function pathFrom(path: string): string {
  const { INIT_CWD, npm_package_name: starts } = process.env
  return starts !== NAME || INIT_CWD === undefined || INIT_CWD === process.cwd() ? path : resolve(INIT_CWD, path)
}

/**
 * What a file of JSON holds.
 * @throws UsageError when it can't be read
 */
export async function readJSON(path: string): Promise<unknown> {
  try {
    return named(path, parseFile, await readFile(pathFrom(path), 'utf8'))
  } catch (error) {
    if (error instanceof UsageError) {
      throw error
    }
    throw new UsageError(`Cannot read ${path}: ${reasonOf(error)}.`)
  }
}

/** Reads a value that came from a file: what goes wrong with it is told with the file's name, as wrong use. */
export function named<Given, Value>(path: string, read: (given: Given) => Value, given: Given): Value {
  try {
    return read(given)
  } catch (error) {
    throw new UsageError(`${path}: ${errorMessage(error)}`)
  }
}

const REASONS: Record<string, string> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'you may not do that',
  EISDIR: 'it is a folder',
  ENOSPC: 'the disk is full',
  EROFS: 'the disk is read-only'
}

/** Why a file could not be read or written. */
export function reasonOf(error: unknown): string {
  const { code = '', message = String(error) } = error as NodeJS.ErrnoException
  return REASONS[code] ?? message
}

/** A whole number in an argument. */
export function wholeNumber(from: number, to = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < from || value > to) {
      throw new InvalidArgumentError(`It takes a whole number from ${from} to ${to}.`)
    }
    return value
  }
}

/** A time in an argument, in milliseconds since 1970. */
export function moment(text: string): number {
  const time = momentOf(text)
  if (time === undefined) {
    throw new InvalidArgumentError('It takes a date, or a date and time: 2026-01-31 or 2026-01-31T12:00:00Z.')
  }
  return time
}
