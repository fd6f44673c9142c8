import { readFile } from 'fs/promises'
import { createInterface } from 'readline'
import { Writable } from 'stream'
import type { Readable } from 'stream'
import { parseApiKey } from '../src/api-key'
import { pathFrom, UsageError } from './command'

const HOW = 'Set ORTTO_API_KEY, or pass a file that contains the key with --key-file.'

/**
 * Reads the API key from a file, the environment or a hidden prompt, in this order.
 * @throws UsageError when there is no key
 */
export async function readKey(keyFile: string | undefined, prompt: Prompt = process): Promise<string> {
  const key =
    keyFile === undefined ? process.env.ORTTO_API_KEY ?? (await askForKey(prompt)) : await readKeyFile(keyFile)
  if (key.trim() === '') {
    throw new UsageError(`There is no API key. ${HOW}`)
  }
  return key.trim()
}

async function readKeyFile(path: string): Promise<string> {
  try {
    return await readFile(pathFrom(path), 'utf8')
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
