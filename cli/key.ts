import { readFile, stat } from 'fs/promises'
import { createInterface } from 'readline'
import { Writable } from 'stream'
import type { Readable } from 'stream'
import { parseApiKey } from '../src/api-key'
import { pathFrom, UsageError } from './command'

const HOW = 'Set ORTTO_API_KEY, or pass a file that contains the key with --key-file or ORTTO_API_KEY_FILE.'
const WRITE_KEY_HOW =
  'Set ORTTO_WRITE_KEY, or pass a file that contains the key with --write-key-file or ORTTO_WRITE_KEY_FILE.'

/** The user name of basic authentication, which ends at a colon */
const WRITE_KEY = /^[!-9;-~]{16,200}$/

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

/**
 * Reads the write key, which clients of `ortto serve` must send, from a file or the environment.
 * @throws UsageError when there is none, or it cannot be used. It does not repeat the argument, which may be the key.
 */
export async function readWriteKey(keyFile: string | undefined, stderr: Writable = process.stderr): Promise<string> {
  let key = process.env.ORTTO_WRITE_KEY ?? ''
  if (keyFile !== undefined) {
    key = await readSecret(keyFile, 'write key', stderr).catch(({ code = 'unknown reason' }: NodeJS.ErrnoException) => {
      throw new UsageError(`Cannot read the file of the write key (${code}). ${WRITE_KEY_HOW}`)
    })
  }
  if (key.trim() === '') {
    throw new UsageError(`There is no write key, which clients must send. ${WRITE_KEY_HOW}`)
  }
  if (!WRITE_KEY.test(key.trim())) {
    throw new UsageError('The write key must have 16 to 200 printable ASCII characters, without spaces and colons.')
  }
  return key.trim()
}

/** Warns on stderr when others can read the file. */
async function readSecret(path: string, name: string, stderr: Writable): Promise<string> {
  const file = pathFrom(path)
  const secret = await readFile(file, 'utf8')
  const { mode } = await stat(file)
  if (process.platform !== 'win32' && (mode & 0o004) !== 0) {
    stderr.write(`All users of this machine can read the ${name} in ${path}. Run: chmod 600 ${path}\n`)
  }
  return secret
}

async function readKeyFile(path: string, stderr: Writable): Promise<string> {
  try {
    return await readSecret(path, 'API key', stderr)
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
