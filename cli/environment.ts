import type { Command, Option } from 'commander'

/** Variables whose name does not follow from the option */
const NAMES: Readonly<Record<string, string>> = { 'key-file': 'ORTTO_API_KEY_FILE' }

/** Values of a variable that leave a switch off */
const OFF = new Set(['', '0', 'false', 'no', 'off'])

/**
 * Gives each option of a command an environment variable, which `--help` shows: `--key-file` has ORTTO_API_KEY_FILE,
 * and `--max-bytes` has ORTTO_MAX_BYTES. Options win over variables.
 */
export function addVariables(command: Command): void {
  for (const option of command.options) {
    const variable = variableOf(option)
    if (option.envVar !== undefined || option.negate || variable === undefined) {
      continue
    }
    const value = process.env[variable]
    // commander takes an empty variable for a value, and switches an option on for each.
    const isOff = option.isBoolean() ? OFF.has(value?.toLowerCase() ?? '') : value === ''
    if (value === undefined || !isOff) {
      option.env(variable)
    } else if (command.options.some(({ negate, long }) => negate && long === `--no-${option.name()}`)) {
      command.setOptionValueWithSource(option.attributeName(), false, 'env')
    }
  }
}

/** Undefined for an option without a long name. */
function variableOf({ long }: Option): string | undefined {
  const name = long?.replace(/^--/, '')
  return name === undefined || name === '' ? undefined : NAMES[name] ?? `ORTTO_${name.toUpperCase().replace(/-/g, '_')}`
}
