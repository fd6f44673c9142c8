#!/usr/bin/env node
/* eslint-disable @typescript-eslint/no-require-imports, @typescript-eslint/consistent-type-imports */
import { Command, CommanderError } from 'commander'
import { EXIT, fail } from './command'
import type { Output } from './command'
import { addVariables } from './environment'
import { hideKeys } from './hide-keys'
import { terminal } from './terminal'
import { readVersion } from './version'

/** A command. It is loaded when it is asked for: to load all of them takes a quarter of a second. */
interface CommandEntry {
  description: string
  load: () => (output: Output, end: (code: number) => void) => Command
}

const COMMANDS = new Map<string, CommandEntry>([
  [
    'demo',
    {
      description: 'Delivers example events, or a file, to a local Ortto, and shows what became of each.',
      load: () => (require('./demo') as typeof import('./demo')).demoCommand
    }
  ],
  [
    'deliver',
    {
      description:
        'Delivers events from files, folders or standard input (-) to Ortto, and reports the result of every event.',
      load: () => (require('./deliver') as typeof import('./deliver')).deliverCommand
    }
  ],
  [
    'check',
    {
      description: 'Checks an API key with Ortto, and shows the region of its account.',
      load: () => (require('./check') as typeof import('./check')).checkCommand
    }
  ],
  [
    'estimate',
    {
      description: "Estimates how much of an Ortto plan's limits a delivery would use. Sends nothing.",
      load: () => (require('./estimate') as typeof import('./estimate')).estimateCommand
    }
  ],
  [
    'mappings',
    {
      description: 'Compares mappings, and writes them in the shapes of Segment.',
      load: () => (require('./mappings') as typeof import('./mappings')).mappingsCommand
    }
  ],
  [
    'compare',
    {
      description: 'Compares an Ortto account with the local Ortto, sentence by sentence of the documents.',
      load: () => (require('./compare') as typeof import('./compare')).compareCommand
    }
  ],
  [
    'publish',
    {
      description: 'Publishes events from files, folders or standard input (-) to a stream, for any number of workers.',
      load: () => (require('./publish') as typeof import('./publish')).publishCommand
    }
  ],
  [
    'work',
    {
      description: 'Delivers the events of a stream to Ortto, together with all other workers of the stream.',
      load: () => (require('./work') as typeof import('./work')).workCommand
    }
  ],
  [
    'serve',
    {
      description: 'Receives events over HTTP, delivers them to Ortto, and responds with the result of every event.',
      load: () => (require('./serve') as typeof import('./serve')).serveCommand
    }
  ],
  [
    'sandbox',
    {
      description: 'Runs a local Ortto on 127.0.0.1 until Ctrl-C.',
      load: () => (require('./sandbox') as typeof import('./sandbox')).sandboxCommand
    }
  ],
  [
    'workbench',
    {
      description: 'Runs the workbench on 127.0.0.1 until Ctrl-C: a page to try mappings, with a local Ortto.',
      load: () => (require('./workbench') as typeof import('./workbench')).workbenchCommand
    }
  ],
  [
    'completion',
    {
      description: 'Prints a script with which a shell completes commands and options.',
      load: () => (output, end) =>
        (require('./completion') as typeof import('./completion')).completionCommand(output, () =>
          loadOthers(output, end)
        )
    }
  ]
])

function loadOthers(output: Output, end: (code: number) => void): Command[] {
  return [...COMMANDS]
    .filter(([name]) => name !== 'completion')
    .map(([, { description, load }]) => load()(output, end).description(description))
}

/** Runs a command line, and resolves with its exit code. */
export async function run(args: readonly string[], terminal: Output): Promise<number> {
  const loud = hideKeys(terminal, args)
  let isQuiet = false
  const output: Output = {
    ...loud,
    log: (text) => !isQuiet && loud.log(text),
    progress: loud.progress && ((text) => !isQuiet && loud.progress?.(text))
  }
  let code = EXIT.done
  const end = (exitCode: number) => (code = exitCode)
  const program = new Command('ortto')
    .description('Delivers Segment events to Ortto, and reports the result of every event.')
    .version(readVersion())
    .addHelpText('after', '\nFor help on a command: ortto deliver --help.\n')
  const [first, second] = args.filter((arg) => !arg.startsWith('-'))
  const asked = first === 'help' ? second : first
  for (const [name, { description, load }] of COMMANDS) {
    const command = name === asked ? load()(output, end) : new Command(name)
    program.addCommand(command.description(description))
  }
  const commands = program.commands.flatMap((command) => [command, ...command.commands])
  commands
    // Groups of commands have no options.
    .filter((command) => command.commands.length === 0)
    .forEach((command) => command.option('--quiet', 'print only errors'))
  commands.forEach(addVariables)
  program.hook('preAction', (_, command) => {
    isQuiet = command.opts<{ quiet?: boolean }>().quiet ?? false
  })
  for (const command of [program, ...commands]) {
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

if (require.main === module) {
  // If the process ends unexpectedly, it must not look like a success.
  process.exitCode = EXIT.failed
  void run(process.argv.slice(2), terminal()).then((code) => {
    process.exitCode = code
    // An open input would keep the process running.
    process.stdin.destroy()
    // So would a response that stalls. Wait until the output is written.
    process.stdout.write('', () => setTimeout(() => process.exit(), 1000).unref())
  })
}
