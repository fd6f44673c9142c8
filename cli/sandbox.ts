import { readFile, rename, writeFile } from 'fs/promises'
import { join } from 'path'
import { parseArgs } from 'util'
import { isNativeError } from 'util/types'
import { z } from 'zod'
import { createSandbox } from '../sandbox'
import type { Sandbox } from '../sandbox'
import { serve } from '../sandbox/serve'
import { fail, pathFrom, readUsage, UsageError } from './command'
import type { Output } from './command'

const PORT = 8030
/** From the project's folder, where npm starts the command. */
const ACCOUNT = join('examples', 'account.json')

export const USAGE = `Usage: npm run sandbox [-- --port ${PORT} --account path/to/account.json --state path/to/state.json]

Runs a local Ortto on 127.0.0.1 until Ctrl-C. It forgets everything when it ends, unless it has a state file.

  --port     the port to listen on; 0 takes any that is free (${PORT})
  --account  how the account is set up (${ACCOUNT})
  --state    where the account is saved at the end, with its API key, and loaded from at the next start`

/** A sandbox that runs. */
export interface Running {
  origin: string
  /** Saves the account, when there is a state file, and ends. */
  end: () => Promise<void>
}

/**
 * Starts the sandbox and tells how to use it. Resolves with nothing when only help was asked for.
 * @throws UsageError when it was called wrongly
 */
export async function startSandbox(args: readonly string[], output: Output): Promise<Running | undefined> {
  const { port, account, state, help } = readArguments(args)
  if (help) {
    output.log(USAGE)
    return undefined
  }
  const sandbox = await createFrom(account, state)
  const save = async () => {
    if (state !== undefined) {
      await saveState(state, sandbox)
    }
  }
  // Better now than at the end, when there is something to lose.
  await save().catch((error: Error) => {
    throw new UsageError(`Cannot write the state file: ${error.message}.`)
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
  const described = await readJSON(account ?? ACCOUNT)
  const saved = state === undefined ? undefined : await readJSON(state, { isOptional: true })
  if (state !== undefined && saved !== undefined) {
    const { apiKey, ...held } = named(state, () => SavedState.parse(saved))
    // A reset goes back to the account file.
    const sandbox = named(account ?? ACCOUNT, () => createSandbox({ apiKey, account: described }))
    named(state, () => sandbox.restore(held))
    return sandbox
  }
  return named(account ?? ACCOUNT, () => createSandbox({ account: described }))
}

/** A state file holds what the sandbox holds, and its key, so that what knows the key goes on working. */
const SavedState = z.looseObject({ apiKey: z.string() })

/** Written aside, then renamed: whenever it is cut short, the old file or the new one is there, never half of it. */
async function saveState(path: string, sandbox: Sandbox): Promise<void> {
  const aside = `${pathFrom(path)}.new`
  await writeFile(aside, JSON.stringify({ apiKey: sandbox.apiKey, ...sandbox.save() }), { mode: 0o600 })
  await rename(aside, pathFrom(path))
}

async function readJSON(path: string, { isOptional = false } = {}): Promise<unknown> {
  try {
    const text = await readFile(path === ACCOUNT ? ACCOUNT : pathFrom(path), 'utf8')
    return named(path, () => JSON.parse(text) as unknown)
  } catch (error) {
    if (error instanceof UsageError) {
      throw error
    }
    const { code, message } = error as NodeJS.ErrnoException
    if (isOptional && code === 'ENOENT') {
      return undefined
    }
    throw new UsageError(`Cannot read ${path}: ${code === 'ENOENT' ? 'there is no such file' : message}.`)
  }
}

/** What goes wrong with a file is told with its name. */
function named<Value>(path: string, read: () => Value): Value {
  try {
    return read()
  } catch (error) {
    throw new UsageError(`${path}: ${isNativeError(error) ? error.message : String(error)}`)
  }
}

function readArguments(args: readonly string[]): { port: number; account?: string; state?: string; help: boolean } {
  const { values } = readUsage('npm run sandbox', () =>
    parseArgs({
      args: [...args],
      options: {
        port: { type: 'string', default: String(PORT) },
        account: { type: 'string' },
        state: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false }
      }
    })
  )
  const port = Number(values.port)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new UsageError(`--port takes a whole number from 0 to 65535, not "${values.port}".`)
  }
  return { port, account: values.account, state: values.state, help: values.help }
}

if (require.main === module) {
  startSandbox(process.argv.slice(2), console).then(
    (running) => {
      const end = () => void running?.end().then(() => console.log('\nEnded.'))
      process.once('SIGINT', end).once('SIGTERM', end)
    },
    (error: unknown) => {
      process.exitCode = fail(error, console)
    }
  )
}
