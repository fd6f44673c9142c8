#!/usr/bin/env node
import { Command, CommanderError } from 'commander'
import { checkCommand } from './check'
import { EXIT, fail } from './command'
import type { Output } from './command'
import { deliverCommand } from './deliver'
import { estimateCommand } from './estimate'
import { publishCommand } from './publish'
import { sandboxCommand } from './sandbox'
import { terminal } from './terminal'
import { workCommand } from './work'
import { workbenchCommand } from './workbench'

/** Runs a command line, and resolves with its exit code. */
export async function run(args: readonly string[], output: Output): Promise<number> {
  let code = EXIT.done
  const end = (with_: number) => (code = with_)
  const program = new Command('ortto')
    .description('Brings Segment events to Ortto, and tells the truth about every one of them.')
    .addHelpText('after', '\nEach command has more help: ortto deliver --help.\n')
  for (const command of [
    deliverCommand(output, end),
    checkCommand(output, end),
    estimateCommand(output),
    publishCommand(output, end),
    workCommand(output, end),
    sandboxCommand(output),
    workbenchCommand(output)
  ]) {
    program.addCommand(command)
  }
  for (const command of [program, ...program.commands]) {
    command
      .exitOverride()
      .configureOutput({
        writeOut: (text) => output.log(text.trimEnd()),
        // The value of an option that is none may be a key.
        writeErr: (text) => output.error(text.trimEnd().replace(/^(error: unknown option '--[^=']*)=.*'/s, "$1'"))
      })
      .showHelpAfterError(`See ortto ${command === program ? '' : `${command.name()} `}--help.`)
  }
  try {
    await program.parseAsync(args, { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? EXIT.done : EXIT.wrongUse
    }
    return fail(error, output)
  }
}

if (require.main === module) {
  // Whatever goes wrong, it is not told as a success.
  process.exitCode = EXIT.rejected
  void run(process.argv.slice(2), terminal()).then((code) => {
    process.exitCode = code
    // An input that is still open would keep the command from ending.
    process.stdin.destroy()
    // So would an answer that stalls. Whatever is written is written by then.
    process.stdout.write('', () => setTimeout(() => process.exit(), 1000).unref())
  })
}
