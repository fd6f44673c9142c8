import { Command } from 'commander'
import { join } from 'path'
import { createWorkbench, MappingsStore, PageNotBuilt } from '../workbench/server'
import { pathFrom, UsageError, wholeNumber } from './command'
import type { Output } from './command'
import { listen, openLocalOrtto } from './local-ortto'
import { connectWith, withNatsOptions } from './nats'
import type { NatsOptions } from './nats'
import { loadStream } from './optional'

const PORT = 8020
const ORTTO_PORT = 8021

/** Where `npm run build` writes the page: next to the compiled commands. */
const PAGE = join(__dirname, '..', 'workbench', 'page')

/** `ortto workbench` */
export function workbenchCommand(output: Output): Command {
  return withNatsOptions(new Command('workbench'))
    .option('--port <number>', 'the port of the page; 0 uses any free port', wholeNumber(0, 65_535), PORT)
    .option(
      '--ortto-port <number>',
      'the port of the local Ortto; 0 uses any free port',
      wholeNumber(0, 65_535),
      ORTTO_PORT
    )
    .option('--host <address>', 'the address to listen on', '127.0.0.1')
    .option('--mappings <file>', 'the file that stores the mappings', 'ortto-mappings.json')
    .option('--state <file>', 'the file that stores the local Ortto, with its API key', 'ortto-state.json')
    .option('--account <file>', 'a file that describes the account of a new local Ortto (default: the example account)')
    .option('--publish', 'also publish the live events to a stream, for ortto work to deliver')
    .addHelpText(
      'after',
      `
The local Ortto and the mappings are stored in the two files, and loaded at the next start. The mappings file is created
when mappings are saved. You can use it with ortto deliver --mappings. With --host 0.0.0.0, as in a container, publish
the port on this machine: the page accepts the host names 127.0.0.1 and localhost only, the tracking API accepts any.

Examples:
  ortto workbench
  ortto workbench --mappings mappings.json --state state.json
  ortto workbench --publish --nats nats://127.0.0.1:4222`
    )
    .action(async (options: WorkbenchOptions) => {
      const running = await startWorkbench(options, output)
      await new Promise((resolve) => process.once('SIGINT', resolve).once('SIGTERM', resolve))
      await running.end()
      output.log('\nStopped.')
    })
}

export interface WorkbenchOptions extends Partial<NatsOptions> {
  port?: number
  orttoPort?: number
  host?: string
  mappings?: string
  state?: string
  account?: string
  /** Also publishes live events to the server and the stream of the NATS options. */
  publish?: boolean
  /** Only for tests: the folder of the built page */
  pageFolder?: string
}

/**
 * Starts the workbench, and prints its URL.
 * @throws UsageError when an option is wrong, MappingsError when the mappings cannot be used
 */
export async function startWorkbench(options: WorkbenchOptions, output: Output) {
  const { port = PORT, orttoPort = ORTTO_PORT, host, mappings: file, state, account, pageFolder = PAGE } = options
  const mappings = await MappingsStore.open(file === undefined ? undefined : pathFrom(file))
  const ortto = await openLocalOrtto({ port: orttoPort, host, portOption: '--ortto-port', account, state }, output)
  let stream: Awaited<ReturnType<typeof openPublisher>> | undefined
  try {
    const { sandbox, origin } = ortto
    stream = options.publish ? await openPublisher(options, output) : undefined
    const { app, writeKey } = createWorkbench({ sandbox, origin, mappings, pageFolder, stream: stream?.publisher })
    const page = await listen(app, port, '--port', host)
    output.log(
      `The workbench is running at ${page.origin}\n` +
        `Send events from a Segment library to this host with the write key ${writeKey}, or try:\n` +
        `  curl -u ${writeKey}: ${page.origin}/v1/identify -d '{"userId":"lana","traits":{"firstName":"Lana"}}'\n` +
        'Press Ctrl-C to stop.'
    )
    const end = () =>
      page
        .close()
        .finally(() => stream?.end())
        .finally(() => ortto.end())
    return { origin: page.origin, end }
  } catch (error) {
    await Promise.resolve(stream?.end()).finally(() => ortto.end())
    throw error instanceof PageNotBuilt ? new UsageError(error.message) : error
  }
}

/** A publisher for live events, and a function that closes its connection. */
async function openPublisher(options: WorkbenchOptions, output: Output) {
  const { nats = 'nats://127.0.0.1:4222', creds, stream = 'ortto' } = options
  const { openStream, Publisher } = loadStream()
  const nc = await connectWith({ nats, creds, stream }, 'ortto workbench')
  const layout = await openStream(nc, { name: stream }).catch(async (error: unknown) => {
    await nc.close()
    throw error
  })
  const publisher = new Publisher(nc, layout, {
    onWait: (reason) => output.error(reason === undefined ? 'Resumed.' : `${reason}: live events are rejected.`)
  })
  output.log(`Live events are also published to the stream ${stream}.`)
  return { publisher, end: () => nc.close() }
}
