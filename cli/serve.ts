import { Command, Option } from 'commander'
import type { Logger } from 'pino'
import { setTimeout as wait } from 'timers/promises'
import { OrttoSink, RejectedFile, Service, StreamSink } from '../service'
import type { Sink } from '../service'
import { connectMappings } from './check-target'
import { EXIT, pathFrom, reasonOf, UsageError, wholeNumber } from './command'
import type { Output } from './command'
import { collect, mappingsOf } from './inputs'
import { readWriteKey } from './key'
import { listen, parseAddress } from './listen'
import type { Address } from './listen'
import { createLog, logLevelOption } from './log'
import type { LogLevel } from './log'
import type { Metrics } from './metrics'
import { connectWith, NATS_HELP, replicasOption, withNatsOptions } from './nats'
import type { NatsOptions } from './nats'
import { loadMetrics, loadStream } from './optional'
import { remoteTarget } from './target'

interface ServeOptions extends NatsOptions {
  to?: string
  publish?: boolean
  listen: Address
  writeKeyFile?: string
  mappings?: string
  integration: string[]
  consent: string[]
  connectAudiences?: boolean
  rate?: number
  keyFile?: string
  rejected?: string
  replicas?: number
  logLevel: LogLevel
}

const ADDRESS = '127.0.0.1:8040'

const LOST = 'The connection to NATS is lost'

/** The longest time between a signal and the end. Requests have their responses before. */
const DRAIN_TIMEOUT_MS = 30_000

const HELP = `
Receives events over HTTP, with Segment's tracking API, and responds when Ortto has decided about them. 200 and 207 say
that nothing has to be sent again; in 207, each rejected event has its reason. After 429 and 503, the client sends the
whole request again, after the time in Retry-After. With --publish, events are stored in a stream of a NATS server
instead, for ortto work. Clients send the write key as the user name of basic authentication. It is read from
--write-key-file or ORTTO_WRITE_KEY. The API key is read from --key-file or ORTTO_API_KEY. The address also has
/metrics, /livez and /readyz. docs/serve.md explains all of it.
${NATS_HELP}

Examples:
  ortto serve --to ortto --rejected rejected.ndjson
  ortto serve --to http://127.0.0.1:8030 --listen 0.0.0.0:8040
  ortto serve --publish --nats nats://127.0.0.1:4222

On SIGTERM or Ctrl-C, the service accepts no more events, and responds to the requests that it has.
Exits with 0 after that, 2 for usage errors, 3 when a request had no response within 30 seconds.`

/** `ortto serve` */
export function serveCommand(output: Output, end: (code: number) => void): Command {
  return withNatsOptions(
    new Command('serve')
      .option('--to <where>', 'ortto, or the URL of an Ortto server')
      .option('--publish', 'store the events in a stream, for ortto work to deliver')
      .addOption(
        new Option('--listen <host:port>', 'the address of the service')
          .argParser(parseAddress)
          .default(parseAddress(ADDRESS), ADDRESS)
      )
      .option('--write-key-file <file>', 'a file that contains the key that clients must send')
      .option('--mappings <file>', "a mappings file in Segment's format (default: the destination's presets)")
      .option('--integration <name>', "a further name for Ortto in the events' integrations", collect, [])
      .option('--consent <category>', 'only events that allow this consent category (repeatable)', collect, [])
      .option('--connect-audiences', 'find the named audiences of the mappings by name (default)')
      .option('--no-connect-audiences', 'use the audience IDs in the mappings file where there are any')
      .option('--rate <number>', 'the maximum of events per second', wholeNumber(1))
      .option('--key-file <file>', 'a file that contains the API key')
      .option('--rejected <file>', 'append the rejected events to a file, with the reasons')
  )
    .addOption(replicasOption())
    .addOption(logLevelOption())
    .addHelpText('after', HELP)
    .action(async (options: ServeOptions) => end(await run(options, output)))
}

/** Serves until it is stopped, and resolves with the exit code. */
async function run(options: ServeOptions, output: Output): Promise<number> {
  if ((options.to === undefined) === !options.publish) {
    throw new UsageError('Pass either --to (ortto, or the URL of an Ortto server) or --publish.')
  }
  const writeKey = await readWriteKey(options.writeKeyFile)
  const { Metrics: Recorder } = loadMetrics()
  const log = createLog(options.logLevel, output)
  const ends: (() => Promise<void>)[] = []
  try {
    const rejected = options.rejected === undefined ? undefined : await openRejected(options.rejected)
    ends.push(async () => rejected?.close())
    const metrics: Metrics = new Recorder({
      readWaiting: () => ({ ...service.waiting, isPaused: sink.pause !== undefined })
    })
    const { sink, ended, close }: Opened = await (options.publish
      ? openStreamSink(options, log)
      : openOrttoSink(options, log, metrics))
    ends.push(close)
    const service = new Service({
      sink,
      writeKey,
      rejected,
      onSettled: metrics.recordSettled,
      onUnconfirmed: (events, code) => metrics.recordRetry(code, events),
      onAnswered: (status) => metrics.recordResponse(status),
      onError: (error) => log.error({ code: 'unexpected_error', err: error }, 'A request failed unexpectedly.')
    })
    const server = await listen(options.listen, {
      metrics,
      notReady: () => service.notReady,
      handle: (request, response) => void service.handle(request, response)
    })
    ends.push(() => Promise.resolve(server.close()))
    log.info({ code: 'listening', host: server.host, port: server.port }, 'listening')
    if (!rejected && !options.publish) {
      const message = 'Rejected events are in the responses only. Use --rejected to store them.'
      log.warn({ code: 'no_rejected_file' }, message)
    }
    await Promise.race([untilSignal(), ended])
    log.info({ code: 'draining', ...service.waiting }, 'draining')
    const drained = service.drain().then(() => sink.close())
    const isDrained = await Promise.race([drained.then(() => true), wait(DRAIN_TIMEOUT_MS, false, { ref: false })])
    log.info({ code: isDrained ? 'drained' : 'not_drained', ...service.waiting }, isDrained ? 'drained' : 'not drained')
    return isDrained ? EXIT.done : EXIT.stopped
  } finally {
    for (const close of ends.reverse()) {
      await close()
    }
  }
}

/** Resolves at the first SIGTERM or Ctrl-C. The second one ends the process at once. */
function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    const onSignal = () => {
      process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
      resolve()
    }
    process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
  })
}

/** Where the events go, and what ends with the command. */
interface Opened {
  sink: Sink
  /** Rejects when the sink breaks down. */
  ended: Promise<void>
  close: () => Promise<void>
}

async function openOrttoSink(options: ServeOptions, log: Logger, metrics: Metrics): Promise<Opened> {
  const { to = 'ortto', integration: integrations, consent, rate, keyFile } = options
  const saved = await mappingsOf(options.mappings)
  const target = await remoteTarget(to, keyFile)
  const mappings = await connectMappings(saved, target, options.connectAudiences)
  const delivery = { ...target, mappings, integrations, consent, rate, through: metrics.observe }
  const sink = new OrttoSink({
    delivery,
    onPause: ({ code, message, retryAfterMs }) => {
      metrics.recordPause(code)
      log.warn({ code, retryAfterSeconds: retryAfterMs / 1000 }, message)
    }
  })
  return { sink, ended: sink.ended, close: () => Promise.resolve() }
}

async function openStreamSink(options: ServeOptions, log: Logger): Promise<Opened> {
  const { openStream, Publisher, watchConnection } = loadStream()
  const nc = await connectWith(options, 'ortto serve')
  const stop = new AbortController()
  try {
    const layout = await openStream(nc, { name: options.stream, replicas: options.replicas })
    const onWait = (reason: string | undefined) =>
      reason === undefined
        ? log.info({ code: 'resumed' }, 'resumed')
        : log.warn({ code: 'stream_unavailable' }, `${reason}: events are refused.`)
    const publisher = new Publisher(nc, layout, { signal: stop.signal, onWait })
    let isLost = false
    void watchConnection(nc, (isLostNow) => {
      isLost = isLostNow
      onWait(isLost ? LOST : undefined)
    })
    const sink = new StreamSink({
      publish: (event, read) => publisher.publish(event, read),
      reject: (record, source) => publisher.reject(record, source),
      get waitReason() {
        return isLost ? LOST : publisher.waitReason
      }
    })
    const close = async () => {
      stop.abort()
      await nc.close()
    }
    return { sink, ended: new Promise(() => undefined), close }
  } catch (error) {
    await nc.close()
    throw error
  }
}

async function openRejected(path: string): Promise<RejectedFile> {
  try {
    return await RejectedFile.open(pathFrom(path))
  } catch (error) {
    throw new UsageError(`Cannot write ${path}: ${reasonOf(error)}.`)
  }
}
