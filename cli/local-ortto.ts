import exampleAccount from '../examples/account.json'
import { Autosave, createSandbox, loadSandbox, saveSandbox, StateFileError } from '../sandbox'
import type { Sandbox } from '../sandbox'
import { serve } from '../sandbox/http/serve'
import type { RunningServer } from '../sandbox/http/serve'
import { Claim } from '../delivery'
import { pathFrom, readJSON, readNamed, reasonOf, UsageError } from './command'
import type { Output } from './command'

interface LocalOrttoOptions {
  port: number
  /** The name of the option for the port, for error messages */
  portOption: string
  /**
   * A file that describes the account
   * @default the example account
   */
  account?: string
  /** A file from which everything is loaded, and to which it is saved */
  state?: string
}

/** A local Ortto that is running. */
export interface LocalOrtto {
  sandbox: Sandbox
  origin: string
  /** Stops the server, and saves everything to the state file, if there is one. */
  end: () => Promise<void>
}

/**
 * Starts a local Ortto, and saves it to the state file while it runs.
 * @throws UsageError when a file cannot be used, or the port is in use
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
      // Fail early: check that the file is writable.
      await saveSandbox(path, sandbox).catch((error: unknown) => {
        throw new UsageError(`Cannot write the state file: ${reasonOf(error)}.`)
      })
    }
    const autosave =
      path === undefined ? undefined : new Autosave(path, sandbox, (error) => output.error(describeFailedSave(error)))
    const { origin, close } = await listen(sandbox.app, port, portOption)
    // The server closes first, so that the last save includes all requests.
    const end = () =>
      close()
        .finally(() => autosave?.stop())
        .finally(unlock)
    return { sandbox, origin, end }
  } catch (error) {
    await unlock?.()
    throw error
  }
}

/** Two processes with the same state file would overwrite each other's changes. */
async function lockState(path: string): Promise<() => Promise<void>> {
  const claim = await Claim.take(path).catch((error: unknown) => {
    throw new UsageError(`Cannot use the state file ${path}: ${reasonOf(error)}.`)
  })
  return () => claim.release()
}

/**
 * Serves an app on 127.0.0.1.
 * @param portOption the name of the option for the port, for error messages
 * @throws UsageError when the port cannot be used
 */
export async function listen(
  app: Parameters<typeof serve>[0],
  port: number,
  portOption: string
): Promise<RunningServer> {
  return serve(app, port).catch((error: NodeJS.ErrnoException) => {
    const reason =
      error.code === 'EADDRINUSE' ? `another program uses it; choose another port with ${portOption}` : error.message
    throw new UsageError(`Cannot listen on port ${port}: ${reason}.`)
  })
}

function describeFailedSave(error: unknown): string {
  return `Cannot write the state file: ${reasonOf(error)}. Unsaved changes are in memory only. Saving is retried.`
}

/** Restores the sandbox from the state file, if there is one. Otherwise creates it from the account file. */
async function createFrom(account: string | undefined, state: string | undefined): Promise<Sandbox> {
  const options = { account: account === undefined ? exampleAccount : await readJSON(account) }
  const sandbox = readNamed(account ?? 'the example account', createSandbox, options)
  if (state === undefined) {
    return sandbox
  }
  return loadSandbox(pathFrom(state), options).catch((error: unknown) => {
    throw new UsageError(error instanceof StateFileError ? error.message : `Cannot read ${state}: ${reasonOf(error)}.`)
  })
}
