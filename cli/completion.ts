import { Argument, Command } from 'commander'
import type { Output } from './command'

const SHELLS = ['bash', 'zsh', 'fish'] as const

const HELP = `
It also completes the names of files.

Examples:
  bash   ortto completion bash > ~/.local/share/bash-completion/completions/ortto
  zsh    ortto completion zsh >> ~/.zshrc
  fish   ortto completion fish > ~/.config/fish/completions/ortto.fish`

/** `ortto completion`. @param loadCommands loads all other commands */
export function completionCommand(output: Output, loadCommands: () => Command[]): Command {
  return new Command('completion')
    .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS))
    .addHelpText('after', HELP)
    .action((shell: typeof SHELLS[number]) => {
      const commands = loadCommands()
      output.log(shell === 'fish' ? forFish(commands) : shell === 'zsh' ? forZsh(commands) : forBash(commands))
    })
}

function optionsOf(command: Command): string[] {
  // Options of the commands of a group are offered together.
  const all = [command, ...command.commands].flatMap(({ options }) => options)
  return [...new Set(['--help', ...all.flatMap(({ long }) => long ?? [])])]
}

function forBash(commands: readonly Command[]): string {
  const names = commands.map((command) => command.name()).join(' ')
  const cases = commands.map(
    (command) => `      ${command.name()}) COMPREPLY=($(compgen -W "${optionsOf(command).join(' ')}" -- "$current")) ;;`
  )
  return [
    '_ortto() {',
    '  local current="${COMP_WORDS[COMP_CWORD]}"',
    '  if [ "$COMP_CWORD" -eq 1 ]; then',
    `    COMPREPLY=($(compgen -W "${names} --help --version" -- "$current"))`,
    '  elif [ "${current#-}" != "$current" ]; then',
    '    case "${COMP_WORDS[1]}" in',
    ...cases,
    '    esac',
    '  else',
    '    COMPREPLY=($(compgen -f -- "$current"))',
    '  fi',
    '}',
    'complete -o filenames -F _ortto ortto'
  ].join('\n')
}

function forZsh(commands: readonly Command[]): string {
  return `autoload -Uz bashcompinit && bashcompinit\n${forBash(commands)}`
}

function forFish(commands: readonly Command[]): string {
  return commands
    .flatMap((command) => [
      `complete -c ortto -n __fish_use_subcommand -a ${command.name()} -d ${quote(command.description())}`,
      ...optionsOf(command).map(
        (option) => `complete -c ortto -n '__fish_seen_subcommand_from ${command.name()}' -l ${option.slice(2)}`
      )
    ])
    .join('\n')
}

function quote(text: string): string {
  return `'${text.replace(/['\\]/g, '\\$&')}'`
}
