import type { LoggedRequest } from './http/request-log'
import { serve } from './http/serve'
import type { Account } from './model/account'
import type { AccountFile } from './model/account-file'
import { createSandbox } from './sandbox'
import type { Sandbox, SandboxOptions } from './sandbox'

export interface StartOptions extends SandboxOptions {
  /**
   * The port to listen on
   * @default any free port
   */
  port?: number
  /**
   * The address to listen on. Others than this machine reach the sandbox only at another one.
   * @default '127.0.0.1'
   */
  host?: string
  /** A saved state, as `GET /sandbox/state` gives it, with which the sandbox begins */
  state?: unknown
}

/** A local Ortto that listens on a port. */
export interface RunningSandbox {
  /** For example `http://127.0.0.1:40123` */
  readonly url: string
  /** The API key that requests must have */
  readonly apiKey: string
  /** What Ortto has: contacts, activities, audiences, log. A reset replaces it. */
  readonly account: Account
  /** The latest requests to `/v1`, oldest first */
  readonly requests: readonly LoggedRequest[]
  /** Everything else: clock, faults, listeners, state */
  readonly sandbox: Sandbox
  /** Deletes all contacts, activities, faults and requests. @param file another account, as in {@link StartOptions} */
  reset: (file?: AccountFile) => void
  /** Stops listening. */
  close: () => Promise<void>
}

/**
 * Starts a local Ortto for tests.
 * @throws Error when the account or the state is not valid, with the path of each problem, or the port is in use
 */
export async function startSandbox({ port, host, state, ...options }: StartOptions = {}): Promise<RunningSandbox> {
  const sandbox = createSandbox(options)
  if (state !== undefined) {
    sandbox.restore(state)
  }
  const { origin, close } = await serve(sandbox.app, port, host)
  return {
    url: origin,
    get apiKey() {
      return sandbox.apiKey
    },
    get account() {
      return sandbox.account
    },
    get requests() {
      return sandbox.requests.all()
    },
    sandbox,
    reset: (file) => sandbox.reset(file),
    close
  }
}
