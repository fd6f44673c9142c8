import { Command } from 'commander'
import { open, rm } from 'fs/promises'
import pino from 'pino'
import { Stopped } from '../delivery'
import { forgetRejected, openStream, readRejected, readStatus, watchConnection, work } from '../stream'
import type { Status } from '../stream'
import { EXIT, pathFrom, reasonOf, UsageError, wholeNumber } from './command'
import type { Output } from './command'
import { collect, mappingsOf } from './inputs'
import { connectWith, NATS_HELP, withNatsOptions } from './nats'
import type { NatsOptions } from './nats'
import { remoteTarget } from './target'

interface WorkOptions extends NatsOptions {
  to?: string
  mappings?: string
  integration: string[]
  rate?: number
  keyFile?: string
  status?: boolean
  rejected?: string
}

const HELP = `
Delivers what ortto publish puts into a stream, until it is stopped. Start as many as you like, on any machines: they
share the users, and go on with what one leaves behind that is killed. What is refused stands on <stream>.rejected with
its reason. The key is taken from --key-file, else from ORTTO_API_KEY, else typed. It logs a line of JSON a batch.
${NATS_HELP}

Examples:
  ortto work --to ortto
  ortto work --to http://127.0.0.1:8030 --rate 100
  ortto work --status
  ortto work --rejected rejected.ndjson      mend it, and: ortto publish rejected.ndjson

SIGTERM and Ctrl-C drain it: what is under way is finished, and the rest given back.
Ends with 0 when it was drained, 2 when it was called wrongly, 3 when it gave up, and all that it had was given back.`

/** `ortto work` */
export function workCommand(output: Output, end: (code: number) => void): Command {
  return withNatsOptions(
    new Command('work')
      .description('Delivers events of a stream to Ortto, together with every other worker of the stream.')
      .option('--to <where>', 'ortto, or the URL of an Ortto')
      .option('--mappings <file>', "mappings in Segment's shape (the destination's presets without it)")
      .option('--integration <name>', "a name in the events' integrations that means Ortto as well", collect, [])
      .option('--rate <number>', 'events a second that this worker sends, at most', wholeNumber(1))
      .option('--key-file <file>', 'a file that holds the API key')
  )
    .option('--rejected <file>', 'moves what was refused from the stream to a file, ready to be mended, and ends')
    .option('--status', 'shows what is in the stream and who works on it, and ends')
    .addHelpText('after', HELP)
    .action(async (options: WorkOptions) => {
      end(await act(options, output))
    })
}

function act(options: WorkOptions, output: Output): Promise<number> {
  if (options.status) {
    return showStatus(options, output)
  }
  return options.rejected === undefined ? run(options, output) : moveRejected(options.rejected, options, output)
}

/** Works until it is stopped, and resolves with the exit code. */
async function run(options: WorkOptions, output: Output): Promise<number> {
  const { to, integration: integrations, rate, keyFile } = options
  if (to === undefined) {
    throw new UsageError('--to says where the events go: ortto, or the URL of an Ortto.')
  }
  const mappings = await mappingsOf(options.mappings)
  const target = await remoteTarget(to, keyFile)
  const log = pino(
    { base: null, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: (level) => ({ level }) } },
    { write: (line) => output.log(line.trimEnd()) }
  )
  const nc = await connectWith(options, 'ortto work')
  const stop = new AbortController()
  const onSignal = () => stop.abort()
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal)
  void watchConnection(nc, (isLost) =>
    isLost ? log.warn('The connection to NATS is lost: trying again until it is back.') : log.info('NATS is back.')
  )
  try {
    const layout = await openStream(nc, { name: options.stream })
    await work({ nc, layout, delivery: { ...target, mappings, integrations, rate }, log, signal: stop.signal })
    return EXIT.done
  } catch (error) {
    if (!(error instanceof Stopped)) {
      throw error
    }
    log.fatal(`${error.message} All events were given back: mend it, and start again.`)
    return EXIT.stopped
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
    await nc.close()
  }
}

async function showStatus(options: WorkOptions, output: Output): Promise<number> {
  const nc = await connectWith(options, 'ortto work --status')
  try {
    output.log(tellStatus(await readStatus(nc, options.stream)))
    return EXIT.done
  } finally {
    await nc.close()
  }
}

/** Writes what was refused into a new file. It leaves the server when it is safe there. */
async function moveRejected(rejected: string, options: WorkOptions, output: Output): Promise<number> {
  const nc = await connectWith(options, 'ortto work --rejected')
  let count = 0
  let isSafe = false
  try {
    const file = await open(pathFrom(rejected), 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
      const reason = error.code === 'EEXIST' ? 'it is there already; name another' : reasonOf(error)
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
        await forgetRejected(nc, { name: options.stream }, last)
      }
    } finally {
      await file.close()
      if (!isSafe) {
        // All is still on the server, and the same name may be tried again.
        await rm(pathFrom(rejected))
      }
    }
  } finally {
    await nc.close()
  }
  output.log(isSafe ? `${count} events moved to ${rejected}. Mend them, and publish that file.` : 'None was rejected.')
  return EXIT.done
}

function tellStatus(status: Status): string {
  const { stream, bytes, maxBytes, partitions, pending, inHand, redelivered, rejected, workers } = status
  const limit = maxBytes < 0 ? '' : ` of ${megabytes(maxBytes)}`
  return [
    `Stream       ${stream}: ${megabytes(bytes)}${limit}, ${partitions} partitions`,
    `Pending      ${pending} wait, ${inHand} are with workers`,
    `Redelivered  ${redelivered}`,
    `Rejected     ${rejected} on ${stream}.rejected`,
    `Workers      ${workers.length}`,
    ...workers.map((one) => `  ${one.worker}: ${one.partitions} partitions`)
  ].join('\n')
}

function megabytes(bytes: number): string {
  return `${(bytes / 1024 ** 2).toFixed(1)} MiB`
}
