import { Command } from 'commander'
import { wholeNumber } from './command'
import type { Output } from './command'
import { openLocalOrtto } from './local-ortto'
import type { LocalOrtto } from './local-ortto'

const PORT = 8030

/** `ortto sandbox` */
export function sandboxCommand(output: Output): Command {
  return new Command('sandbox')
    .description('Runs a local Ortto on 127.0.0.1 until Ctrl-C.')
    .option('--port <number>', 'the port to listen on; 0 takes any that is free', wholeNumber(0, 65_535), PORT)
    .option('--account <file>', 'how the account is set up at first (the example account without it)')
    .option(
      '--state <file>',
      'where the account is saved while it changes, with its API key, and loaded from at the start'
    )
    .addHelpText(
      'after',
      `
It forgets everything when it ends, unless it has a state file. That one is written some seconds after a change, and at
the end: a sandbox that is killed loses those seconds, and not more unless it holds very much.

Examples:
  ortto sandbox
  ortto sandbox --port 8031 --account account.json --state state.json`
    )
    .action(async (options: SandboxOptions) => {
      const running = await startSandbox(options, output)
      await new Promise((resolve) => process.once('SIGINT', resolve).once('SIGTERM', resolve))
      await running.end()
      output.log('\nEnded.')
    })
}

export interface SandboxOptions {
  port?: number
  account?: string
  state?: string
}

/**
 * Starts the sandbox and tells how to use it.
 * @throws UsageError when it was called wrongly
 */
export async function startSandbox({ port = PORT, ...files }: SandboxOptions, output: Output): Promise<LocalOrtto> {
  const ortto = await openLocalOrtto({ port, portOption: '--port', ...files }, output)
  output.log(welcome(ortto))
  return ortto
}

function welcome({ origin, sandbox: { apiKey } }: LocalOrtto): string {
  return `A local Ortto listens at ${origin}
API key: ${apiKey}

Send a first contact:
  curl -H 'authorization: Bearer ${apiKey}' -d '[{"user_id":"u1","traits":{"firstName":"Lana"}}]' ${origin}/v1/identify

See what Ortto has made of it, and what else there is:
  curl ${origin}/sandbox/contacts
  curl ${origin}/sandbox/

Ctrl-C ends it.`
}
