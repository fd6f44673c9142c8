import exampleAccount from '../examples/account.json'
import { createSandbox } from '../sandbox'
import type { Sandbox } from '../sandbox'
import { serve } from '../sandbox/serve'
import type { Served } from '../sandbox/serve'
import { loadSandbox, saveSandbox, Saving, StateFileError } from '../sandbox/state-file'
import { lock } from '../delivery'
import { named, pathFrom, readJSON, reasonOf, UsageError } from './command'
import type { Output } from './command'

interface LocalOrttoOptions {
  port: number
  /** The option that names the port */
  portOption: string
  /** A file that tells how the account is set up; the example account without it */
  account?: string
  /** A file from which it goes on, and in which it is saved */
  state?: string
}

/** A local Ortto that listens. */
export interface LocalOrtto {
  sandbox: Sandbox
  origin: string
  /** Saves all, when there is a state file, and ends. */
  end: () => Promise<void>
}

/**
 * Starts a local Ortto that is saved while it runs.
 * @throws UsageError when a file can't be used, or the port is taken
 */
export async function openLocalOrtto(
  { port, portOption, account, state }: LocalOrttoOptions,
  output: Output
): Promise<LocalOrtto> {
  const path = state === undefined ? undefined : pathFrom(state)
  const unlock = path === undefined ? undefined : await lockState(path)
  try {
    const sandbox = await createFrom(account, state)
    if (path !== undefined) {
      // Better now than later, when there is something to lose.
      await saveSandbox(path, sandbox).catch((error: unknown) => {
        throw new UsageError(`Cannot write the state file: ${reasonOf(error)}.`)
      })
    }
    const saving = path === undefined ? undefined : new Saving(path, sandbox, (error) => output.error(unsaved(error)))
    const { origin, close } = await listen(sandbox.app, port, portOption)
    // What is answered is saved: nothing comes in after the last time.
    const end = () =>
      close()
        .finally(() => saving?.end())
        .finally(unlock)
    return { sandbox, origin, end }
  } catch (error) {
    await unlock?.()
    throw error
  }
}

/** Two on one state file would each write what the other does not hold. */
async function lockState(path: string): Promise<() => Promise<void>> {
  return lock(`${path}.lock`).catch((error: unknown) => {
    throw new UsageError(`Cannot use the state file ${path}: ${reasonOf(error)}.`)
  })
}

/**
 * Lets an app listen on 127.0.0.1.
 * @param portOption the option that names the port
 * @throws UsageError when it can't
 */
export async function listen(app: Parameters<typeof serve>[0], port: number, portOption: string): Promise<Served> {
  return serve(app, port).catch((error: NodeJS.ErrnoException) => {
    const reason =
      error.code === 'EADDRINUSE' ? `another program listens there; name another with ${portOption}` : error.message
    throw new UsageError(`Cannot listen on port ${port}: ${reason}.`)
  })
}

function unsaved(error: unknown): string {
  return `Cannot write the state file: ${reasonOf(error)}. What is not in it yet is in memory only. It is tried again.`
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
