import { performance } from 'perf_hooks'
import { MAX_SAVE_DUTY_CYCLE, SAVE_DELAY_MS } from '../rules'
import type { Sandbox } from '../sandbox'
import { saveSandbox } from './state-file'

/** The timers that saving uses. Tests pass their own. */
interface Timers {
  /** Milliseconds that never go back */
  now: () => number
  /** Calls a function once, later. @returns a function that cancels the call */
  setTimer: (milliseconds: number, action: () => void) => () => void
}

const REAL_TIMERS: Timers = {
  now: () => performance.now(),
  setTimer: (milliseconds, action) => {
    const timer = setTimeout(action, milliseconds).unref()
    return () => clearTimeout(timer)
  }
}

/**
 * Saves a sandbox to a file while it runs: 5 seconds after a request that may have changed something, and when it
 * stops. A large sandbox is saved less often, so that saving takes at most a tenth of the time. Writes never overlap.
 */
export class Autosave {
  private hasChanged = false
  private delayMs = SAVE_DELAY_MS
  private cancelTimer?: () => void
  private lastWrite: Promise<void> = Promise.resolve()
  private isWriting = false
  private stopped?: Promise<void>
  private readonly removeListener: () => void

  /** @param onFailure called with the error when the file could not be written. Saving is tried again later. */
  constructor(
    private readonly path: string,
    private readonly sandbox: Sandbox,
    private readonly onFailure: (error: unknown) => void,
    private readonly timers: Timers = REAL_TIMERS
  ) {
    this.removeListener = sandbox.onChange(() => this.markChanged())
  }

  /** Saves soon. Requests call this themselves; call it after changing the sandbox in another way. */
  markChanged(): void {
    this.hasChanged = true
    this.schedule()
  }

  /**
   * Saves everything, and stops.
   * @throws the error of the file system when the file cannot be written
   */
  stop(): Promise<void> {
    this.stopped = this.stopped ?? this.saveFinally()
    return this.stopped
  }

  private schedule(): void {
    if (!this.hasChanged || this.cancelTimer || this.isWriting || this.stopped) {
      return
    }
    this.cancelTimer = this.timers.setTimer(this.delayMs, () => {
      this.cancelTimer = undefined
      this.lastWrite = this.save()
    })
  }

  private async save(): Promise<void> {
    this.isWriting = true
    this.hasChanged = false
    const startedAt = this.timers.now()
    try {
      const written = saveSandbox(this.path, this.sandbox)
      // The state is serialised by now. Writing it does not block requests.
      this.delayMs = Math.max(SAVE_DELAY_MS, (this.timers.now() - startedAt) / MAX_SAVE_DUTY_CYCLE)
      await written
    } catch (error) {
      this.hasChanged = true
      this.onFailure(error)
    } finally {
      this.isWriting = false
      this.schedule()
    }
  }

  private async saveFinally(): Promise<void> {
    this.removeListener()
    this.cancelTimer?.()
    await this.lastWrite
    await saveSandbox(this.path, this.sandbox)
  }
}
