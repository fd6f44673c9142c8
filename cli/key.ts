import { readFile, stat } from 'fs/promises'
import { createInterface } from 'readline'
import { Writable } from 'stream'
import type { Readable } from 'stream'
import { parseApiKey } from '../src/api-key'
import { pathFrom, UsageError } from './command'

const HOW = 'Set ORTTO_API_KEY, or pass a file that contains the key with --key-file or ORTTO_API_KEY_FILE.'

/**
 * Reads the API key from a file, the environment or a hidden prompt, in this order.
 * @throws UsageError when there is no key
 */
export async function readKey(keyFile: string | undefined, prompt: Prompt = process): Promise<string> {
  const key =
    keyFile === undefined
      ? process.env.ORTTO_API_KEY ?? (await askForKey(prompt))
      : await readKeyFile(keyFile, prompt.stderr)
  if (key.trim() === '') {
    throw new UsageError(`There is no API key. ${HOW}`)
  }
  return key.trim()
}

/** Warns on stderr when others can read the file. */
async function readKeyFile(path: string, stderr: Writable): Promise<string> {
  try {
    const file = pathFrom(path)
    const key = await readFile(file, 'utf8')
    const { mode } = await stat(file)
    if (process.platform !== 'win32' && (mode & 0o004) !== 0) {
      stderr.write(`All users of this machine can read the API key in ${path}. Run: chmod 600 ${path}\n`)
    }
    return key
  } catch (error) {
    if (parseApiKey(path.replace(/^Bearer /, ''))) {
      throw new UsageError(`--key-file must be a file, not the key itself: other users can read arguments. ${HOW}`)
    }
    const { code } = error as NodeJS.ErrnoException
    throw new UsageError(`Cannot read the API key from ${path} (${code ?? 'unknown reason'}).`)
  }
}

/** Where the key is typed. Without a terminal, nobody is asked. */
interface Prompt {
  stdin: Readable & { isTTY?: boolean }
  stderr: Writable
}

/** Asks for the key on the terminal, without showing it. */
async function askForKey({ stdin, stderr }: Prompt): Promise<string> {
  if (!stdin.isTTY) {
    return ''
  }
  stderr.write('Ortto API key (hidden): ')
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const reader = createInterface({ input: stdin, output: nowhere, terminal: true })
  const key = await new Promise<string>((resolve) => {
    reader.once('line', resolve)
    reader.once('SIGINT', () => resolve('')).once('close', () => resolve(''))
  })
  reader.close()
  stderr.write('\n')
  return key
}
