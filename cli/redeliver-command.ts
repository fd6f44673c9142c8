import type { DeliverOptions } from './deliver-options'

/** The command that delivers again the events with a reason, to be pasted into a shell. Undefined without results. */
export function redeliverCommand(inputs: readonly string[], options: DeliverOptions, code: string): string | undefined {
  const { results, to, mappings, integration, consent = [], connectAudiences, keyFile, account, ledger } = options
  if (results === undefined) {
    return undefined
  }
  const named: [string, string | undefined][] = [
    ['--to', to === 'sandbox' ? undefined : to],
    ['--mappings', mappings],
    ...integration.map((name): [string, string] => ['--integration', name]),
    ...consent.map((category): [string, string] => ['--consent', category]),
    ['--key-file', keyFile],
    ['--account', account],
    ['--ledger', ledger],
    ['--only-failed', results],
    ['--code', code]
  ]
  const words = [
    ...inputs,
    ...(connectAudiences === false ? ['--no-connect-audiences'] : []),
    ...named.flatMap(([option, value]) => (value === undefined ? [] : [option, value]))
  ]
  return ['ortto', 'deliver', ...words.map(quoteWord)].join(' ')
}

function quoteWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replace(/'/g, `'\\''`)}'`
}
