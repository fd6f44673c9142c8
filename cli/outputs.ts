import { createHash } from 'crypto'
import { stat } from 'fs/promises'
import { resolve } from 'path'
import { placeOf } from '../delivery'
import type { InputFile, Mapping, RecordsOptions } from '../delivery'
import { parseApiKey } from '../src/api-key'
import { pathFrom, UsageError } from './command'
import type { DeliverOptions } from './deliver-options'
import type { Target } from './target'

/** The files that `ortto deliver` writes. */

/** Where a delivery is recorded. There is no checkpoint for a temporary target, or for input that cannot be reread. */
export function recordsOf(
  inputs: readonly string[],
  files: readonly InputFile[],
  mappings: readonly Mapping[],
  { settings }: Pick<Target, 'settings'>,
  options: DeliverOptions
): RecordsOptions {
  const {
    to,
    from,
    until,
    integration,
    consent,
    checkpoint = defaultCheckpoint(inputs[0]),
    dryRun: isDry = false
  } = options
  const mappingsHash = createHash('sha256').update(JSON.stringify(mappings)).digest('hex')
  const results = options.results && pathFrom(options.results)
  const rejected = options.rejected && pathFrom(options.rejected)
  const canBeResumed = to !== 'sandbox' && !isDry && files.every(({ isFile }) => isFile)
  return {
    files,
    // A different key may belong to the same account, but not if its region is different.
    job: JSON.stringify({
      to,
      region: parseApiKey(settings.api_key)?.baseUrl,
      mappings: mappingsHash,
      from,
      until,
      integration,
      consent,
      results,
      rejected
    }),
    checkpoint: canBeResumed ? pathFrom(checkpoint) : undefined,
    results,
    rejected
  }
}

/**
 * Removes the delivery's own outputs from the files of an input folder. Files that were passed as inputs are kept.
 * @throws UsageError when no other file is left
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
    throw new UsageError(`There are no event files in ${inputs.join(', ')}, except for the outputs of this delivery.`)
  }
  return kept
}

/**
 * @throws UsageError when an output would overwrite another file of this command, or the rejected events of an earlier
 * delivery
 */
export async function rejectOverwriting(
  inputs: readonly string[],
  files: readonly InputFile[],
  options: DeliverOptions
): Promise<void> {
  const { results, rejected, checkpoint = defaultCheckpoint(inputs[0]), keyFile, mappings, account } = options
  const used = new Set(await placesOf([...files.map(({ path }) => path), keyFile, mappings, account]))
  for (const output of [checkpoint, `${checkpoint}.new`, results, rejected]) {
    for (const place of await placesOf([output])) {
      if (used.has(place) && !place.startsWith('/dev/')) {
        throw new UsageError(`This command already uses ${String(output)} for something else: choose another file.`)
      }
      used.add(place)
    }
  }
  await assertRejectedFileIsEmpty(options, checkpoint)
}

/** Without a checkpoint the file would be overwritten, and it may be the only copy of the rejected events. */
async function assertRejectedFileIsEmpty({ to, rejected }: DeliverOptions, checkpoint: string): Promise<void> {
  const sizeOf = async (path: string) => (await stat(pathFrom(path)).catch(() => undefined))?.size
  const isNew = (await sizeOf(checkpoint)) === undefined
  if (to !== 'sandbox' && rejected !== undefined && isNew && ((await sizeOf(rejected)) ?? 0) > 0) {
    throw new UsageError(
      `${rejected} contains rejected events of an earlier delivery: fix and deliver them first, or choose another file.`
    )
  }
}

/** A value for each path that is given. It is equal for paths of the same file. */
async function placesOf(paths: readonly (string | undefined)[]): Promise<string[]> {
  const named = paths.flatMap((path) => (path === undefined ? [] : [path]))
  return Promise.all(named.map((path) => placeOf(resolve(pathFrom(path)))))
}

function defaultCheckpoint(input: string): string {
  return `${resolve(pathFrom(input))}.checkpoint`
}
