import { readFile } from 'fs/promises'
import { performance } from 'perf_hooks'
import { z } from 'zod'
import { errorMessage } from '../common/error-message'
import { replaceFile } from '../common/replace-file'
import { problemsOf } from './account-file'
import { createSandbox } from '.'
import type { Sandbox, SandboxOptions } from '.'

/** The file holds what the sandbox holds, and its key, so that what knows the key goes on working. */
const SavedState = z.looseObject({ apiKey: z.string() })

/** What a state file holds is no state. The message begins with the file's path. */
export class StateFileError extends Error {}

/**
 * A sandbox that goes on from a state file, or, where there is none yet, one as the options say. A reset goes back to
 * what the options say.
 * @throws StateFileError when the file holds something else, Error when the account of the options is not one, and
 *   what the file system says when the file can't be read
 */
export async function loadSandbox(path: string, options: SandboxOptions = {}): Promise<Sandbox> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') {
      return undefined
    }
    throw error
  })
  if (text === undefined) {
    return createSandbox(options)
  }
  const { apiKey, ...state } = readSaved(path, text)
  const sandbox = createSandbox({ ...options, apiKey })
  try {
    sandbox.restore(state)
  } catch (error) {
    throw new StateFileError(`${path}: ${errorMessage(error)}`)
  }
  return sandbox
}

/**
 * Writes all that a sandbox holds, with its API key, into a file that only its owner may read. Not to be called again
 * before it is done: see {@link replaceFile}.
 * @throws what the file system says, or RangeError when it is too much for one text (some 500 MB)
 */
export async function saveSandbox(path: string, sandbox: Sandbox): Promise<void> {
  await replaceFile(path, JSON.stringify({ apiKey: sandbox.apiKey, ...sandbox.toState() }))
}

function readSaved(path: string, text: string): z.infer<typeof SavedState> {
  const saved = SavedState.safeParse(parse(path, text))
  if (!saved.success) {
    throw new StateFileError(`${path}: ${problemsOf(saved.error)}`)
  }
  return saved.data
}

function parse(path: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The parser's own message would quote the text, which may be the key.
    throw new StateFileError(`${path}: It is not JSON`)
  }
}

/** Milliseconds from a change until it is saved */
const SAVE_AFTER = 5000

/** Nothing is taken while a state is made ready to be written, so that may not be more than this part of the time. */
const SAVING_SHARE = 0.1

/** What saving needs of time; a test has its own. */
interface SavingTime {
  /** Milliseconds that only go forward */
  now: () => number
  /** Acts once, later. Gives how to have it not act. */
  after: (milliseconds: number, act: () => void) => () => void
}

const REAL_TIME: SavingTime = {
  now: () => performance.now(),
  after: (milliseconds, act) => {
    const timer = setTimeout(act, milliseconds).unref()
    return () => clearTimeout(timer)
  }
}

/**
 * Saves a sandbox into a file while it runs: 5 seconds after a request that may have changed something, later when it
 * holds so much that this would take more than a tenth of the time, and at the end. There are never two writes at once.
 */
export class Saving {
  private isChanged = false
  private pause = SAVE_AFTER
  private cancel?: () => void
  private writing: Promise<void> = Promise.resolve()
  private isWriting = false
  private ended?: Promise<void>
  private readonly stopListening: () => void

  /** @param onFailure is told why the file could not be written; after a pause that is tried again */
  constructor(
    private readonly path: string,
    private readonly sandbox: Sandbox,
    private readonly onFailure: (error: unknown) => void,
    private readonly time: SavingTime = REAL_TIME
  ) {
    this.stopListening = sandbox.onChange(() => this.changed())
  }

  /** Has what changed saved soon. Requests do so themselves; this is for whoever changes the sandbox otherwise. */
  changed(): void {
    this.isChanged = true
    this.plan()
  }

  /**
   * Saves all, and ends.
   * @throws what the file system says when that can't be written
   */
  end(): Promise<void> {
    this.ended = this.ended ?? this.saveLast()
    return this.ended
  }

  private plan(): void {
    if (!this.isChanged || this.cancel || this.isWriting || this.ended) {
      return
    }
    this.cancel = this.time.after(this.pause, () => {
      this.cancel = undefined
      this.writing = this.saveAgain()
    })
  }

  private async saveAgain(): Promise<void> {
    this.isWriting = true
    this.isChanged = false
    const started = this.time.now()
    try {
      const written = saveSandbox(this.path, this.sandbox)
      // The state is ready to be written now; nothing waits for the rest.
      this.pause = Math.max(SAVE_AFTER, (this.time.now() - started) / SAVING_SHARE)
      await written
    } catch (error) {
      this.isChanged = true
      this.onFailure(error)
    } finally {
      this.isWriting = false
      this.plan()
    }
  }

  private async saveLast(): Promise<void> {
    this.stopListening()
    this.cancel?.()
    await this.writing
    await saveSandbox(this.path, this.sandbox)
  }
}
