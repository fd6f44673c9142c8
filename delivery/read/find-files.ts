import { errorMessage } from '../../common/error-message'
import { UserError } from '../../common/user-error'
import { constants, promises as fs } from 'fs'
import type { Stats } from 'fs'
import { join } from 'path'
import { isNativeError } from 'util/types'
import { compareNames } from './compare-names'
import type { TableColumns } from './table/columns'

/** Files cannot be read as asked. The message is one sentence for whoever named them, and says what to do. */
export class InputError extends UserError {}

/** A file of events, or standard input. */
export interface InputFile {
  /** As the user named it, or its folder with its path in there. `-` is standard input. */
  name: string
  /** What is opened. */
  path: string
  /** Bytes, before decompression. 0 when nobody can know: standard input and pipes. */
  size: number
  /** It can be read again, from the start. Standard input and pipes can't. */
  isFile: boolean
  /** When it was changed last, in milliseconds since 1970. 0 when nobody can know. */
  modifiedAt: number
  /** What the columns of its rows are, when it is a table. @default the layout of Segment's warehouses */
  columns?: TableColumns
}

const STANDARD_INPUT = '-'
/** Segment's own archives end in .gz alone. */
const EVENT_FILE = /\.(ndjson|jsonl|json|csv|parquet|gz)$/i

/**
 * Finds the files of events: those named, whatever their ending, and those in the folders named, by their ending.
 * The order is that of the paths, and in a folder that of the names, with dates as dates: see {@link compareNames}.
 *
 * @param passOver is told what in a folder is no file of events, by its ending
 * @throws InputError when a path leads nowhere, may not be read, or leads to a file that another one led to.
 */
export async function findFiles(
  paths: readonly string[],
  passOver: (path: string) => void = () => undefined
): Promise<InputFile[]> {
  if (paths.includes(STANDARD_INPUT)) {
    if (paths.length > 1) {
      throw new InputError('Standard input (-) is read alone: name it once, or name files.')
    }
    return [{ name: STANDARD_INPUT, path: STANDARD_INPUT, size: 0, isFile: false, modifiedAt: 0 }]
  }
  const files: InputFile[] = []
  for (const path of paths) {
    const stats = await attempt(path, () => fs.stat(path))
    const found = stats.isDirectory() ? await searchFolder(path, passOver) : [await readableFile(path, stats)]
    if (found.length === 0) {
      throw new InputError(
        `There are no event files in ${path}: .ndjson, .jsonl, .json, .csv, .parquet and .gz are read.`
      )
    }
    files.push(...found)
  }
  await refuseTwins(files)
  return files
}

/** A link to a file is followed. One to a folder is not: it may lead back to where it stands. */
async function searchFolder(folder: string, passOver: (path: string) => void): Promise<InputFile[]> {
  const entries = await attempt(folder, () => fs.readdir(folder, { withFileTypes: true }))
  const shown = entries.filter(({ name }) => !name.startsWith('.'))
  const files: InputFile[] = []
  for (const entry of shown.sort((one, other) => compareNames(one.name, other.name))) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) {
      files.push(...(await searchFolder(path, passOver)))
    } else if (EVENT_FILE.test(entry.name)) {
      const stats = await attempt(path, () => fs.stat(path))
      // Opening a pipe that nobody writes to would wait forever.
      files.push(...(stats.isFile() ? [await readableFile(path, stats)] : []))
    } else {
      passOver(path)
    }
  }
  return files
}

async function readableFile(path: string, stats: Stats): Promise<InputFile> {
  await attempt(path, () => fs.access(path, constants.R_OK))
  const isFile = stats.isFile()
  return { name: path, path, size: isFile ? stats.size : 0, isFile, modifiedAt: isFile ? stats.mtimeMs : 0 }
}

async function refuseTwins(files: readonly InputFile[]): Promise<void> {
  const names = new Map<string, string>()
  for (const { name, path } of files) {
    const place = await placeOf(path)
    const twin = names.get(place)
    if (twin !== undefined) {
      const same = twin === name ? `${name} is named twice` : `${twin} and ${name} are the same file`
      throw new InputError(`${same}: leave one out, or its events are delivered twice.`)
    }
    names.set(place, name)
  }
}

/** What is the same for one file, by whatever name or link it is found. */
export async function placeOf(path: string): Promise<string> {
  const stats = await fs.stat(path, { bigint: true }).catch(() => undefined)
  // What is not there yet has only its name, and the shell's <(command), which is a pipe, may not even have a path.
  return stats?.isFile() ? `${stats.dev} ${stats.ino}` : fs.realpath(path).catch(() => path)
}

/** Does something with the file or folder at the path. An error of the file system becomes an InputError. */
export async function attempt<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (error) {
    const code = isNativeError(error) && 'code' in error ? error.code : undefined
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new InputError(`There is no file or folder ${path}: check its name.`)
    }
    if (code === 'EACCES' || code === 'EPERM') {
      throw new InputError(`${path} may not be read: change its permissions, or run this as a user who may.`)
    }
    throw new InputError(`${path} cannot be read (${errorMessage(error)}).`)
  }
}
