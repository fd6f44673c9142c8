import { createHash } from 'crypto'
import { resolve } from 'path'
import { placeOf } from '../delivery'
import type { InputFile, Mapping, RecordsOptions } from '../delivery'
import { pathFrom, UsageError } from './command'
import type { DeliverOptions } from './deliver'

/** What `ortto deliver` writes about a delivery, and where. */

/** The records of a delivery. What is gone at the end, or can't be read again, has no checkpoint. */
export function recordsOf(
  inputs: readonly string[],
  files: readonly InputFile[],
  mappings: readonly Mapping[],
  options: DeliverOptions
): RecordsOptions {
  const { to, from, until, integration, checkpoint = checkpointBeside(inputs[0]), dryRun: isDry = false } = options
  const known = createHash('sha256').update(JSON.stringify(mappings)).digest('hex')
  const results = options.results && pathFrom(options.results)
  const rejected = options.rejected && pathFrom(options.rejected)
  const canBeResumed = to !== 'sandbox' && !isDry && files.every(({ isFile }) => isFile)
  return {
    files,
    job: JSON.stringify({ to, mappings: known, from, until, integration, results, rejected }),
    checkpoint: canBeResumed ? pathFrom(checkpoint) : undefined,
    results,
    rejected
  }
}

/** What a delivery writes into the folder that it reads is no input of it. */
export async function withoutOutputs(files: InputFile[], options: DeliverOptions): Promise<InputFile[]> {
  const outputs = await placesOf([options.results, options.rejected])
  const places = await placesOf(files.map(({ path }) => path))
  const isNamed = files.length === 1
  return isNamed ? files : files.filter((_, index) => !outputs.includes(places[index]))
}

/** @throws UsageError when an output is something else as well: it would be emptied before it is read */
export async function refuseOverwriting(
  inputs: readonly string[],
  files: readonly InputFile[],
  options: DeliverOptions
): Promise<void> {
  const { results, rejected, checkpoint = checkpointBeside(inputs[0]), keyFile, mappings, account } = options
  const taken = new Set(await placesOf([...files.map(({ path }) => path), keyFile, mappings, account]))
  for (const output of [checkpoint, `${checkpoint}.lock`, `${checkpoint}.new`, results, rejected]) {
    for (const place of await placesOf([output])) {
      if (taken.has(place) && !place.startsWith('/dev/')) {
        throw new UsageError(`${String(output)} is read or written already: name another file for it.`)
      }
      taken.add(place)
    }
  }
}

/** What is the same for one file, for each of these that is named. */
async function placesOf(paths: readonly (string | undefined)[]): Promise<string[]> {
  const named = paths.flatMap((path) => (path === undefined ? [] : [path]))
  return Promise.all(named.map((path) => placeOf(resolve(pathFrom(path)))))
}

function checkpointBeside(input: string): string {
  return `${resolve(pathFrom(input))}.checkpoint`
}
