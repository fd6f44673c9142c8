import { Command } from 'commander'
import { setFlagsFromString } from 'v8'
import { Delivery, InputError, readAll, Records, RecordsError, Selector, sortItems, Stopped } from '../delivery'
import type { EventReport, InputFile, Mapping, Selection, StopCode } from '../delivery'
import { createSandbox } from '../sandbox'
import type { Sandbox } from '../sandbox'
import ortto from '../src'
import { readSelection, withChoosingOptions } from './choose'
import { checkTarget, connectMappings } from './check-target'
import { EXIT, readJSON, readNamed, UsageError, wholeNumber } from './command'
import type { Output } from './command'
import { DeliveryReport } from './delivery-report'
import { formatNumber } from './format-number'
import { formatPlan } from './format-plan'
import { collect, columnsOption, filesOf, mappingsOf } from './inputs'
import type { DeliverOptions } from './deliver-options'
import { listen, listenOption } from './listen'
import type { Metrics } from './metrics'
import { loadMetrics } from './optional'
import { rejectOverwriting, recordsOf, withoutOutputs } from './outputs'
import { Progress } from './progress'
import { redeliverCommand } from './redeliver-command'
import { acceptingAccount, describeAccepted, describeAssumptions } from './rehearsal'
import { ReportFile } from './report-file'
import { formatEnding } from './summary'
import { printable } from './table'
import { embeddedSandbox, remoteTarget } from './target'
import type { Target } from './target'

/**
 * Percent by which the heap may outgrow the live objects before a garbage collection. With V8's default of 300, a
 * delivery is slightly faster, but needs a sixth more memory.
 */
const HEAP_GROWTH = 220

const HELP = `
Reads Segment events from files of JSON values (NDJSON, arrays, pretty-printed), and from CSV and Parquet files of a
warehouse, gzipped or not. In folders, .ndjson, .jsonl, .json, .csv, .parquet and .gz files are read. Without --to,
events are sent to a temporary local Ortto. With --to ortto, the API key is read from --key-file or ORTTO_API_KEY.
Without both, you are asked for it.

A ledger next to the first input remembers what was delivered. Run the same command again after Ctrl-C, a crash or a
kill to resume, and tomorrow to deliver new files, and what files have grown by. Results are appended.
--rejected writes the rejected events, each with the reason in _rejected. Fix them, and deliver that file.
A contact that already has the same data is reported as unchanged, not as rejected.

--report writes what became of the events, by name and day, with the reasons and three samples of each. With --results, it
has the command that delivers just the events with a reason again. It is about this run: it says how many lines an
earlier run had done. Of events with several mappings, it counts the worst result.

--from, --until, --filter, --event, --sample, --only-failed and --limit choose events; all of them must choose an event.
Lines that are not events are left out by --only-failed and --limit alone. The ledger keeps each choice apart: another
choice delivers its events, also those that were delivered before. A sample has the same users in every run.

Examples:
  ortto deliver archive/                                   to a local Ortto
  ortto deliver archive/ --dry-run                         show what would be sent
  ortto deliver archive/ --dry-run --results plan.ndjson   write every request that would be made
  ortto deliver archive/ --to ortto --results results.ndjson --report report.html
  ortto deliver archive/ --sample 1% --filter 'type = "track" and properties.total > 100'
  ortto deliver archive/ --to ortto --only-failed results.ndjson --results again.ndjson
  ortto deliver archive/ --to ortto --rejected rejected.ndjson
  gunzip -c events.gz | ortto deliver - --to http://127.0.0.1:8030

Exits with 0 when nothing was rejected, 1 when events were rejected, 2 for usage errors and a key
that is refused, 3 when it stopped early or could not connect: run the same command again.`

/** `ortto deliver` */
export function deliverCommand(output: Output, end: (code: number) => void): Command {
  const command = new Command('deliver')
    .argument('<inputs...>', 'files, folders, or - for standard input')
    .option('--to <where>', 'sandbox, ortto, or the URL of an Ortto server', 'sandbox')
    .option('--mappings <file>', "a mappings file in Segment's format (default: the destination's presets)")
    .addOption(columnsOption())
    .option('--integration <name>', "a further name for Ortto in the events' integrations", collect, [])
    .option('--consent <category>', 'only events that allow this consent category (repeatable)', collect, [])
    .option('--connect-audiences', 'find the named audiences of the mappings by name (default)')
    .option('--no-connect-audiences', 'use the audience IDs in the mappings file where there are any')
  return withChoosingOptions(command)
    .option('--sort', 'send events in the order of their timestamps, sorting 32 MB of text at a time')
    .option('--rate <number>', 'the maximum of events per second', wholeNumber(1))
    .option('--keep-going', 'continue although each of the first 1,000 results is the same rejection')
    .option('--results <file>', 'write a line for each event and mapping to this file')
    .option('--rejected <file>', 'write the rejected events to this file, to fix and deliver them again')
    .option('--report <file>', 'write a report for people (.html) or programs (.json) to this file')
    .option('--ledger <file>', 'the file that remembers what was delivered (default: next to the first input)')
    .option('--again', 'deliver all files again, also those that the ledger has')
    .addOption(listenOption())
    .option('--key-file <file>', 'a file that contains the API key')
    .option('--account <file>', 'a file that describes the local account (default: one that accepts all events)')
    .option('--contacts <number>', 'contacts of the plan whose limits apply in the local account', wholeNumber(1))
    .option('--activities <number>', 'activities of the plan whose limits apply there', wholeNumber(1))
    .option('--dry-run', 'send nothing, and show what would be sent')
    .option('--json', 'print JSON')
    .addHelpText('after', HELP)
    .action(async (inputs: string[], options: DeliverOptions) => end(await deliver(inputs, options, output)))
}

/** Delivers events, and resolves with the exit code. */
export async function deliver(inputs: string[], options: DeliverOptions, output: Output): Promise<number> {
  const { dryRun: isDry = false, rejected, ledger } = options
  if (isDry && (rejected ?? ledger) !== undefined) {
    throw new UsageError('--dry-run rejects nothing, and is not remembered. Remove --rejected and --ledger.')
  }
  if (isDry && options.listen) {
    throw new UsageError('--dry-run sends nothing that could be measured. Remove --listen.')
  }
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWTH}`)
  const found = await filesOf(inputs, output, options.columns)
  const files = await withoutOutputs(inputs, found, options)
  const mappings = await mappingsOf(options.mappings)
  await rejectOverwriting(inputs, files, options)
  const selection = await readSelection(files, options)
  const reportFile = options.report === undefined ? undefined : await ReportFile.open(options.report)
  const target = await targetOf(options)
  try {
    if (target.isRemote) {
      await checkTarget(target)
    }
    const connected = await connectMappings(mappings, target, options.connectAudiences)
    const records = await Records.open(recordsOf(inputs, files, mappings, target, options, selection)).catch(
      (error: Error) => {
        throw new UsageError(error.message)
      }
    )
    if (records.files.length === 0) {
      await records.close(true)
      output.log(describeNothingNew(records, options))
      return EXIT.done
    }
    return await deliverTo({ inputs, target, mappings: connected, records, selection, reportFile, options, output })
  } finally {
    await target.close()
  }
}

/** What is delivered where, and how. */
interface Setup {
  inputs: readonly string[]
  target: Target
  mappings: readonly Mapping[]
  records: Records
  selection: Selection
  reportFile?: ReportFile
  options: DeliverOptions
  output: Output
}

/** Delivers to a target, prints the summary, and writes the report. */
async function deliverTo(setup: Setup): Promise<number> {
  const { inputs, target, mappings, records, selection, reportFile, options, output } = setup
  const { integration: integrations, consent, rate, keepGoing, dryRun: isDry = false, json: isJSON = false } = options
  const startedAt = new Date().toISOString()
  const earlierLines = records.summary.counts.lines
  // Without somebody who reads it, it would only take time.
  const report = isDry || reportFile ? new DeliveryReport(isDry) : undefined
  const stop = new AbortController()
  const onSignal = () => stop.abort()
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal)
  const metrics: Metrics | undefined =
    options.listen &&
    new (loadMetrics().Metrics)({
      readWaiting: () => ({ events: progress.eventsRead - reported, isPaused: delivery.waiting !== undefined })
    })
  let reported = 0
  const delivery = new Delivery({
    ...target,
    mappings,
    integrations,
    consent,
    rate,
    keepGoing,
    signal: stop.signal,
    ...metrics?.observers,
    onReport:
      metrics &&
      ((one) => {
        reported += 1
        metrics.recordSettled([one])
      })
  })
  const { files } = records
  const progress = new Progress(files, records, delivery, output, isJSON)
  const monitor =
    options.listen &&
    metrics &&
    (await listen(options.listen, { metrics, notReady: () => delivery.waiting?.code }).catch(async (error: unknown) => {
      await records.close(false).catch(() => undefined)
      throw error
    }))
  const timer = setInterval(() => progress.show(), 500)
  if (!isJSON) {
    output.log(`${describeFiles(files)} → ${ortto.name} → ${target.name}`)
    if (target.account) {
      describeAssumptions(target.account, options).forEach((line) => output.log(line))
    }
    if (monitor) {
      output.log(`Metrics and probes: http://${monitor.host}:${monitor.port}/metrics`)
    }
    output.log(`${describeStart(records)}\n`.trimStart())
  }
  let outcome: Outcome
  try {
    outcome = await run(delivery, records, progress, selection, (reports) => report?.add(reports), options)
  } finally {
    clearInterval(timer)
    monitor?.close()
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
    output.progress?.()
  }
  const { account } = target
  // Of what an earlier run of this delivery has read, it is not known.
  const isWhole = files.length === records.options.files.length && files.every(({ after }) => after === undefined)
  const ending = {
    summary: records.summary.state,
    seconds: progress.seconds,
    retries: delivery.retries.rows,
    ...outcome,
    failedNotFound: isWhole ? selection.failed?.missingCount : undefined,
    isDry,
    canBeResumed: records.canBeResumed,
    sandbox: account && {
      contacts: account.contacts.count,
      activities: account.activities.all().length,
      advice: describeAccepted(account, options)
    }
  }
  const data = report?.toData(
    {
      startedAt,
      endedAt: new Date().toISOString(),
      target: target.name,
      inputs: [...inputs],
      stopped: outcome.stopped,
      earlierLines,
      summary: ending.summary
    },
    (code) => redeliverCommand(inputs, options, code)
  )
  if (isJSON) {
    output.log(JSON.stringify({ target: target.name, ...ending, plan: isDry ? data : undefined }))
  } else {
    output.log(`${isDry && data ? `${formatPlan(data)}\n` : ''}${formatEnding(ending)}`)
  }
  if (data) {
    await reportFile?.write(data)
  }
  if (outcome.stopped !== undefined) {
    return EXIT.stopped
  }
  return ending.summary.rejected > 0 ? EXIT.rejected : EXIT.done
}

/** How a delivery ended. */
interface Outcome {
  /** Why it stopped early */
  stopped?: string
  stopCode?: StopCode | 'files'
}

/** Runs a delivery until it ends or stops, and keeps its records. */
async function run(
  delivery: Delivery,
  records: Records,
  progress: Progress,
  selection: Selection,
  onReports: (reports: readonly EventReport[]) => void,
  { sort: isSorted = false, dryRun: isDry = false }: DeliverOptions
): Promise<Outcome> {
  const outcome: Outcome = {}
  const { lines, outside, notChosen } = records.summary.counts
  const selector = new Selector(selection, lines - outside - notChosen)
  try {
    const onEnd = records.canBeResumed ? records.onEnd : undefined
    const read = progress.watch(readAll(records.files, { onBytes: progress.onBytes, onEnd }))
    const items = isSorted ? sortItems(read, records.windowBefore) : read
    for await (const reports of delivery.run(selector.selectFrom(items))) {
      const described = isDry ? reports.map(describeDryRun) : reports
      await records.add(described)
      onReports(described)
    }
    await records.close(true)
  } catch (error) {
    // An input may have been deleted since the start.
    if (!(error instanceof Stopped || error instanceof RecordsError || error instanceof InputError)) {
      throw error
    }
    outcome.stopped = error.message
    outcome.stopCode = error instanceof Stopped ? error.code : 'files'
    // A write that failed before may succeed now. If not, the ledger stays as it was.
    await records.close(false).catch(() => undefined)
  }
  return outcome
}

async function targetOf(options: DeliverOptions): Promise<Target> {
  const { to, keyFile, account, contacts, activities, dryRun: isDry = false } = options
  if (isDry) {
    const close = () => Promise.resolve()
    return { name: 'dry run: nothing is sent', to: 'nowhere', settings: { api_key: 'pau-dry-run' }, close }
  }
  if (to !== 'sandbox' && (account ?? contacts ?? activities) !== undefined) {
    throw new UsageError('--account, --contacts and --activities are only for the local Ortto of --to sandbox.')
  }
  if (account !== undefined && (contacts ?? activities) !== undefined) {
    throw new UsageError('--contacts and --activities are not for an --account file, which has a plan of its own.')
  }
  if (to !== 'sandbox') {
    return remoteTarget(to, keyFile, 'sandbox, ortto')
  }
  if (account !== undefined) {
    return embeddedSandbox(readNamed(account, sandboxFor, await readJSON(account)))
  }
  return embeddedSandbox(sandboxFor(acceptingAccount(options)))
}

function sandboxFor(account: unknown): Sandbox {
  return createSandbox({ account })
}

/** In a dry run nothing was sent, so results say what would be sent. */
function describeDryRun(report: EventReport): EventReport {
  const results = report.results.map((result) =>
    result.code === 'processed' ? { ...result, message: ['Would be sent.', ...(result.notes ?? [])].join(' ') } : result
  )
  return { ...report, results }
}

function describeFiles(files: readonly InputFile[]): string {
  const [{ name }] = files
  return files.length > 1 ? `${files.length} files` : name === '-' ? 'standard input' : printable(name)
}

function describeStart({ files, options, canBeResumed, endedAt }: Records): string {
  const before = options.files.length - files.length
  const delivered =
    before > 0 ? `${formatNumber(before)} of ${formatNumber(options.files.length)} files were delivered before. ` : ''
  const [{ name, after }] = files
  if (after) {
    const what = endedAt === undefined ? 'Resuming' : 'Continuing'
    return `${delivered}${what} after line ${formatNumber(after.line)} of ${printable(name)}.`
  }
  if (name === '-') {
    return 'Standard input cannot be resumed: after an interruption, deliver it from the beginning.'
  }
  return `${delivered}${canBeResumed ? 'Safe to interrupt: run the same command again to resume.' : ''}`.trim()
}

function describeNothingNew({ options, endedAt }: Records, { json: isJSON = false }: DeliverOptions): string {
  const { files, job } = options
  if (isJSON) {
    return JSON.stringify({ target: job.target, files: files.length, nothingNew: true, deliveredAt: endedAt })
  }
  const what = files.length === 1 ? printable(files[0].name) : `All ${formatNumber(files.length)} files`
  const when = endedAt === undefined ? '' : ` by ${endedAt.slice(0, 16).replace('T', ' ')} UTC`
  return `${what} ${files.length === 1 ? 'was' : 'were'} delivered to ${
    job.target
  }${when}: nothing new. --again delivers all again.`
}
