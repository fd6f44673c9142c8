import { inspect } from 'util'
import { createRedactor } from '../src/redact'
import type { Output } from './command'

/** Where an API key may begin, in any text around it */
const KEY_START = /[ps][a-z]{2}-(?=[!-~])/g
/** Ortto's keys are much shorter. */
const MAX_KEY_LENGTH = 200
/** What may follow a key. A key may also contain it, so each is tried. */
const ENDS = /[^\w-]/g
/** Names of files are not keys. */
const FILE_NAME = /^[\w./-]+\.(ndjson|jsonl?|gz|csv|parquet|html|txt|key|yaml)$/

/**
 * Keys do not belong in arguments. If one is there by mistake, with whatever around it, it is masked in errors. Other
 * words of that form are masked too.
 */
export function hideKeys(output: Output, args: readonly string[]): Output {
  // The longest first: the beginning of a key may be found too.
  const keys = [...new Set(args.flatMap(findKeys))].sort((a, b) => b.length - a.length)
  if (keys.length === 0) {
    return output
  }
  const redactors = keys.map((key) => createRedactor(key, Infinity))
  const hide = (text: string) => redactors.reduce((hidden, redact) => redact(hidden), text)
  return { ...output, error: (text) => output.error(hide(typeof text === 'string' ? text : inspect(text))) }
}

/** What may be a key in an argument: from each possible start to each possible end. */
function findKeys(arg: string): string[] {
  if (FILE_NAME.test(arg)) {
    return []
  }
  return [...arg.matchAll(KEY_START)]
    .map(({ index }) => arg.slice(index, index + MAX_KEY_LENGTH).split(/\s/)[0])
    .flatMap((rest) => [rest, ...[...rest.matchAll(ENDS)].map(({ index }) => rest.slice(0, index))])
    .filter((key) => key.length > 'pau-'.length)
}
