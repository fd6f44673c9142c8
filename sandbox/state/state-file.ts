import { readFile } from 'fs/promises'
import { z } from 'zod'
import { errorMessage } from '../../common/error-message'
import { replaceFile } from '../../common/replace-file'
import { formatProblems } from '../../common/format-problems'
import { createSandbox } from '../sandbox'
import type { Sandbox, SandboxOptions } from '../sandbox'

/** A state file contains the state and the API key, so that programs with the key still work. */
const SavedState = z.looseObject({ apiKey: z.string() })

/** The content of a state file is not valid. The message begins with the file's path. */
export class StateFileError extends Error {}

/**
 * Restores a sandbox from a state file, or creates one if there is no file. A reset leads back to the options. The API
 * key of the options wins over the one in the file.
 *
 * @throws StateFileError when the content is not valid, Error when the account of the options is not valid, and the
 *   error of the file system when the file cannot be read
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
  const { apiKey, ...state } = parseFile(path, text)
  const sandbox = createSandbox({ ...options, apiKey: options.apiKey ?? apiKey })
  try {
    sandbox.restore(state)
  } catch (error) {
    throw new StateFileError(`${path}: ${errorMessage(error)}`)
  }
  return sandbox
}

/**
 * Saves everything in a sandbox, and its API key, to a file that only its owner may read. Don't call it again before it
 * is done: see {@link replaceFile}.
 * @throws the error of the file system, or RangeError when the state is too large for one string (about 500 MB)
 */
export async function saveSandbox(path: string, sandbox: Sandbox): Promise<void> {
  await replaceFile(path, JSON.stringify({ apiKey: sandbox.apiKey, ...sandbox.toState() }))
}

function parseFile(path: string, text: string): z.infer<typeof SavedState> {
  const saved = SavedState.safeParse(parseJsonText(path, text))
  if (!saved.success) {
    throw new StateFileError(`${path}: ${formatProblems(saved.error)}`)
  }
  return saved.data
}

function parseJsonText(path: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The parser's own message would quote the text, which may contain the key.
    throw new StateFileError(`${path}: The content is not JSON`)
  }
}
