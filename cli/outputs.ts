import { createHash } from 'crypto'
import { resolve } from 'path'
import { placeOf } from '../delivery'
import type { InputFile, Mapping, RecordsOptions, Selection } from '../delivery'
import { parseApiKey } from '../src/api-key'
import { pathFrom, UsageError } from './command'
import type { DeliverOptions } from './deliver-options'
import type { Target } from './target'

/** Where a delivery is recorded. There is no ledger for a temporary target, or for input that cannot be read again. */
export function recordsOf(
  inputs: readonly string[],
  files: readonly InputFile[],
  mappings: readonly Mapping[],
  { name, settings }: Pick<Target, 'name' | 'settings'>,
  options: DeliverOptions,
  { failed }: Selection
): RecordsOptions {
  const { to, from, until, filter, event, sample, limit, sort, integration, consent, again } = options
  const { ledger = defaultLedger(inputs[0]) } = options
  const isDry = options.dryRun === true
  const mappingsHash = createHash('sha256').update(JSON.stringify(mappings)).digest('hex')
  const canBeResumed = to !== 'sandbox' && !isDry && files.every(({ isFile }) => isFile)
  // A different key may belong to the same account, but not if its region is different.
  const { baseUrl: region } = parseApiKey(settings.api_key) ?? {}
  const columns = files[0]?.columns
  const choice = { columns, filter, event, sample, limit, failed: failed?.list }
  const job = createHash('sha256')
    .update(JSON.stringify({ to, region, mappings: mappingsHash, from, until, integration, consent, sort, ...choice }))
    .digest('hex')
  return {
    files,
    job: { id: job, target: name },
    ledger: canBeResumed ? pathFrom(ledger) : undefined,
    results: options.results && pathFrom(options.results),
    rejected: options.rejected && pathFrom(options.rejected),
    showsItems: isDry,
    isAgain: again
  }
}

/**
 * Removes the delivery's own outputs from the files of an input folder. Files that were passed as inputs are kept.
 * @throws UsageError when no other file is left
 */
export async function withoutOutputs(
  inputs: readonly string[],
  files: InputFile[],
  { results, rejected, report, ledger, onlyFailed }: DeliverOptions
): Promise<InputFile[]> {
  const outputs = await placesOf([results, rejected, report, ledger, onlyFailed])
  const named = await placesOf(inputs)
  const places = await placesOf(files.map(({ path }) => path))
  const kept = files.filter((_, index) => !outputs.includes(places[index]) || named.includes(places[index]))
  if (kept.length === 0) {
    throw new UsageError(`There are no event files in ${inputs.join(', ')}, except for the outputs of this delivery.`)
  }
  return kept
}

/** @throws UsageError when an output is another file of this command */
export async function rejectOverwriting(
  inputs: readonly string[],
  files: readonly InputFile[],
  options: DeliverOptions
): Promise<void> {
  const { results, rejected, report, keyFile, mappings, account, onlyFailed } = options
  const { ledger = defaultLedger(inputs[0]) } = options
  const used = new Set(await placesOf([...files.map(({ path }) => path), keyFile, mappings, account, onlyFailed]))
  for (const output of [ledger, results, rejected, report]) {
    for (const place of await placesOf([output])) {
      if (used.has(place) && !place.startsWith('/dev/')) {
        throw new UsageError(`This command already uses ${String(output)} for something else: choose another file.`)
      }
      used.add(place)
    }
  }
}

/** A value for each path that is given. It is equal for paths of the same file. */
async function placesOf(paths: readonly (string | undefined)[]): Promise<string[]> {
  const named = paths.flatMap((path) => (path === undefined ? [] : [path]))
  return Promise.all(named.map((path) => placeOf(resolve(pathFrom(path)))))
}

function defaultLedger(input: string): string {
  return `${resolve(pathFrom(input))}.ledger`
}
