import { randomBytes } from 'crypto'
import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { Account } from './account'
import { AccountFile, problemsOf } from './account-file'
import { createApi } from './api'
import { Clock } from './clock'
import { createControl } from './control'
import { Faults } from './faults'
import { Listeners } from './listeners'
import { restoreAccount, State, stateOf } from './state'
import type { Taken } from './taken'

export type { Account } from './account'
export type { Activity } from './activities'
export { Clock } from './clock'
export type { Control, Summary } from './control'
export type { Contact } from './contacts'
export type { LogEntry } from './error-log'
export type { Fault } from './faults'
export type { BriefContact, ShownActivity, ShownAudience, ShownContact } from './show'
export type { Taken } from './taken'
export type { ShownUsage } from './usage'

export interface SandboxOptions {
  /** An account as in `examples/account.json`; without it no mapping is saved, and Ortto takes nothing. */
  account?: unknown
  clock?: Clock
  /** The key that opens it when the account has none of its own; any by default */
  apiKey?: string
}

/** A local Ortto. It keeps everything in memory. */
export class Sandbox {
  /** Ortto's API and the control API, as a function from request to response: it needs no socket. */
  readonly app = new Hono({ strict: false })
  readonly clock: Clock
  readonly faults = new Faults()
  readonly watchers = new Listeners<Taken>()
  private readonly changeListeners = new Listeners<void>()
  /** What the account holds; another one after a reset. */
  account: Account
  private readonly file: AccountFile
  private readonly ownKey: string
  private readonly startsAhead: number

  constructor({ clock = new Clock(), apiKey, account = {} }: SandboxOptions) {
    const file = AccountFile.safeParse(account)
    if (!file.success) {
      throw new Error(`The account is not valid:\n${problemsOf(file.error)}`)
    }
    this.file = file.data
    this.clock = clock
    this.startsAhead = clock.ahead
    this.ownKey = apiKey ?? `pau-${randomBytes(16).toString('hex')}`
    this.account = new Account(this.file, clock)

    this.app.route('/v1', createApi(this))
    this.app.route('/sandbox', createControl(this))
    this.app.notFound((context) => context.json({ message: `There is nothing at ${context.req.path}` }, 404))
    this.app.onError((error) => {
      if (error instanceof HTTPException) {
        return Response.json({ message: error.message }, { status: error.status })
      }
      throw error
    })
  }

  /** The one key that opens it. */
  get apiKey(): string {
    return this.account.file.dataSource.apiKey ?? this.ownKey
  }

  /**
   * Tells a listener what became of each item of a request, right after it was taken, also after a reset. What it gets
   * is its own to keep, not to change. A listener that throws changes nothing; it shows as a warning of the process.
   * @returns how to stop
   */
  watch(listener: (taken: Taken) => void): () => void {
    return this.watchers.add(listener)
  }

  /**
   * Tells a listener that a request may have changed something, as soon as it has. One that throws changes nothing
   * here either.
   * @returns how to stop
   */
  onChange(listener: () => void): () => void {
    return this.changeListeners.add(listener)
  }

  /** For whoever serves its requests: one may have changed something. */
  changed(): void {
    this.changeListeners.tell()
  }

  /** Everything that it holds, as JSON, but for the faults, and for an API key that the account file did not bring. */
  toState(): State {
    this.account.audiences.synchronize()
    return stateOf(this)
  }

  /**
   * Holds what was saved, instead of what it held.
   * @throws Error when it is not a state, with the path of each problem
   */
  restore(saved: unknown): void {
    const state = State.safeParse(saved)
    if (!state.success) {
      throw new Error(`The state is not valid:\n${problemsOf(state.error)}`)
    }
    this.clock.ahead = state.data.clockAhead
    this.account = restoreAccount(state.data, this.clock)
  }

  /**
   * Starts over with no contact, no activity and no fault, and the clock back.
   * @param file how it is set up until the next reset; as at the start without it
   */
  reset(file: AccountFile = this.file): void {
    this.clock.ahead = this.startsAhead
    this.account = new Account(file, this.clock)
    this.faults.clear()
  }
}

/**
 * A local Ortto.
 * @throws Error when the account is not one, with the path of each problem
 */
export function createSandbox(options: SandboxOptions = {}): Sandbox {
  return new Sandbox(options)
}
