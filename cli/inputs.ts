import { findFiles, presetMappings, readMappings } from '../delivery'
import type { InputFile, Mapping } from '../delivery'
import { named, pathFrom, readJSON } from './command'

/** The files that are named as inputs. @throws InputError when they can't be read */
export async function filesOf(inputs: readonly string[]): Promise<InputFile[]> {
  return findFiles(inputs.map((input) => (input === '-' ? input : pathFrom(input))))
}

/** The mappings of a file, or the destination's presets. @throws UsageError when the file is none */
export async function mappingsOf(path: string | undefined): Promise<Mapping[]> {
  return path === undefined ? presetMappings() : named(path, readMappings, await readJSON(path))
}

/** Collects the values of an option that may be given more than once. */
export function collect(value: string, values: readonly string[]): string[] {
  return [...values, value]
}
