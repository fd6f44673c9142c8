import exampleAccount from '../examples/account.json'
import { Autosave, createSandbox, loadSandbox, saveSandbox, StateFileError } from '../sandbox'
import type { Sandbox } from '../sandbox'
import { serve } from '../sandbox/http/serve'
import type { RunningServer } from '../sandbox/http/serve'
import { Claim } from '../delivery'
import { FailedError, pathFrom, readJSON, readNamed, reasonOf, UsageError } from './command'
import type { Output } from './command'

interface LocalOrttoOptions {
  port: number
  /** The address to listen on. @default 127.0.0.1 */
  host?: string
  /** Names by which the control API may be called, besides those of this machine */
  allowedHosts?: readonly string[]
  /** The API key of an account that names none */
  apiKey?: string
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
  { port, host, portOption, account, state, ...options }: LocalOrttoOptions,
  output: Output
): Promise<LocalOrtto> {
  const path = state === undefined ? undefined : pathFrom(state)
  const unlock = path === undefined ? undefined : await lockState(path)
  try {
    const sandbox = await createFrom(account, state, options)
    if (path !== undefined) {
      // Fail early: check that the file is writable.
      await saveSandbox(path, sandbox).catch((error: unknown) => {
        throw new UsageError(`Cannot write the state file: ${reasonOf(error)}.`)
      })
    }
    const autosave =
      path === undefined ? undefined : new Autosave(path, sandbox, (error) => output.error(describeFailedSave(error)))
    const { origin, close } = await listen(sandbox.app, port, portOption, host)
    // The server closes first, so that the last save includes all requests.
    const end = () =>
      close()
        .finally(() => autosave?.stop().catch(failToSave))
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
 * Serves an app.
 * @param portOption the name of the option for the port, for error messages
 * @throws UsageError when the port cannot be used
 */
export async function listen(
  app: Parameters<typeof serve>[0],
  port: number,
  portOption: string,
  host?: string
): Promise<RunningServer> {
  return serve(app, port, host).catch((error: NodeJS.ErrnoException) => {
    const reason =
      error.code === 'EADDRINUSE' ? `another program uses it; choose another port with ${portOption}` : error.message
    throw new UsageError(`Cannot listen on port ${port}: ${reason}.`)
  })
}

/** @throws FailedError: what was saved before stays, since the state file is replaced as a whole. */
function failToSave(error: unknown): never {
  throw new FailedError(
    `Cannot write the state file: ${reasonOf(error)}. It has what was saved before; later changes are lost.`
  )
}

function describeFailedSave(error: unknown): string {
  return `Cannot write the state file: ${reasonOf(error)}. Unsaved changes are in memory only. Saving is retried.`
}

/** Restores the sandbox from the state file, if there is one. Otherwise creates it from the account file. */
async function createFrom(
  account: string | undefined,
  state: string | undefined,
  more: Pick<LocalOrttoOptions, 'apiKey' | 'allowedHosts'>
): Promise<Sandbox> {
  const options = { ...more, account: account === undefined ? exampleAccount : await readJSON(account) }
  const sandbox = readNamed(account ?? 'the example account', createSandbox, options)
  if (state === undefined) {
    return sandbox
  }
  return loadSandbox(pathFrom(state), options).catch((error: unknown) => {
    throw new UsageError(error instanceof StateFileError ? error.message : `Cannot read ${state}: ${reasonOf(error)}.`)
  })
}
