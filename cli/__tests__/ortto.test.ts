import { version } from '../../package.json'
import { run } from '../ortto'

async function ortto(...args: string[]) {
  const out: string[] = []
  const errors: string[] = []
  const code = await run(args, { log: (text) => out.push(text), error: (text) => errors.push(String(text)) })
  return { code, out: out.join('\n'), errors: errors.join('\n') }
}

/** The names of the commands in the help */
async function listCommands(): Promise<string[]> {
  const { out } = await ortto('--help')
  const commands = out.slice(out.indexOf('Commands:'))
  return [...commands.matchAll(/^ {2}(\w+) /gm)].map(([, name]) => name).filter((name) => name !== 'help')
}

describe('ortto', () => {
  it('prints its version', async () => {
    expect(await ortto('--version')).toEqual({ code: 0, out: version, errors: '' })
  })

  it('has help for each command, with its description and its exit codes or examples', async () => {
    const names = await listCommands()
    expect(names).toContain('deliver')
    for (const name of names) {
      const [direct, helped] = [await ortto(name, '--help'), await ortto('help', name)]
      expect({ name, code: direct.code, out: direct.out }).toEqual({ name, code: 0, out: helped.out })
      expect(direct.out).toMatch(new RegExp(`^Usage: ortto ${name} .*\\n\\n[A-Z]`))
      expect(direct.out).toContain('Examples:')
    }
  })

  it.each([
    [['delvier', 'x'], 'Did you mean deliver?'],
    [['deliver', '--dryrun', 'x'], 'Did you mean --dry-run?'],
    [['deliver'], "missing required argument 'inputs'"]
  ])('suggests what was meant: %s', async (args, suggestion) => {
    const { code, errors } = await ortto(...args)

    expect(code).toBe(2)
    expect(errors).toContain(suggestion)
    expect(errors).toContain('--help.')
  })
})
