#!/usr/bin/env node
import { Command, CommanderError } from 'commander'
import { inspect } from 'util'
import { parseApiKey } from '../src/api-key'
import { createRedactor } from '../src/redact'
import { checkCommand } from './check'
import { EXIT, fail } from './command'
import type { Output } from './command'
import { deliverCommand } from './deliver'
import { estimateCommand } from './estimate'
import { mappingsCommand } from './mappings'
import { publishCommand } from './publish'
import { sandboxCommand } from './sandbox'
import { terminal } from './terminal'
import { workCommand } from './work'
import { workbenchCommand } from './workbench'

/** Runs a command line, and resolves with its exit code. */
export async function run(args: readonly string[], terminal: Output): Promise<number> {
  const output = redactKeys(terminal, args)
  let code = EXIT.done
  const end = (exitCode: number) => (code = exitCode)
  const program = new Command('ortto')
    .description('Delivers Segment events to Ortto, and reports the result of every event.')
    .addHelpText('after', '\nFor help on a command: ortto deliver --help.\n')
  for (const command of [
    deliverCommand(output, end),
    checkCommand(output, end),
    estimateCommand(output),
    mappingsCommand(output, end),
    publishCommand(output, end),
    workCommand(output, end),
    sandboxCommand(output),
    workbenchCommand(output)
  ]) {
    program.addCommand(command)
  }
  for (const command of [program, ...program.commands, ...program.commands.flatMap(({ commands }) => commands)]) {
    command
      .exitOverride()
      .configureOutput({
        writeOut: (text) => output.log(text.trimEnd()),
        writeErr: (text) => output.error(text.trimEnd())
      })
      .showHelpAfterError(`See ${fullNameOf(command)} --help.`)
  }
  try {
    await program.parseAsync(args, { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? EXIT.done : EXIT.usageError
    }
    return fail(error, output)
  }
}

/** `ortto mappings diff` */
function fullNameOf(command: Command): string {
  return command.parent ? `${fullNameOf(command.parent)} ${command.name()}` : command.name()
}

/** Keys do not belong in arguments. If one is there by mistake, it is redacted in errors. */
function redactKeys(output: Output, args: readonly string[]): Output {
  const words = args.flatMap((arg) => arg.split(/[\s=]+|\/\/|@/))
  const keys = words.filter((word) => parseApiKey(word) && !/\.\w+$/.test(word))
  const redactors = keys.map((key) => createRedactor(key, Infinity))
  const hide = (text: string) => redactors.reduce((hidden, redact) => redact(hidden), text)
  return keys.length === 0
    ? output
    : { ...output, error: (text) => output.error(hide(typeof text === 'string' ? text : inspect(text))) }
}

if (require.main === module) {
  // If the process ends unexpectedly, it must not look like a success.
  process.exitCode = EXIT.rejected
  void run(process.argv.slice(2), terminal()).then((code) => {
    process.exitCode = code
    // An open input would keep the process running.
    process.stdin.destroy()
    // So would a response that stalls. Wait until the output is written.
    process.stdout.write('', () => setTimeout(() => process.exit(), 1000).unref())
  })
}
