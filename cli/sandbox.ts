import { Command } from 'commander'
import exampleAccount from '../examples/account.json'
import { createSandbox } from '../sandbox'
import type { Sandbox } from '../sandbox'
import { serve } from '../sandbox/serve'
import { loadSandbox, saveSandbox, Saving, StateFileError } from '../sandbox/state-file'
import { named, pathFrom, readJSON, reasonOf, UsageError, wholeNumber } from './command'
import type { Output } from './command'

const PORT = 8030

/** `ortto sandbox` */
export function sandboxCommand(output: Output): Command {
  return new Command('sandbox')
    .description('Runs a local Ortto on 127.0.0.1 until Ctrl-C.')
    .option('--port <number>', 'the port to listen on; 0 takes any that is free', wholeNumber(0, 65_535), PORT)
    .option('--account <file>', 'how the account is set up (the example account without it)')
    .option(
      '--state <file>',
      'where the account is saved while it changes, with its API key, and loaded from at the start'
    )
    .addHelpText(
      'after',
      `
It forgets everything when it ends, unless it has a state file. That one is written some seconds after a change, and at
the end: a sandbox that is killed loses those seconds, and not more unless it holds very much.

Examples:
  ortto sandbox
  ortto sandbox --port 8031 --account account.json --state state.json`
    )
    .action(async (options: SandboxOptions) => {
      const running = await startSandbox(options, output)
      await new Promise((resolve) => process.once('SIGINT', resolve).once('SIGTERM', resolve))
      await running.end()
      output.log('\nEnded.')
    })
}

export interface SandboxOptions {
  port?: number
  account?: string
  state?: string
}

/** A sandbox that runs. */
export interface Running {
  origin: string
  /** Saves the account, when there is a state file, and ends. */
  end: () => Promise<void>
}

/**
 * Starts the sandbox and tells how to use it.
 * @throws UsageError when it was called wrongly
 */
export async function startSandbox({ port = PORT, account, state }: SandboxOptions, output: Output): Promise<Running> {
  const sandbox = await createFrom(account, state)
  const path = state === undefined ? undefined : pathFrom(state)
  if (path !== undefined) {
    // Better now than later, when there is something to lose.
    await saveSandbox(path, sandbox).catch((error: unknown) => {
      throw new UsageError(`Cannot write the state file: ${reasonOf(error)}.`)
    })
  }
  const saving = path === undefined ? undefined : new Saving(path, sandbox, (error) => output.error(unsaved(error)))
  const { origin, close } = await serve(sandbox.app, port).catch((error: NodeJS.ErrnoException) => {
    const reason =
      error.code === 'EADDRINUSE' ? 'another program listens there; name another with --port' : error.message
    throw new UsageError(`Cannot listen on port ${port}: ${reason}.`)
  })
  output.log(welcome(origin, sandbox))
  const end = async () => {
    // What is answered is saved: nothing comes in after the last time.
    await close().finally(() => saving?.end())
  }
  return { origin, end }
}

function unsaved(error: unknown): string {
  return `Cannot write the state file: ${reasonOf(error)}. What is not in it yet is in memory only. It is tried again.`
}

function welcome(origin: string, { apiKey }: Sandbox): string {
  return `A local Ortto listens at ${origin}
API key: ${apiKey}

Send a first contact:
  curl -H 'authorization: Bearer ${apiKey}' -d '[{"user_id":"u1","traits":{"firstName":"Lana"}}]' ${origin}/v1/identify

See what Ortto has made of it, and what else there is:
  curl ${origin}/sandbox/contacts
  curl ${origin}/sandbox/

Ctrl-C ends it.`
}

/** As the state file says, when there is one; else as the account file says. */
async function createFrom(account: string | undefined, state: string | undefined): Promise<Sandbox> {
  const options = { account: account === undefined ? exampleAccount : await readJSON(account) }
  const sandbox = named(account ?? 'the example account', createSandbox, options)
  if (state === undefined) {
    return sandbox
  }
  return loadSandbox(pathFrom(state), options).catch((error: unknown) => {
    throw new UsageError(error instanceof StateFileError ? error.message : `Cannot read ${state}: ${reasonOf(error)}.`)
  })
}
