import { Command } from 'commander'
import { join } from 'path'
import exampleAccount from '../examples/account.json'
import { createSandbox } from '../sandbox'
import { serve } from '../sandbox/serve'
import { createWorkbench, MappingsStore } from '../workbench/server'
import { pathFrom, UsageError, wholeNumber } from './command'
import type { Output } from './command'

const PORT = 8020
const ORTTO_PORT = 8021

/** Where `npm run build` puts the page: beside the compiled commands. */
const PAGE = join(__dirname, '..', 'workbench', 'page')

/** `ortto workbench` */
export function workbenchCommand(output: Output): Command {
  return new Command('workbench')
    .description('Runs a page on 127.0.0.1 that shows what mappings do, with a local Ortto behind it, until Ctrl-C.')
    .option('--port <number>', 'the port of the page; 0 takes any that is free', wholeNumber(0, 65_535), PORT)
    .option('--ortto-port <number>', 'the port of the local Ortto', wholeNumber(0, 65_535), ORTTO_PORT)
    .option('--mappings <file>', 'where the mappings are loaded from and saved to', 'ortto-mappings.json')
    .option('--state <file>', 'where the local Ortto is loaded from and saved to', 'ortto-state.json')
    .option('--account <file>', 'how the local Ortto is set up at first (the example account without it)')
    .addHelpText(
      'after',
      `
Mappings and what Ortto holds are kept in the two files, so that the next start goes on from there. They are made
when there is something to save. The file of mappings is one that ortto deliver --mappings reads.

Examples:
  ortto workbench
  ortto workbench --mappings mappings.json --state state.json`
    )
    .action(async (options: WorkbenchOptions) => {
      const running = await startWorkbench(options, output)
      await new Promise((resolve) => process.once('SIGINT', resolve).once('SIGTERM', resolve))
      await running.end()
      output.log('\nEnded.')
    })
}

export interface WorkbenchOptions {
  port?: number
  orttoPort?: number
  mappings?: string
}

/**
 * Starts the workbench and tells where it is.
 * @throws UsageError when it was called wrongly
 */
export async function startWorkbench(options: WorkbenchOptions, output: Output) {
  const { port = PORT, orttoPort = ORTTO_PORT, mappings } = options
  const sandbox = createSandbox({ account: exampleAccount })
  const ortto = await listen(sandbox.app, orttoPort, '--ortto-port')
  const store = await MappingsStore.open(mappings && pathFrom(mappings))
  const { app } = createWorkbench({ sandbox, origin: ortto.origin, mappings: store, pageFolder: PAGE })
  const page = await listen(app, port, '--port')
  output.log(`The workbench is at ${page.origin}`)
  const end = async () => {
    await page.close()
    await ortto.close()
  }
  return { origin: page.origin, end }
}

async function listen(app: Parameters<typeof serve>[0], port: number, option: string) {
  return serve(app, port).catch((error: NodeJS.ErrnoException) => {
    const reason =
      error.code === 'EADDRINUSE' ? `another program listens there; name another with ${option}` : error.message
    throw new UsageError(`Cannot listen on port ${port}: ${reason}.`)
  })
}
