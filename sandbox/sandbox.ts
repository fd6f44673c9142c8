import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { createApi } from './http/api'
import { createControlApi } from './http/control-api'
import { Faults } from './http/faults'
import { createProbes } from './http/probes'
import { RequestLog } from './http/request-log'
import { Listeners } from './listeners'
import { Account } from './model/account'
import { AccountFile } from './model/account-file'
import { Clock } from './model/clock'
import { formatProblems } from '../common/format-problems'
import type { ProcessedItem } from './model/processed-item'
import { parseState, restoreAccount, toState } from './state/state'
import { DEFAULT_API_KEY } from './rules'
import type { State } from './state/state'

export interface SandboxOptions {
  /**
   * An account as in `examples/account.json`.
   * @default an account without a trait mapping, so that Ortto rejects all contacts
   */
  account?: unknown
  clock?: Clock
  /**
   * The API key of an account that does not name its own.
   * @default 'pau-local-ortto'
   */
  apiKey?: string
  /**
   * Names of hosts by which the control API may be called, besides those of this machine: in a container, others call
   * it by the name of its service.
   */
  allowedHosts?: readonly string[]
}

/** A local Ortto. It keeps everything in memory. */
export class Sandbox {
  /** Ortto's API and the control API, as a function from request to response: it needs no socket. */
  readonly app = new Hono({ strict: false })
  readonly clock: Clock
  readonly faults = new Faults()
  readonly requests = new RequestLog()
  readonly allowedHosts: readonly string[]
  readonly itemListeners = new Listeners<ProcessedItem>()
  private readonly changeListeners = new Listeners<void>()
  /** Why requests are not to be sent yet: a code, for `/readyz`. Undefined when it is ready. */
  notReady?: string
  /** A reset and a restored state replace it. */
  account: Account
  private readonly initialFile: AccountFile
  private readonly initialOffsetMs: number
  private readonly defaultApiKey: string

  constructor({ clock = new Clock(), apiKey = DEFAULT_API_KEY, account = {}, allowedHosts = [] }: SandboxOptions) {
    const file = AccountFile.safeParse(account)
    if (!file.success) {
      throw new Error(`The account is not valid:\n${formatProblems(file.error)}`)
    }
    this.initialFile = file.data
    this.clock = clock
    this.initialOffsetMs = clock.offsetMs
    this.defaultApiKey = apiKey
    this.allowedHosts = allowedHosts
    this.account = new Account(this.initialFile, clock)

    this.app.route('/v1', createApi(this))
    this.app.route('/sandbox', createControlApi(this))
    this.app.route('/', createProbes(this))
    this.app.notFound((context) => context.json({ message: `There is nothing at ${context.req.path}` }, 404))
    this.app.onError((error) => {
      if (error instanceof HTTPException) {
        return Response.json({ message: error.message }, { status: error.status })
      }
      throw error
    })
  }

  /** The API key that requests to `/v1` must have. */
  get apiKey(): string {
    return this.account.file.dataSource.apiKey ?? this.defaultApiKey
  }

  /**
   * Calls a listener for each item of a request, as soon as it is processed, also after a reset. The listener must not
   * change what it gets. An error of a listener is a warning of the process, and has no other effect.
   * @returns a function that removes the listener
   */
  onItemProcessed(listener: (item: ProcessedItem) => void): () => void {
    return this.itemListeners.add(listener)
  }

  /**
   * Calls a listener after each request that may have changed something. An error of a listener has no effect here,
   * either.
   * @returns a function that removes the listener
   */
  onChange(listener: () => void): () => void {
    return this.changeListeners.add(listener)
  }

  /** Calls the change listeners. The two APIs call this. */
  notifyChange(): void {
    this.changeListeners.notify()
  }

  /** Everything in the sandbox, as JSON, without the faults, and without an API key that the account does not name. */
  toState(): State {
    this.account.audiences.synchronize()
    return toState(this.account, this.clock)
  }

  /**
   * Replaces everything in the sandbox by a saved state.
   * @throws Error when the state is not valid, with the path of each problem
   */
  restore(saved: unknown): void {
    const state = parseState(saved)
    this.clock.offsetMs = state.clockOffsetMs
    this.account = restoreAccount(state, this.clock)
  }

  /**
   * Deletes all contacts, activities, faults and logged requests, and moves the clock back.
   * @param file how the account is set up until the next reset
   * @default the account that the sandbox was created with
   */
  reset(file: AccountFile = this.initialFile): void {
    this.clock.offsetMs = this.initialOffsetMs
    this.account = new Account(file, this.clock)
    this.faults.clear()
    this.requests.clear()
  }
}

/**
 * Creates a local Ortto.
 * @throws Error when the account is not valid, with the path of each problem
 */
export function createSandbox(options: SandboxOptions = {}): Sandbox {
  return new Sandbox(options)
}
