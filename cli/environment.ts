import { InvalidArgumentError } from 'commander'
import type { Command, Option } from 'commander'

/** Variables whose name does not follow from the option */
const NAMES: Readonly<Record<string, string>> = { 'key-file': 'ORTTO_API_KEY_FILE' }

/** Values of a variable that turn a switch off */
const OFF = new Set(['0', 'false', 'no', 'off'])

/**
 * Gives each option of a command an environment variable, which `--help` shows: `--key-file` has ORTTO_API_KEY_FILE,
 * and `--max-bytes` has ORTTO_MAX_BYTES. Options win over variables. Empty variables do not count.
 */
export function addVariables(command: Command): void {
  const added = command.options.filter(({ envVar, negate, long }) => envVar === undefined && !negate && long)
  added.forEach((option) =>
    option.env(NAMES[option.name()] ?? `ORTTO_${option.name().toUpperCase().replace(/-/g, '_')}`)
  )
  // commander reads only variables that an option had when it was added.
  command.hook('preAction', () => added.forEach((option) => readVariable(command, option)))
}

function readVariable(command: Command, option: Option): void {
  const name = option.attributeName()
  const text = process.env[option.envVar ?? '']
  const source = command.getOptionValueSource(name)
  if (text === undefined || text === '' || (source !== undefined && source !== 'default')) {
    return
  }
  try {
    const previous: unknown = command.getOptionValue(name)
    const value: unknown = option.isBoolean() ? !OFF.has(text.toLowerCase()) : option.parseArg?.(text, previous) ?? text
    command.setOptionValueWithSource(name, value, 'env')
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) {
      throw error
    }
    // The value is not repeated: it may be a key in the wrong variable.
    command.error(`error: the value of ${option.envVar} is not valid. ${error.message}`)
  }
}
