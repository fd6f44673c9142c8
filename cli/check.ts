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

interface CheckOptions {
  to: string
  keyFile?: string
  json?: boolean
}

/** `ortto check` */
export function checkCommand(output: Output, end: (code: number) => void): Command {
  return new Command('check')
    .option('--to <where>', 'ortto, or the URL of an Ortto', 'ortto')
    .option('--key-file <file>', 'a file that contains the API key')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
The API key is read from --key-file or ORTTO_API_KEY. Without both, you are asked for it.

Examples:
  ortto check
  ortto check --key-file key.txt

Exits with 0 when the key is valid, 1 when Ortto refuses it or cannot be reached, 2 for usage errors.`
    )
    .action(async (options: CheckOptions) => end(await check(options, output)))
}

async function check({ to, keyFile, json: isJSON }: CheckOptions, output: Output): Promise<number> {
  const target = await remoteTarget(to, keyFile)
  const { settings } = target
  const account = parseApiKey(settings.api_key)
  const region = account && to === 'ortto' ? account.apiKey.slice(1, 3) : undefined
  if (account && region !== undefined && !isJSON) {
    const { hostname } = new URL(account.baseUrl)
    output.log(`The API key belongs to the region ${region}: ${hostname}`)
  }
  try {
    await new Destination<Settings>(definitionFor(target.to)).testAuthentication(settings)
  } catch (error) {
    const message = printable(errorMessage(error))
    if (isJSON) {
      output.log(JSON.stringify({ target: target.name, region, isValid: false, message }))
    } else {
      output.error(message)
    }
    return EXIT.failed
  }
  output.log(
    isJSON
      ? JSON.stringify({ target: target.name, region, isValid: true })
      : `The API key is valid. ${target.name} accepted it.`
  )
  return EXIT.done
}
