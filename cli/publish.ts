import { Command } from 'commander'
import { InputError, readAll } from '../delivery'
import { NotPublishedError, openStream, Publisher, publishLines } from '../stream'
import type { Published } from '../stream'
import { EXIT, wholeNumber } from './command'
import type { Output } from './command'
import { filesOf } from './inputs'
import { connectWith, NATS_HELP, withNatsOptions } from './nats'
import type { NatsOptions } from './nats'

interface PublishOptions extends NatsOptions {
  maxBytes?: number
}

const HELP = `
Puts events into a stream of a NATS server, from which ortto work delivers them. The stream is made when it is not
there. The events of one user stay in their order. What holds no event stands on the subject <stream>.rejected with its reason.
When the stream is full, or the server away, it waits.
${NATS_HELP}

Examples:
  ortto publish archive/
  gunzip -c events.gz | ortto publish -
  ortto publish archive/ --nats tls://nats.example.com:4222 --creds publisher.creds

Ends with 0 when all is in the stream, 1 when some was rejected, 2 when it was called wrongly, 3 when it was stopped.`

/** `ortto publish` */
export function publishCommand(output: Output, end: (code: number) => void): Command {
  return withNatsOptions(
    new Command('publish')
      .description('Puts events of files, folders or standard input (-) into a stream, for any number of workers.')
      .argument('<inputs...>', 'files, folders, or - for standard input')
  )
    .option('--max-bytes <number>', 'how much the stream may hold (1 GiB when it is made)', wholeNumber(1))
    .addHelpText('after', HELP)
    .action(async (inputs: string[], options: PublishOptions) => end(await publish(inputs, options, output)))
}

/** Publishes, and resolves with the exit code. */
async function publish(inputs: string[], options: PublishOptions, output: Output): Promise<number> {
  const files = await filesOf(inputs, output)
  const nc = await connectWith(options, 'ortto publish')
  const stop = new AbortController()
  const onSignal = () => stop.abort()
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal)
  const startedAt = performance.now()
  const published: Published = { lines: 0, stored: 0, known: 0, rejected: 0, tooLarge: 0 }
  const ticking = setInterval(() => output.progress?.(`${published.lines} lines`), 500)
  let stopped: string | undefined
  try {
    const layout = await openStream(nc, { name: options.stream, maxBytes: options.maxBytes })
    const onWait = (reason: string | undefined) =>
      output.error(reason === undefined ? 'It goes on.' : `${reason}: waiting. Ctrl-C stops.`)
    const publisher = new Publisher(nc, layout, { signal: stop.signal, onWait })
    const lines = unlessStopped(stop.signal, readAll(files))
    await publishLines(lines, publisher, published, (problem) => output.error(problem))
    stopped = stop.signal.aborted ? 'You stopped it.' : undefined
  } catch (error) {
    if (!(error instanceof NotPublishedError || error instanceof InputError)) {
      throw error
    }
    stopped = error instanceof InputError ? error.message : 'You stopped it.'
  } finally {
    clearInterval(ticking)
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
    output.progress?.()
    await nc.close()
  }
  output.log(tell(published, options.stream, (performance.now() - startedAt) / 1000, stopped))
  if (stopped !== undefined) {
    return EXIT.stopped
  }
  return published.rejected + published.tooLarge > 0 ? EXIT.rejected : EXIT.done
}

/** The values until a signal, also while it waits for the next one. */
async function* unlessStopped<Value>(signal: AbortSignal, values: AsyncIterable<Value>): AsyncGenerator<Value> {
  const iterator = values[Symbol.asyncIterator]()
  const stopped = new Promise<undefined>((resolve) => signal.addEventListener('abort', () => resolve(undefined)))
  const take = () => (signal.aborted ? undefined : Promise.race([iterator.next(), stopped]))
  for (let next = await take(); next && !next.done; next = await take()) {
    yield next.value
  }
}

function tell(
  { lines, stored, known, rejected, tooLarge }: Published,
  stream: string,
  seconds: number,
  stopped?: string
) {
  const parts = [
    `${stored} stored`,
    ...(known > 0 ? [`${known} not stored again, since their message ids came within the last two minutes`] : []),
    ...(rejected > 0 ? [`${rejected} hold no event, and stand on ${stream}.rejected with the reason`] : []),
    ...(tooLarge > 0 ? [`${tooLarge} too large, and nowhere`] : [])
  ]
  return [
    `Published ${lines} lines to ${stream}, in ${seconds.toFixed(1)} s: ${parts.join(', ')}.`,
    ...(stopped === undefined
      ? []
      : [
          `Stopped. ${stopped} The same command starts from the beginning: what came within the last two minutes is not ` +
            'stored again, and Ortto stores an activity once by its message id and timestamp.'
        ])
  ].join('\n')
}
