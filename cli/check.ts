import { Command } from 'commander'
import { parseApiKey } from '../src/api-key'
import { probeTarget } from './check-target'
import { EXIT } from './command'
import type { Output } from './command'
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

Exits with 0 when the key is valid, 1 when Ortto refuses it, 2 for usage errors, 3 when Ortto could not be reached or
is not available.`
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
  const probe = await probeTarget(target)
  if (probe) {
    const { reason: message, isUnavailable, status = 0 } = probe
    // Whether the key is valid is not known when Ortto did not say it.
    const isUnknown = isUnavailable || status === 429 || status >= 500
    if (isJSON) {
      output.log(JSON.stringify({ target: target.name, region, isValid: isUnknown ? null : false, message }))
    } else {
      output.error(isUnknown ? `${message} It is not known whether the API key is valid: try again later.` : message)
    }
    return isUnknown ? EXIT.stopped : EXIT.failed
  }
  output.log(
    isJSON
      ? JSON.stringify({ target: target.name, region, isValid: true })
      : `The API key is valid. ${target.name} accepted it.`
  )
  return EXIT.done
}
