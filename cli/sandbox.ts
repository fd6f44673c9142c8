import { Command } from 'commander'
import { wholeNumber } from './command'
import type { Output } from './command'
import { openLocalOrtto } from './local-ortto'
import type { LocalOrtto } from './local-ortto'

const PORT = 8030

/** `ortto sandbox` */
export function sandboxCommand(output: Output): Command {
  return new Command('sandbox')
    .option('--port <number>', 'the port to listen on; 0 uses any free port', wholeNumber(0, 65_535), PORT)
    .option('--account <file>', 'a file that describes the account (default: the example account)')
    .option(
      '--state <file>',
      'a file to which everything is saved, with the API key, and from which it is loaded at the start'
    )
    .addHelpText(
      'after',
      `
Without a state file, everything is lost when the sandbox stops. The state file is written some seconds after a change,
and when the sandbox stops. If it is killed, changes of the last few seconds may be lost.

Examples:
  ortto sandbox
  ortto sandbox --port 8031 --account account.json --state state.json`
    )
    .action(async (options: SandboxOptions) => {
      const running = await startSandbox(options, output)
      await new Promise((resolve) => process.once('SIGINT', resolve).once('SIGTERM', resolve))
      await running.end()
      output.log('\nStopped.')
    })
}

export interface SandboxOptions {
  port?: number
  account?: string
  state?: string
}

/**
 * Starts the sandbox, and prints how to use it.
 * @throws UsageError when an option is wrong
 */
export async function startSandbox({ port = PORT, ...files }: SandboxOptions, output: Output): Promise<LocalOrtto> {
  const ortto = await openLocalOrtto({ port, portOption: '--port', ...files }, output)
  output.log(formatWelcome(ortto))
  return ortto
}

function formatWelcome({ origin, sandbox: { apiKey } }: LocalOrtto): string {
  return `A local Ortto is running at ${origin}
API key: ${apiKey}

Send a first contact:
  curl -H 'authorization: Bearer ${apiKey}' -d '[{"user_id":"u1","traits":{"firstName":"Lana"}}]' ${origin}/v1/identify

See the contact, and everything else that the control API offers:
  curl ${origin}/sandbox/contacts
  curl ${origin}/sandbox/

Press Ctrl-C to stop.`
}
