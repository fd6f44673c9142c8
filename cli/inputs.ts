import { findFiles, presetMappings, readMappings } from '../delivery'
import type { InputFile, Mapping } from '../delivery'
import { named, pathFrom, readJSON } from './command'
import type { Output } from './command'
import { printable } from './table'

/** Files that are named when they are passed over */
const MAX_NAMED = 3

/**
 * The files that are named as inputs. Tells what in a folder is none of them.
 * @throws InputError when they can't be read
 */
export async function filesOf(inputs: readonly string[], output: Output): Promise<InputFile[]> {
  const others: string[] = []
  const paths = inputs.map((input) => (input === '-' ? input : pathFrom(input)))
  const files = await findFiles(paths, (path) => others.push(printable(path)))
  if (others.length > 0) {
    const more = others.length > MAX_NAMED ? ` and ${others.length - MAX_NAMED} more` : ''
    output.error(`Not read, since .ndjson, .jsonl, .json and .gz are: ${others.slice(0, MAX_NAMED).join(', ')}${more}.`)
  }
  return files
}

/** The mappings of a file, or the destination's presets. @throws UsageError when the file is none */
export async function mappingsOf(path: string | undefined): Promise<Mapping[]> {
  return path === undefined ? presetMappings() : named(path, readMappings, await readJSON(path))
}

/** Collects the values of an option that may be given more than once. */
export function collect(value: string, values: readonly string[]): string[] {
  return [...values, value]
}
