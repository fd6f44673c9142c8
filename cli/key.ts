import { readFile } from 'fs/promises'
import { createInterface } from 'readline'
import { Writable } from 'stream'
import type { Readable } from 'stream'
import { parseApiKey } from '../src/api-key'
import { pathFrom, UsageError } from './command'

const HOW = 'Set ORTTO_API_KEY, or name a file that holds the key with --key-file.'

/**
 * The API key: from a file, else from the environment, else typed where nobody sees it.
 * @throws UsageError when there is none
 */
export async function readKey(keyFile: string | undefined, asked: Asked = process): Promise<string> {
  const key = keyFile === undefined ? process.env.ORTTO_API_KEY ?? (await askForKey(asked)) : await readKeyFile(keyFile)
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
      throw new UsageError(`--key-file takes a file that holds the key, not the key: others can read arguments. ${HOW}`)
    }
    const { code } = error as NodeJS.ErrnoException
    throw new UsageError(`Cannot read the API key from ${path} (${code ?? 'unknown reason'}).`)
  }
}

/** Who is asked for the key: a person at a terminal, or nobody. */
interface Asked {
  stdin: Readable & { isTTY?: boolean }
  stderr: Writable
}

/** Asks on the terminal, without showing what is typed. */
async function askForKey({ stdin, stderr }: Asked): Promise<string> {
  if (!stdin.isTTY) {
    return ''
  }
  stderr.write('Ortto API key (it is not shown): ')
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
