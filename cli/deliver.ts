import { Command } from 'commander'
import { createHash } from 'crypto'
import { realpath } from 'fs/promises'
import { resolve } from 'path'
import { Delivery, dryRun, readAll, Records, RecordsError, Stopped } from '../delivery'
import type { InputFile, Mapping, RecordsOptions } from '../delivery'
import exampleAccount from '../examples/account.json'
import ortto from '../src'
import { EXIT, moment, named, pathFrom, readJSON, UsageError, wholeNumber } from './command'
import type { Output } from './command'
import { collect, filesOf, mappingsOf } from './inputs'
import { accountFor } from './own-account'
import { Progress } from './progress'
import { showItems, tellEnding } from './summary'
import { embeddedSandbox, remoteTarget } from './target'
import type { Target } from './target'

export interface DeliverOptions {
  to: string
  mappings?: string
  integration: string[]
  from?: number
  until?: number
  rate?: number
  results?: string
  rejected?: string
  checkpoint?: string
  keyFile?: string
  account?: string
  dryRun?: boolean
  json?: boolean
}

const HELP = `
Reads Segment events from NDJSON or JSON arrays, gzipped or not; in folders, files ending in .ndjson, .jsonl and .json,
also with .gz. Without --to, a local Ortto takes them and is gone at the end. With --to ortto the key is taken from
ORTTO_API_KEY, from --key-file, or typed.

Stopped, crashed or killed, the same command goes on where it was: a checkpoint lies beside the first input.
--rejected holds the events that were refused, each with the reason in _rejected: mend them, and deliver that file.

Examples:
  ortto deliver archive/                                   what a local Ortto makes of it
  ortto deliver archive/ --dry-run                         what would go out
  ortto deliver archive/ --to ortto --rejected rejected.ndjson
  gunzip -c events.gz | ortto deliver - --to http://127.0.0.1:8030

Ends with 0 when all was delivered, 1 when some was rejected, 2 when it was called wrongly, 3 when it was stopped and
can be resumed.`

/** `ortto deliver` */
export function deliverCommand(output: Output, end: (code: number) => void): Command {
  return new Command('deliver')
    .description('Delivers events of files, folders or standard input (-) to Ortto, with a verdict for every event.')
    .argument('<inputs...>', 'files, folders, or - for standard input')
    .option('--to <where>', 'sandbox, ortto, or the URL of an Ortto', 'sandbox')
    .option('--mappings <file>', "mappings in Segment's shape (the destination's presets without it)")
    .option('--integration <name>', "a name in the events' integrations that means Ortto as well", collect, [])
    .option('--from <time>', 'only events of this time or later', moment)
    .option('--until <time>', 'only events before this time', moment)
    .option('--rate <number>', 'events a second, at most', wholeNumber(1))
    .option('--results <file>', 'writes a line for each event and mapping')
    .option('--rejected <file>', 'writes the events that were refused, ready to be mended and delivered again')
    .option('--checkpoint <file>', 'where the checkpoint is (beside the first input without it)')
    .option('--key-file <file>', 'a file that holds the API key')
    .option('--account <file>', 'how the local Ortto is set up (to fit the events without it)')
    .option('--dry-run', 'sends nothing, and shows what would go out')
    .option('--json', 'prints for machines')
    .addHelpText('after', HELP)
    .action(async (inputs: string[], options: DeliverOptions) => end(await deliver(inputs, options, output)))
}

/** Delivers, and resolves with the exit code. */
export async function deliver(inputs: string[], options: DeliverOptions, output: Output): Promise<number> {
  const files = await filesOf(inputs)
  const mappings = await mappingsOf(options.mappings)
  await refuseOverwriting(files, options)
  const target = await targetOf(files, options)
  try {
    const records = await Records.open(recordsOf(inputs, files, mappings, options)).catch((error: Error) => {
      throw new UsageError(error.message)
    })
    return await deliverTo(target, files, mappings, records, options, output)
  } finally {
    await target.close()
  }
}

async function deliverTo(
  target: Target,
  files: readonly InputFile[],
  mappings: readonly Mapping[],
  records: Records,
  { integration: integrations, rate, from, until, dryRun: isDry = false, json: isJSON = false }: DeliverOptions,
  output: Output
): Promise<number> {
  const stop = new AbortController()
  const onSignal = () => stop.abort()
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal)
  const delivery = new Delivery({ ...target, mappings, integrations, rate, signal: stop.signal })
  const progress = new Progress(files, records, delivery, output)
  if (!isJSON) {
    output.log(`${describe(files)} → ${ortto.name} → ${target.name}`)
    output.log(`${whereItStarts(files, records)}\n`.trimStart())
  }
  let outside = 0
  const onOutside = (count: number) => (outside += count)
  let stopped: string | undefined
  try {
    const part = { after: records.start, from, until, onBytes: progress.onBytes, onOutside }
    for await (const verdicts of delivery.run(readAll(files, part))) {
      await records.add(verdicts)
      if (isDry) {
        showItems(verdicts, isJSON, output)
      }
      progress.show()
    }
    await records.close(true)
  } catch (error) {
    if (!(error instanceof Stopped || error instanceof RecordsError)) {
      throw error
    }
    stopped = error.message
    // What could not be written before may be written now; if not, the checkpoint stays where it was.
    await records.close(false).catch(() => undefined)
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
    output.progress?.()
  }
  const { account } = target
  const ending = {
    summary: records.summary.state,
    seconds: progress.seconds,
    retried: delivery.retried,
    outside,
    stopped,
    canBeResumed: records.canBeResumed,
    sandbox: account && { contacts: account.contacts.count, activities: account.activities.all().length }
  }
  output.log(isJSON ? JSON.stringify({ target: target.name, ...ending }) : tellEnding(ending))
  if (stopped !== undefined) {
    return EXIT.stopped
  }
  return ending.summary.rejected > 0 ? EXIT.rejected : EXIT.done
}

async function targetOf(files: readonly InputFile[], options: DeliverOptions): Promise<Target> {
  const { to, keyFile, account, dryRun: isDry = false } = options
  if (isDry) {
    const close = () => Promise.resolve()
    return { name: 'nowhere: nothing is sent', definition: dryRun(ortto), settings: { api_key: 'pau-dry-run' }, close }
  }
  if (account !== undefined && to !== 'sandbox') {
    throw new UsageError('--account sets up the local Ortto of --to sandbox only.')
  }
  if (to !== 'sandbox') {
    return remoteTarget(to, keyFile)
  }
  if (account !== undefined) {
    const described = await readJSON(account)
    return named(account, embeddedSandbox, described)
  }
  // A pipe can't be read twice.
  return embeddedSandbox(files.every(({ size }) => size > 0) ? await accountFor(readAll(files)) : exampleAccount)
}

/** What a delivery writes about itself. What is gone at the end, or can't be read again, has no checkpoint. */
function recordsOf(
  inputs: readonly string[],
  files: readonly InputFile[],
  mappings: readonly Mapping[],
  { to, from, until, integration, results, rejected, checkpoint, dryRun: isDry = false }: DeliverOptions
): RecordsOptions {
  const known = createHash('sha256').update(JSON.stringify(mappings)).digest('hex')
  const path = (name: string | undefined) => name && pathFrom(name)
  const canBeResumed = to !== 'sandbox' && !isDry && inputs[0] !== '-'
  return {
    files,
    job: JSON.stringify({
      to,
      mappings: known,
      from,
      until,
      integration,
      results: path(results),
      rejected: path(rejected)
    }),
    checkpoint: canBeResumed
      ? path(checkpoint) ?? `${pathFrom(inputs[0]).replace(/[/\\]+$/, '')}.checkpoint`
      : undefined,
    results: path(results),
    rejected: path(rejected)
  }
}

/** An output that is an input would be emptied before it is read. */
async function refuseOverwriting(files: readonly InputFile[], { results, rejected, checkpoint }: DeliverOptions) {
  const place = (path: string) => realpath(path).catch(() => resolve(path))
  const taken = new Set(await Promise.all(files.map(({ path }) => place(path))))
  for (const output of [results, rejected, checkpoint]) {
    if (output !== undefined) {
      const target = await place(pathFrom(output))
      if (taken.has(target) && !target.startsWith('/dev/')) {
        throw new UsageError(`${output} is read or written already: name another file for it.`)
      }
      taken.add(target)
    }
  }
}

function describe(files: readonly InputFile[]): string {
  const [{ name }] = files
  return files.length > 1 ? `${files.length} files` : name === '-' ? 'standard input' : name
}

function whereItStarts(files: readonly InputFile[], { start, canBeResumed, summary }: Records): string {
  if (start) {
    return `Goes on behind ${files[start.file].name}:${start.line}. ${summary.counts.lines} lines have their verdict.`
  }
  if (files[0].name === '-') {
    return "Standard input can't be resumed: when this is stopped, it starts from the beginning."
  }
  return canBeResumed ? 'When it is stopped, the same command goes on.' : ''
}
