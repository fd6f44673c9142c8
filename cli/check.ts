import { Destination } from '@segment/actions-core'
import { Command } from 'commander'
import { errorMessage } from '../common/error-message'
import { definitionFor } from '../delivery'
import { parseApiKey } from '../src/api-key'
import type { Settings } from '../src/generated-types'
import { EXIT } from './command'
import type { Output } from './command'
import { printable } from './table'
import { remoteTarget } from './target'

/** `ortto check` */
export function checkCommand(output: Output, end: (code: number) => void): Command {
  return new Command('check')
    .description('Asks Ortto whether an API key is good, and says where its account lives.')
    .option('--to <where>', 'ortto, or the URL of an Ortto', 'ortto')
    .option('--key-file <file>', 'a file that holds the API key')
    .addHelpText(
      'after',
      `
The key is taken from --key-file, else from ORTTO_API_KEY, else typed.

Examples:
  ortto check
  ortto check --key-file key.txt

Ends with 0 when the key is good, 1 when Ortto refuses it or can't be asked, 2 when it was called wrongly.`
    )
    .action(async (options: { to: string; keyFile?: string }) => end(await check(options, output)))
}

async function check({ to, keyFile }: { to: string; keyFile?: string }, output: Output): Promise<number> {
  const target = await remoteTarget(to, keyFile)
  const { settings } = target
  const account = parseApiKey(settings.api_key)
  if (account && to === 'ortto') {
    const { hostname } = new URL(account.baseUrl)
    output.log(`The key is of the region ${account.apiKey.slice(1, 3)}: ${hostname}`)
  }
  try {
    await new Destination<Settings>(definitionFor(target.to)).testAuthentication(settings)
  } catch (error) {
    output.error(printable(errorMessage(error)))
    return EXIT.rejected
  }
  output.log(`${target.name} takes it.`)
  return EXIT.done
}
