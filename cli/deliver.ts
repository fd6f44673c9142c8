import { Command } from 'commander'
import { setFlagsFromString } from 'v8'
import { Delivery, InputError, readAll, Records, RecordsError, Stopped } from '../delivery'
import type { EventReport, InputFile, Mapping, StopCode } from '../delivery'
import exampleAccount from '../examples/account.json'
import { createSandbox } from '../sandbox'
import type { Sandbox } from '../sandbox'
import ortto from '../src'
import { EXIT, moment, named, readJSON, UsageError, wholeNumber } from './command'
import type { Output } from './command'
import { collect, filesOf, mappingsOf } from './inputs'
import type { DeliverOptions } from './deliver-options'
import { recordsOf, refuseOverwriting, withoutOutputs } from './outputs'
import { inferAccount } from './own-account'
import { Progress } from './progress'
import { showItems, tellEnding } from './summary'
import { printable } from './table'
import { embeddedSandbox, remoteTarget } from './target'
import type { Place } from './target'

/**
 * Percent by which the heap may outgrow what is in use before it is cleared up. V8 takes 300, which makes a delivery a
 * little faster, and take a sixth more memory.
 */
const HEAP_GROWTH = 220

const HELP = `
Reads Segment events from NDJSON or JSON arrays, gzipped or not; in folders, files ending in .ndjson, .jsonl, .json and
.gz. Without --to, events go to a local Ortto, which is gone at the end. With --to ortto, the API key comes from
--key-file or ORTTO_API_KEY, or is typed.

After Ctrl-C, a crash or a kill, the same command continues where it was: a checkpoint is kept beside the first input.
--rejected writes the rejected events, each with the reason in _rejected: fix them, and deliver that file.
A contact that Ortto has already is unchanged, not rejected.

Examples:
  ortto deliver archive/                                   to a local Ortto
  ortto deliver archive/ --dry-run                         shows what would be sent
  ortto deliver archive/ --to ortto --rejected rejected.ndjson
  gunzip -c events.gz | ortto deliver - --to http://127.0.0.1:8030

Exits with 0 when nothing was rejected, 1 when something was, 2 after a wrong call, 3 when it stopped and can be
resumed.`

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
  const { dryRun: isDry = false, results, rejected, checkpoint } = options
  if (isDry && (results ?? rejected ?? checkpoint) !== undefined) {
    throw new UsageError('--dry-run has no results: leave out --results, --rejected and --checkpoint.')
  }
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWTH}`)
  const found = await filesOf(inputs, output)
  const files = await withoutOutputs(inputs, found, options)
  const mappings = await mappingsOf(options.mappings)
  await refuseOverwriting(inputs, files, options)
  const target = await targetOf(files, options)
  try {
    const records = await Records.open(recordsOf(inputs, files, mappings, target, options)).catch((error: Error) => {
      throw new UsageError(error.message)
    })
    return await deliverTo(target, files, mappings, records, options, output)
  } finally {
    await target.close()
  }
}

/** Delivers to a place, and tells how that went. */
async function deliverTo(
  target: Place,
  files: readonly InputFile[],
  mappings: readonly Mapping[],
  records: Records,
  options: DeliverOptions,
  output: Output
): Promise<number> {
  const { integration: integrations, rate, dryRun: isDry = false, json: isJSON = false } = options
  const stop = new AbortController()
  const onSignal = () => stop.abort()
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal)
  const delivery = new Delivery({ ...target, mappings, integrations, rate, signal: stop.signal })
  const progress = new Progress(files, records, delivery, output)
  const ticking = setInterval(() => progress.show(), 500)
  if (!isJSON) {
    output.log(`${describe(files)} → ${ortto.name} → ${target.name}`)
    output.log(`${whereItStarts(files, records)}\n`.trimStart())
  }
  let outcome: Outcome
  try {
    outcome = await run(delivery, files, records, progress, options, output)
  } finally {
    clearInterval(ticking)
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
    output.progress?.()
  }
  const { account } = target
  const ending = {
    summary: records.summary.state,
    seconds: progress.seconds,
    retried: delivery.retried,
    ...outcome,
    isDry,
    canBeResumed: records.canBeResumed,
    sandbox: account && { contacts: account.contacts.count, activities: account.activities.all().length }
  }
  output.log(isJSON ? JSON.stringify({ target: target.name, ...ending }) : tellEnding(ending))
  if (outcome.stopped !== undefined) {
    return EXIT.stopped
  }
  return ending.summary.rejected > 0 ? EXIT.rejected : EXIT.done
}

/** How a delivery ended. */
interface Outcome {
  /** Events that were passed over because of their time */
  outside: number
  /** Why it ended early */
  stopped?: string
  stopCode?: StopCode | 'files'
}

/** Runs a delivery to its end, whatever that is, and keeps the records of it. */
async function run(
  delivery: Delivery,
  files: readonly InputFile[],
  records: Records,
  progress: Progress,
  { from, until, dryRun: isDry = false, json: isJSON = false }: DeliverOptions,
  output: Output
): Promise<Outcome> {
  const outcome: Outcome = { outside: 0 }
  const onOutside = (count: number) => (outcome.outside += count)
  try {
    const part = { after: records.start, from, until, onBytes: progress.onBytes, onOutside }
    for await (const reports of delivery.run(readAll(files, part))) {
      await records.add(isDry ? reports.map(describeAsIntended) : reports)
      if (isDry) {
        showItems(reports, isJSON, output)
      }
    }
    await records.close(true)
  } catch (error) {
    // An input that was there at the start may be gone later.
    if (!(error instanceof Stopped || error instanceof RecordsError || error instanceof InputError)) {
      throw error
    }
    outcome.stopped = error.message
    outcome.stopCode = error instanceof Stopped ? error.code : 'files'
    // What could not be written before may be written now; if not, the checkpoint stays where it was.
    await records.close(false).catch(() => undefined)
  }
  return outcome
}

async function targetOf(files: readonly InputFile[], options: DeliverOptions): Promise<Place> {
  const { to, keyFile, account, dryRun: isDry = false } = options
  if (isDry) {
    const close = () => Promise.resolve()
    return { name: 'dry run: nothing is sent', to: 'nowhere', settings: { api_key: 'pau-dry-run' }, close }
  }
  if (account !== undefined && to !== 'sandbox') {
    throw new UsageError('--account sets up the local Ortto of --to sandbox only.')
  }
  if (to !== 'sandbox') {
    return remoteTarget(to, keyFile, 'sandbox, ortto')
  }
  if (account !== undefined) {
    return embeddedSandbox(named(account, sandboxFor, await readJSON(account)))
  }
  // A pipe can't be read twice.
  const isReadTwice = files.every(({ isFile }) => isFile)
  return embeddedSandbox(sandboxFor(isReadTwice ? await inferAccount(readAll(files)) : exampleAccount))
}

function sandboxFor(account: unknown): Sandbox {
  return createSandbox({ account })
}

/** Nothing was sent, so nothing was processed. */
function describeAsIntended(report: EventReport): EventReport {
  const results = report.results.map((result) =>
    result.code === 'processed' ? { ...result, message: ['Would be sent.', ...(result.notes ?? [])].join(' ') } : result
  )
  return { ...report, results }
}

function describe(files: readonly InputFile[]): string {
  const [{ name }] = files
  return files.length > 1 ? `${files.length} files` : name === '-' ? 'standard input' : printable(name)
}

function whereItStarts(files: readonly InputFile[], { start, canBeResumed, summary }: Records): string {
  if (start) {
    const place = `${printable(files[start.file].name)} line ${count(start.line)}`
    const { lines } = summary.counts
    return `Resuming after ${place} (${lines === 1 ? '1 line' : `${count(lines)} lines`} already done).`
  }
  if (files[0].name === '-') {
    return 'Standard input cannot be resumed: after an interruption, deliver it from the beginning.'
  }
  return canBeResumed ? 'Safe to interrupt: run the same command again to resume.' : ''
}

function count(value: number): string {
  return value.toLocaleString('en')
}
