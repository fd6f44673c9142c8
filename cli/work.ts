import { Command } from 'commander'
import { open, rm } from 'fs/promises'
import { Stopped } from '../delivery'
import type { Status, Stuck } from '../stream'
import { connectMappings } from './check-target'
import { EXIT, pathFrom, reasonOf, UsageError, wholeNumber } from './command'
import type { Output } from './command'
import { collect, mappingsOf } from './inputs'
import { listen, listenOption } from './listen'
import type { Address } from './listen'
import { createLog, logLevelOption } from './log'
import type { LogLevel } from './log'
import type { Metrics } from './metrics'
import { connectWith, NATS_HELP, replicasOption, withNatsOptions } from './nats'
import type { NatsOptions } from './nats'
import { loadMetrics, loadStream } from './optional'
import { printable } from './table'
import { remoteTarget } from './target'

interface WorkOptions extends NatsOptions {
  to?: string
  mappings?: string
  integration: string[]
  consent: string[]
  connectAudiences?: boolean
  rate?: number
  keyFile?: string
  replicas?: number
  listen?: Address
  logLevel: LogLevel
  json?: boolean
  status?: boolean
  rejected?: string
}

const HELP = `
Delivers the events of a stream until it is stopped. Start any number of workers, on any machines. They share the users,
and take over the events of a worker that was killed. Rejected events are published to <stream>.rejected, with the
reason. The API key is read from --key-file or ORTTO_API_KEY. Without both, you are asked for it. Each batch is logged as
a line of JSON. docs/operations.md explains --listen.
${NATS_HELP}

Examples:
  ortto work --to ortto
  ortto work --to http://127.0.0.1:8030 --rate 100
  ortto work --status
  ortto work --rejected rejected.ndjson      then fix the events and run: ortto publish rejected.ndjson

On SIGTERM or Ctrl-C, the worker finishes the requests in flight, and returns all other events to the stream.
Exits with 0 after that, 2 for usage errors, 3 when it cannot continue and has returned all its events to the stream.`

/** `ortto work` */
export function workCommand(output: Output, end: (code: number) => void): Command {
  return withNatsOptions(
    new Command('work')
      .option('--to <where>', 'ortto, or the URL of an Ortto server')
      .option('--mappings <file>', "a mappings file in Segment's format (default: the destination's presets)")
      .option('--integration <name>', "a further name for Ortto in the events' integrations", collect, [])
      .option('--consent <category>', 'only events that allow this consent category (repeatable)', collect, [])
      .option('--connect-audiences', 'find the named audiences of the mappings by name (default)')
      .option('--no-connect-audiences', 'use the audience IDs in the mappings file where there are any')
      .option('--rate <number>', 'the maximum of events per second for this worker', wholeNumber(1))
      .option('--key-file <file>', 'a file that contains the API key')
  )
    .addOption(replicasOption())
    .addOption(listenOption())
    .addOption(logLevelOption())
    .option('--rejected <file>', 'move the rejected events from the stream to a file, and exit')
    .option('--status', 'show the state of the stream and its workers, and exit')
    .option('--json', 'with --status: print JSON')
    .addHelpText('after', HELP)
    .action(async (options: WorkOptions) => {
      end(await start(options, output))
    })
}

function start(options: WorkOptions, output: Output): Promise<number> {
  if (options.status) {
    return showStatus(options, output)
  }
  return options.rejected === undefined ? run(options, output) : moveRejected(options.rejected, options, output)
}

/** Delivers events until it is stopped, and resolves with the exit code. */
async function run(options: WorkOptions, output: Output): Promise<number> {
  const { to, integration: integrations, consent, rate, keyFile } = options
  if (to === undefined) {
    throw new UsageError('--to is required: ortto, or the URL of an Ortto server.')
  }
  const saved = await mappingsOf(options.mappings)
  const target = await remoteTarget(to, keyFile)
  const mappings = await connectMappings(saved, target, options.connectAudiences)
  const log = createLog(options.logLevel, output)
  const { openStream, readStatus, watchConnection, work } = loadStream()
  const nc = await connectWith(options, 'ortto work')
  const stop = new AbortController()
  const onSignal = () => stop.abort()
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal)
  let notReady: string | undefined = 'starting'
  void watchConnection(nc, (isLost) => {
    notReady = isLost ? 'nats_disconnected' : undefined
    if (isLost) {
      log.warn({ code: 'nats_disconnected' }, 'The connection to NATS is lost. Reconnecting.')
    } else {
      log.info({ code: 'nats_reconnected' }, 'Reconnected to NATS.')
    }
  })
  let monitor: { close: () => void } | undefined
  try {
    let metrics: Metrics | undefined
    if (options.listen) {
      const { Metrics: Recorder } = loadMetrics()
      metrics = new Recorder({ readStatus: () => readStatus(nc, options.stream) })
      const { host, port, close } = await listen(options.listen, { metrics, notReady: () => notReady })
      monitor = { close }
      log.info({ code: 'listening', host, port }, 'listening')
    }
    const layout = await openStream(nc, { name: options.stream, replicas: options.replicas })
    const delivery = { ...target, mappings, integrations, consent, rate, ...metrics?.observers }
    notReady = undefined
    await work({ nc, layout, delivery, log, onSettled: metrics?.recordSettled, signal: stop.signal })
    return EXIT.done
  } catch (error) {
    if (!(error instanceof Stopped)) {
      throw error
    }
    log.fatal(`${error.message} All events were returned to the stream. Fix the problem, and start the worker again.`)
    return EXIT.stopped
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
    monitor?.close()
    await nc.close()
  }
}

async function showStatus(options: WorkOptions, output: Output): Promise<number> {
  const nc = await connectWith(options, 'ortto work --status')
  try {
    const { readStatus } = loadStream()
    const status = await readStatus(nc, options.stream)
    output.log(options.json ? JSON.stringify(status) : formatStatus(status))
    return EXIT.done
  } finally {
    await nc.close()
  }
}

/** Writes the rejected events to a new file, and deletes them from the server once the file is synced to disk. */
async function moveRejected(rejected: string, options: WorkOptions, output: Output): Promise<number> {
  const { deleteRejected, readRejected } = loadStream()
  const nc = await connectWith(options, 'ortto work --rejected')
  let count = 0
  let isSafe = false
  try {
    const file = await open(pathFrom(rejected), 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
      const reason = error.code === 'EEXIST' ? 'the file already exists; choose another' : reasonOf(error)
      throw new UsageError(`Cannot write ${rejected}: ${reason}.`)
    })
    try {
      let last = 0
      for await (const { text, sequence } of readRejected(nc, { name: options.stream })) {
        await file.appendFile(`${text}\n`)
        count += 1
        last = sequence
      }
      await file.datasync()
      isSafe = count > 0
      if (isSafe) {
        await deleteRejected(nc, { name: options.stream }, last)
      }
    } finally {
      await file.close()
      if (!isSafe) {
        // All events are still on the server. Remove the file, so that the command can be retried.
        await rm(pathFrom(rejected))
      }
    }
  } finally {
    await nc.close()
  }
  output.log(
    isSafe
      ? `${count} ${count === 1 ? 'event' : 'events'} moved to ${rejected}. Fix them, and publish that file.`
      : 'There are no rejected events.'
  )
  return EXIT.done
}

function formatStatus(status: Status): string {
  const { stream, bytes, maxBytes, partitions, pending, inProgress, redelivered, rejected, oldestSeconds, workers } =
    status
  const limit = maxBytes < 0 ? '' : ` of ${megabytes(maxBytes)}`
  return [
    `Stream       ${stream}: ${megabytes(bytes)}${limit}, ${partitions} partitions`,
    `Pending      ${pending} waiting, ${inProgress} with workers`,
    `Oldest       ${oldestSeconds} s`,
    `Redelivered  ${redelivered}`,
    `Rejected     ${rejected} on ${stream}.rejected`,
    `Workers      ${workers.length}`,
    ...workers.flatMap(({ worker, partitions: count, stuck }) => [
      `  ${printable(worker)}: ${count} partitions`,
      ...(stuck ? [`    ${printable(formatStuck(stuck))}`] : [])
    ])
  ].join('\n')
}

function formatStuck({ messages, subject, sequence, reason }: Stuck): string {
  const others = messages > 1 ? ` and ${messages - 1} more` : ''
  return `Stuck: ${subject} ${sequence}${others} cannot be moved to the rejected events. ${reason}`
}

function megabytes(bytes: number): string {
  return `${(bytes / 1024 ** 2).toFixed(1)} MiB`
}
