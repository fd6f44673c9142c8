import { Command } from 'commander'
import { Delivery, findFiles, presetMappings, readAll } from '../delivery'
import { DEFAULT_API_KEY } from '../sandbox/rules'
import { parseApiKey } from '../src/api-key'
import { pathFrom, UsageError, wholeNumber } from './command'
import type { Output } from './command'
import { formatCount } from './format-number'
import { collect } from './inputs'
import { readKey } from './key'
import { openLocalOrtto } from './local-ortto'
import type { LocalOrtto } from './local-ortto'

const PORT = 8030
const HOST = '127.0.0.1'

const HELP = `
Without a state file, everything is lost when the sandbox stops. The state file is written some seconds after a change,
and when the sandbox stops. If it is killed, changes of the last few seconds may be lost.

The API key is ${DEFAULT_API_KEY}, unless --key-file, ORTTO_API_KEY or the account file has another one. Others than this
machine reach the sandbox with --host 0.0.0.0, as in a container; name the hosts by which they call the control API. It
needs no API key: do not open it to people whom you do not trust.

/livez and /readyz report whether it runs and is ready, and /openapi.json describes both APIs.

Examples:
  ortto sandbox
  ortto sandbox --port 8031 --account account.json --state state.json
  ortto sandbox --seed events.ndjson
  ortto sandbox --host 0.0.0.0 --allow-host ortto`

/** `ortto sandbox` */
export function sandboxCommand(output: Output): Command {
  return new Command('sandbox')
    .option('--port <number>', 'the port to listen on; 0 uses any free port', wholeNumber(0, 65_535), PORT)
    .option('--host <address>', 'the address to listen on', HOST)
    .option('--allow-host <name>', 'a name by which the control API may be called (repeatable)', collect, [])
    .option('--key-file <file>', 'a file that contains the API key')
    .option('--account <file>', 'a file that describes the account (default: the example account)')
    .option(
      '--seed <file>',
      'events that are delivered at the start, if there are no contacts yet (repeatable)',
      collect,
      []
    )
    .option(
      '--state <file>',
      'a file to which everything is saved, with the API key, and from which it is loaded at the start'
    )
    .addHelpText('after', HELP)
    .action(async (options: SandboxOptions) => {
      // A signal during the start ends it, too: in a container, this process is the one that gets it.
      const signal = new Promise((resolve) => process.once('SIGINT', resolve).once('SIGTERM', resolve))
      const running = await startSandbox(options, output)
      await signal
      await running.end()
      output.log('\nStopped.')
    })
}

export interface SandboxOptions {
  port?: number
  host?: string
  allowHost?: readonly string[]
  keyFile?: string
  account?: string
  seed?: readonly string[]
  state?: string
}

/**
 * Starts the sandbox, and prints how to use it.
 * @throws UsageError when an option is wrong
 */
export async function startSandbox(options: SandboxOptions, output: Output): Promise<LocalOrtto> {
  const { port = PORT, host = HOST, allowHost: allowedHosts = [], seed = [], account, state } = options
  const apiKey = await readOwnKey(options.keyFile)
  const ortto = await openLocalOrtto({ port, host, portOption: '--port', allowedHosts, account, state, apiKey }, output)
  try {
    const seeded = await seedWith(seed, ortto)
    output.log(formatWelcome(ortto, apiKey !== undefined, host))
    seeded.forEach((line) => output.log(line))
    return ortto
  } catch (error) {
    await ortto.end()
    throw error
  }
}

/** @throws UsageError when the key cannot be read, or is not one */
async function readOwnKey(keyFile: string | undefined): Promise<string | undefined> {
  if (keyFile === undefined && (process.env.ORTTO_API_KEY ?? '') === '') {
    return undefined
  }
  const key = await readKey(keyFile)
  if (!parseApiKey(key)) {
    throw new UsageError(`The API key is not well-formed. For a local Ortto, use any like ${DEFAULT_API_KEY}.`)
  }
  return key
}

/** Delivers events to a sandbox that has no contacts yet, with the preset mappings. */
async function seedWith(paths: readonly string[], { sandbox, origin }: LocalOrtto): Promise<string[]> {
  if (paths.length === 0 || sandbox.account.contacts.lastNumber > 0) {
    return []
  }
  sandbox.notReady = 'seeding'
  const files = await findFiles(paths.map(pathFrom))
  const counts = { delivered: 0, other: 0 }
  const delivery = new Delivery({ to: origin, settings: { api_key: sandbox.apiKey }, mappings: presetMappings() })
  for await (const reports of delivery.run(readAll(files))) {
    for (const { results } of reports) {
      const isDelivered = results.length > 0 && results.every(({ outcome }) => outcome === 'delivered')
      counts[isDelivered ? 'delivered' : 'other'] += 1
    }
  }
  sandbox.notReady = undefined
  // What tests check afterwards is what they sent themselves.
  sandbox.requests.clear()
  const { delivered, other } = counts
  const others = other > 0 ? ` ${formatCount(other, 'event was', 'events were')} not: see /sandbox/log.` : ''
  return [`\nSeeded: ${formatCount(delivered, 'event was', 'events were')} delivered.${others}`]
}

function formatWelcome({ origin, sandbox: { apiKey } }: LocalOrtto, isOwnKey: boolean, host: string): string {
  // A key of one's own may be a real one.
  const shown = isOwnKey ? '$ORTTO_API_KEY' : apiKey
  return `A local Ortto is running at ${origin}
API key: ${isOwnKey ? 'the one that you gave' : apiKey}${
    host === HOST ? '' : `\nIt listens at ${host}: whoever reaches that address can use it.`
  }

Send a first contact:
  curl -H "authorization: Bearer ${shown}" -d '[{"user_id":"u1","traits":{"firstName":"Lana"}}]' ${origin}/v1/identify

See the contact, and everything else that the control API offers:
  curl ${origin}/sandbox/contacts
  curl ${origin}/sandbox/

Press Ctrl-C to stop.`
}
