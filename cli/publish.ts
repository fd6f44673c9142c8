import { Command } from 'commander'
import { InputError, readAll } from '../delivery'
import { NotPublishedError } from '../stream/errors'
import type { PublishCounts } from '../stream'
import { EXIT, wholeNumber } from './command'
import type { Output } from './command'
import { columnsOption, filesOf } from './inputs'
import { connectWith, NATS_HELP, replicasOption, withNatsOptions } from './nats'
import type { NatsOptions } from './nats'
import { loadStream } from './optional'

interface PublishOptions extends NatsOptions {
  maxBytes?: number
  replicas?: number
  columns?: string
  json?: boolean
}

const BY_SIGNAL = 'Stopped by a signal.'

const HELP = `
Publishes events to a stream of a NATS server. Run ortto work to deliver them. The stream is created if it does not
exist. The events of one user stay in order. Lines that are not events are published to the subject <stream>.rejected,
with the reason. If the stream is full or the server is down, the command waits.
${NATS_HELP}

Examples:
  ortto publish archive/
  gunzip -c events.gz | ortto publish -
  ortto publish archive/ --nats tls://nats.example.com:4222 --creds publisher.creds

Exits with 0 when all events are in the stream, 1 when some were rejected, 2 for usage errors, 3 when it stopped early.`

/** `ortto publish` */
export function publishCommand(output: Output, end: (code: number) => void): Command {
  return withNatsOptions(new Command('publish').argument('<inputs...>', 'files, folders, or - for standard input'))
    .option('--max-bytes <number>', 'the maximum size of the stream (default for a new stream: 1 GiB)', wholeNumber(1))
    .addOption(replicasOption())
    .addOption(columnsOption())
    .option('--json', 'print JSON')
    .addHelpText('after', HELP)
    .action(async (inputs: string[], options: PublishOptions) => end(await publish(inputs, options, output)))
}

/** Publishes events, and resolves with the exit code. */
async function publish(inputs: string[], options: PublishOptions, output: Output): Promise<number> {
  const files = await filesOf(inputs, output, options.columns)
  const { openStream, Publisher, publishLines } = loadStream()
  const nc = await connectWith(options, 'ortto publish')
  const stop = new AbortController()
  const onSignal = () => stop.abort()
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal)
  const startedAt = performance.now()
  const published: PublishCounts = { lines: 0, stored: 0, duplicates: 0, rejected: 0, tooLarge: 0 }
  const timer = setInterval(() => output.progress?.(`${published.lines} lines`), 500)
  let stopped: string | undefined
  try {
    const layout = await openStream(nc, {
      name: options.stream,
      maxBytes: options.maxBytes,
      replicas: options.replicas
    })
    const onWait = (reason: string | undefined) =>
      output.error(reason === undefined ? 'Resumed.' : `${reason}: waiting. Press Ctrl-C to stop.`)
    const publisher = new Publisher(nc, layout, { signal: stop.signal, onWait })
    const lines = untilStopped(stop.signal, readAll(files))
    await publishLines(lines, publisher, published, (problem) => output.error(problem))
    stopped = stop.signal.aborted ? BY_SIGNAL : undefined
  } catch (error) {
    if (!(error instanceof NotPublishedError || error instanceof InputError)) {
      throw error
    }
    stopped = error instanceof InputError ? `Stopped. ${error.message}` : BY_SIGNAL
  } finally {
    clearInterval(timer)
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
    output.progress?.()
    await nc.close()
  }
  const seconds = (performance.now() - startedAt) / 1000
  output.log(
    options.json
      ? JSON.stringify({ stream: options.stream, ...published, seconds, stopped })
      : formatSummary(published, options.stream, seconds, stopped)
  )
  if (stopped !== undefined) {
    return EXIT.stopped
  }
  return published.rejected + published.tooLarge > 0 ? EXIT.rejected : EXIT.done
}

/** Yields values until the signal, even while it waits for the next value. */
async function* untilStopped<Value>(signal: AbortSignal, values: AsyncIterable<Value>): AsyncGenerator<Value> {
  const iterator = values[Symbol.asyncIterator]()
  const stopped = new Promise<undefined>((resolve) => signal.addEventListener('abort', () => resolve(undefined)))
  const next = () => (signal.aborted ? undefined : Promise.race([iterator.next(), stopped]))
  for (let result = await next(); result && !result.done; result = await next()) {
    yield result.value
  }
}

function formatSummary(
  { lines, stored, duplicates, rejected, tooLarge }: PublishCounts,
  stream: string,
  seconds: number,
  stopped?: string
) {
  const parts = [
    `${stored} stored`,
    ...(duplicates > 0
      ? [`${duplicates} skipped (the stream received the same event within the last two minutes)`]
      : []),
    ...(rejected > 0 ? [`${rejected} are not events (published to ${stream}.rejected with the reason)`] : []),
    ...(tooLarge > 0 ? [`${tooLarge} too large (not stored)`] : [])
  ]
  return [
    `Published ${lines} lines to ${stream}, in ${seconds.toFixed(1)} s: ${parts.join(', ')}.`,
    ...(stopped === undefined
      ? []
      : [
          `${stopped} The same command starts from the beginning. Events of the last two minutes are not stored again, ` +
            'and Ortto stores an activity with the same message ID and timestamp only once.'
        ])
  ].join('\n')
}
