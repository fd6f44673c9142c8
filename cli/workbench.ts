import { Command } from 'commander'
import { join } from 'path'
import { openStream, Publisher } from '../stream'
import { createWorkbench, MappingsStore, PageNotBuilt } from '../workbench/server'
import { pathFrom, UsageError, wholeNumber } from './command'
import type { Output } from './command'
import { listen, openLocalOrtto } from './local-ortto'
import { connectWith, withNatsOptions } from './nats'
import type { NatsOptions } from './nats'

const PORT = 8020
const ORTTO_PORT = 8021

/** Where `npm run build` puts the page: beside the compiled commands. */
const PAGE = join(__dirname, '..', 'workbench', 'page')

/** `ortto workbench` */
export function workbenchCommand(output: Output): Command {
  return withNatsOptions(
    new Command('workbench').description(
      'Runs a page on 127.0.0.1 that shows what mappings do, with a local Ortto behind it, until Ctrl-C.'
    )
  )
    .option('--port <number>', 'the port of the page; 0 takes any that is free', wholeNumber(0, 65_535), PORT)
    .option('--ortto-port <number>', 'the port of the local Ortto', wholeNumber(0, 65_535), ORTTO_PORT)
    .option('--mappings <file>', 'where the mappings are loaded from and saved to', 'ortto-mappings.json')
    .option('--state <file>', 'where the local Ortto is loaded from and saved to', 'ortto-state.json')
    .option('--account <file>', 'how the local Ortto is set up at first (the example account without it)')
    .option('--publish', 'put the live events into a stream as well, from which ortto work delivers them')
    .addHelpText(
      'after',
      `
What the local Ortto holds and the mappings are kept in the two files, so that the next start goes on from there. The
file of mappings is one that ortto deliver --mappings reads; it is made when mappings are saved.

Examples:
  ortto workbench
  ortto workbench --mappings mappings.json --state state.json
  ortto workbench --publish --nats nats://127.0.0.1:4222`
    )
    .action(async (options: WorkbenchOptions) => {
      const running = await startWorkbench(options, output)
      await new Promise((resolve) => process.once('SIGINT', resolve).once('SIGTERM', resolve))
      await running.end()
      output.log('\nEnded.')
    })
}

export interface WorkbenchOptions extends Partial<NatsOptions> {
  port?: number
  orttoPort?: number
  mappings?: string
  state?: string
  account?: string
  /** The server and the stream are those of the options of NATS. */
  publish?: boolean
  /** Only for tests: where the page was built to */
  pageFolder?: string
}

/**
 * Starts the workbench and tells where it is.
 * @throws UsageError when it was called wrongly, MappingsError when the mappings can't be used
 */
export async function startWorkbench(options: WorkbenchOptions, output: Output) {
  const { port = PORT, orttoPort = ORTTO_PORT, mappings: file, state, account, pageFolder = PAGE } = options
  const mappings = await MappingsStore.open(file === undefined ? undefined : pathFrom(file))
  const ortto = await openLocalOrtto({ port: orttoPort, portOption: '--ortto-port', account, state }, output)
  let stream: Awaited<ReturnType<typeof openPublisher>> | undefined
  try {
    const { sandbox, origin } = ortto
    stream = options.publish ? await openPublisher(options, output) : undefined
    const { app } = createWorkbench({ sandbox, origin, mappings, pageFolder, stream: stream?.publisher })
    const page = await listen(app, port, '--port')
    output.log(`The workbench is at ${page.origin}\nCtrl-C ends it.`)
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

/** What puts live events into a stream, and how to end it. */
async function openPublisher(options: WorkbenchOptions, output: Output) {
  const { nats = 'nats://127.0.0.1:4222', creds, stream = 'ortto' } = options
  const nc = await connectWith({ nats, creds, stream }, 'ortto workbench')
  const layout = await openStream(nc, { name: stream }).catch(async (error: unknown) => {
    await nc.close()
    throw error
  })
  const publisher = new Publisher(nc, layout, {
    onWait: (reason) => output.error(reason === undefined ? 'It goes on.' : `${reason}: live events are turned away.`)
  })
  output.log(`Live events go into the stream ${stream} as well.`)
  return { publisher, end: () => nc.close() }
}
