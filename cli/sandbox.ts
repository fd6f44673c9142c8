import { Command } from 'commander'
import { rename, stat, writeFile } from 'fs/promises'
import { z } from 'zod'
import exampleAccount from '../examples/account.json'
import { createSandbox } from '../sandbox'
import type { Sandbox } from '../sandbox'
import { serve } from '../sandbox/serve'
import { named, pathFrom, readJSON, reasonOf, UsageError, wholeNumber } from './command'
import type { Output } from './command'

const PORT = 8030

/** `ortto sandbox` */
export function sandboxCommand(output: Output): Command {
  return new Command('sandbox')
    .description('Runs a local Ortto on 127.0.0.1 until Ctrl-C.')
    .option('--port <number>', 'the port to listen on; 0 takes any that is free', wholeNumber(0, 65_535), PORT)
    .option('--account <file>', 'how the account is set up (the example account without it)')
    .option('--state <file>', 'where the account is saved at the end, with its API key, and loaded from at the start')
    .addHelpText(
      'after',
      `
It forgets everything when it ends, unless it has a state file.

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
  const save = async () => {
    if (state !== undefined) {
      await saveState(state, sandbox)
    }
  }
  // Better now than at the end, when there is something to lose.
  await save().catch((error: unknown) => {
    throw new UsageError(`Cannot write the state file: ${reasonOf(error)}.`)
  })
  const { origin, close } = await serve(sandbox.app, port).catch((error: NodeJS.ErrnoException) => {
    const reason =
      error.code === 'EADDRINUSE' ? 'another program listens there; name another with --port' : error.message
    throw new UsageError(`Cannot listen on port ${port}: ${reason}.`)
  })
  output.log(welcome(origin, sandbox))
  const end = async () => {
    await save()
    await close()
  }
  return { origin, end }
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
  const described = account === undefined ? exampleAccount : await readJSON(account)
  // A reset goes back to the account file.
  const create = (apiKey?: string) => createSandbox({ apiKey, account: described })
  if (state === undefined || !(await exists(pathFrom(state)))) {
    return named(account ?? 'the example account', create, undefined)
  }
  const { apiKey, ...held } = named(state, (saved) => SavedState.parse(saved), await readJSON(state))
  const sandbox = named(account ?? 'the example account', create, apiKey)
  named(state, () => sandbox.restore(held), undefined)
  return sandbox
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false
  )
}

/** A state file holds what the sandbox holds, and its key, so that what knows the key goes on working. */
const SavedState = z.looseObject({ apiKey: z.string() })

/** Written aside, then renamed: whenever it is cut short, the old file or the new one is there, never half of it. */
async function saveState(path: string, sandbox: Sandbox): Promise<void> {
  const aside = `${pathFrom(path)}.new`
  await writeFile(aside, JSON.stringify({ apiKey: sandbox.apiKey, ...sandbox.save() }), { mode: 0o600 })
  await rename(aside, pathFrom(path))
}
