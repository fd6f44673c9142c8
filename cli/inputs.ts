import { Option } from 'commander'
import { findFiles, presetMappings, readColumns, readMappings } from '../delivery'
import type { InputFile, Mapping } from '../delivery'
import { pathFrom, readJSON, readNamed } from './command'
import type { Output } from './command'
import { printable } from './table'

/** Skipped files that are listed */
const MAX_LISTED = 3

/** `--columns`, whose value is for `filesOf` */
export function columnsOption(): Option {
  return new Option('--columns <file>', "the columns of CSV and Parquet files (default: those of Segment's warehouses)")
}

/**
 * Finds the input files. Prints which files of a folder are skipped.
 *
 * @param columnsFile the value of `--columns`
 * @throws InputError when they cannot be read
 * @throws UsageError when the file of `--columns` is not valid
 */
export async function filesOf(inputs: readonly string[], output: Output, columnsFile?: string): Promise<InputFile[]> {
  const columns =
    columnsFile === undefined ? undefined : readNamed(columnsFile, readColumns, await readJSON(columnsFile))
  const skipped: string[] = []
  const paths = inputs.map((input) => (input === '-' ? input : pathFrom(input)))
  const files = await findFiles(paths, (path) => skipped.push(printable(path)))
  if (skipped.length > 0) {
    const more = skipped.length > MAX_LISTED ? ` and ${skipped.length - MAX_LISTED} more` : ''
    const list = skipped.slice(0, MAX_LISTED).join(', ')
    output.error(`Skipped ${list}${more}: only .ndjson, .jsonl, .json, .csv, .parquet and .gz files are read.`)
  }
  return files.map((file) => ({ ...file, columns }))
}

/** The mappings of a file, or the destination's presets. @throws UsageError when the file is not valid */
export async function mappingsOf(path: string | undefined): Promise<Mapping[]> {
  return path === undefined ? presetMappings() : readNamed(path, readMappings, await readJSON(path))
}

/** Collects the values of an option that may be given more than once. */
export function collect(value: string, values: readonly string[] = []): string[] {
  return [...values, value]
}
