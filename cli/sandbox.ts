import { readFile } from 'fs/promises'
import { join } from 'path'
import { parseArgs } from 'util'
import { createSandbox } from '../sandbox'
import type { Sandbox } from '../sandbox'
import { serve } from '../sandbox/serve'
import type { Served } from '../sandbox/serve'
import { pathFrom, readUsage, UsageError } from './command'
import type { Output } from './command'

const PORT = 8030
/** From the project's folder, where npm starts the command. */
const ACCOUNT = join('examples', 'account.json')

export const USAGE = `Usage: npm run sandbox [-- --port ${PORT}] [-- --account path/to/account.json]

Runs a local Ortto on 127.0.0.1 until Ctrl-C. It forgets everything when it ends.

  --port     the port to listen on; 0 takes any that is free (${PORT})
  --account  how the account is set up (${ACCOUNT})`

/**
 * Starts the sandbox and tells how to use it. Resolves with what ends it, or with nothing when only help was asked for.
 * @throws UsageError when it was called wrongly
 */
export async function startSandbox(args: readonly string[], output: Output): Promise<Served | undefined> {
  const { port, account, help } = readArguments(args)
  if (help) {
    output.log(USAGE)
    return undefined
  }
  const sandbox = await createFrom(account)
  const served = await serve(sandbox.app, port).catch((error: NodeJS.ErrnoException) => {
    const reason =
      error.code === 'EADDRINUSE' ? 'another program listens there; name another with --port' : error.message
    throw new UsageError(`Cannot listen on port ${port}: ${reason}.`)
  })
  output.log(welcome(served.origin, sandbox))
  return served
}

function welcome(origin: string, { apiKey }: Sandbox): string {
  return `A local Ortto listens at ${origin}
API key: ${apiKey}

Send a first contact:
  curl -H 'authorization: Bearer ${apiKey}' -d '[{"user_id":"u1","traits":{"firstName":"Lana"}}]' ${origin}/v1/identify

See what Ortto has made of it, and what else there is:
  curl ${origin}/sandbox/contacts
  curl ${origin}/sandbox/

Ctrl-C ends it.`
}

async function createFrom(path: string | undefined): Promise<Sandbox> {
  const name = path ?? ACCOUNT
  const text = await readFile(path === undefined ? ACCOUNT : pathFrom(path), 'utf8').catch((error: Error) => {
    throw new UsageError(`Cannot read ${name}: ${error.message}.`)
  })
  try {
    return createSandbox({ account: JSON.parse(text) as unknown })
  } catch (error) {
    throw new UsageError(`${name}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function readArguments(args: readonly string[]): { port: number; account?: string; help: boolean } {
  const { values } = readUsage('npm run sandbox', () =>
    parseArgs({
      args: [...args],
      options: {
        port: { type: 'string', default: String(PORT) },
        account: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false }
      }
    })
  )
  const port = Number(values.port)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new UsageError(`--port takes a whole number from 0 to 65535, not "${values.port}".`)
  }
  return { port, account: values.account, help: values.help }
}

if (require.main === module) {
  startSandbox(process.argv.slice(2), console).then(
    (served) => {
      process.once('SIGINT', () => void served?.close().then(() => console.log('\nEnded.')))
    },
    (error: unknown) => {
      console.error(error instanceof UsageError ? error.message : error)
      process.exitCode = error instanceof UsageError ? 2 : 1
    }
  )
}
