import { createHash } from 'crypto'
import { stat } from 'fs/promises'
import { resolve } from 'path'
import { placeOf } from '../delivery'
import type { InputFile, Mapping, RecordsOptions } from '../delivery'
import { parseApiKey } from '../src/api-key'
import { pathFrom, UsageError } from './command'
import type { DeliverOptions } from './deliver-options'
import type { Place } from './target'

/** What `ortto deliver` writes about a delivery, and where. */

/** The records of a delivery. What is gone at the end, or can't be read again, has no checkpoint. */
export function recordsOf(
  inputs: readonly string[],
  files: readonly InputFile[],
  mappings: readonly Mapping[],
  { settings }: Pick<Place, 'settings'>,
  options: DeliverOptions
): RecordsOptions {
  const { to, from, until, integration, checkpoint = checkpointBeside(inputs[0]), dryRun: isDry = false } = options
  const known = createHash('sha256').update(JSON.stringify(mappings)).digest('hex')
  const results = options.results && pathFrom(options.results)
  const rejected = options.rejected && pathFrom(options.rejected)
  const canBeResumed = to !== 'sandbox' && !isDry && files.every(({ isFile }) => isFile)
  return {
    files,
    // Another key may be a new one of the same account, but not when it is of another region.
    job: JSON.stringify({
      to,
      region: parseApiKey(settings.api_key)?.baseUrl,
      mappings: known,
      from,
      until,
      integration,
      results,
      rejected
    }),
    checkpoint: canBeResumed ? pathFrom(checkpoint) : undefined,
    results,
    rejected
  }
}

/**
 * What a delivery writes into a folder that it reads is no input of it; what is named as an input is one.
 * @throws UsageError when nothing else is there
 */
export async function withoutOutputs(
  inputs: readonly string[],
  files: InputFile[],
  { results, rejected, checkpoint }: DeliverOptions
): Promise<InputFile[]> {
  const outputs = await placesOf([results, rejected, checkpoint])
  const named = await placesOf(inputs)
  const places = await placesOf(files.map(({ path }) => path))
  const kept = files.filter((_, index) => !outputs.includes(places[index]) || named.includes(places[index]))
  if (kept.length === 0) {
    throw new UsageError(`There are no event files in ${inputs.join(', ')}, but for what this delivery would write.`)
  }
  return kept
}

/**
 * @throws UsageError when an output is something else as well, or holds the rejected events of an earlier delivery:
 * it would be emptied
 */
export async function refuseOverwriting(
  inputs: readonly string[],
  files: readonly InputFile[],
  options: DeliverOptions
): Promise<void> {
  const { results, rejected, checkpoint = checkpointBeside(inputs[0]), keyFile, mappings, account } = options
  const taken = new Set(await placesOf([...files.map(({ path }) => path), keyFile, mappings, account]))
  for (const output of [checkpoint, `${checkpoint}.new`, results, rejected]) {
    for (const place of await placesOf([output])) {
      if (taken.has(place) && !place.startsWith('/dev/')) {
        throw new UsageError(`${String(output)} is read or written already: name another file for it.`)
      }
      taken.add(place)
    }
  }
  await refuseForgetting(options, checkpoint)
}

/** The rejected events of a delivery to the outside are nowhere else. */
async function refuseForgetting({ to, rejected }: DeliverOptions, checkpoint: string): Promise<void> {
  const sizeOf = async (path: string) => (await stat(pathFrom(path)).catch(() => undefined))?.size
  const isNew = (await sizeOf(checkpoint)) === undefined
  if (to !== 'sandbox' && rejected !== undefined && isNew && ((await sizeOf(rejected)) ?? 0) > 0) {
    throw new UsageError(
      `${rejected} holds the rejected events of an earlier delivery: fix and deliver them first, or name another file.`
    )
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
