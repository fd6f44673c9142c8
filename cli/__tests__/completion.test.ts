import { execFile } from 'child_process'
import { promisify } from 'util'
import { run } from '../ortto'

async function completionFor(shell: string) {
  const out: string[] = []
  const code = await run(['completion', shell], {
    log: (text) => out.push(text),
    error: (text) => out.push(String(text))
  })
  return { code, script: out.join('\n') }
}

/** What bash offers for the last of these words. */
async function complete(...words: string[]): Promise<string[]> {
  const { script } = await completionFor('bash')
  const list = words.map((word) => `'${word}'`).join(' ')
  const ask = `COMP_WORDS=(ortto ${list}); COMP_CWORD=${words.length}; _ortto; printf '%s\\n' "\${COMPREPLY[@]}"`
  const { stdout } = await promisify(execFile)('bash', ['--norc', '-c', `${script}\n${ask}`])
  return stdout.trim().split('\n')
}

it('completes commands, options and files in bash', async () => {
  expect(await complete('de')).toEqual(['demo', 'deliver'])
  expect(await complete('deliver', '--re')).toEqual(expect.arrayContaining(['--results', '--rejected', '--report']))
  expect(await complete('mappings', '--sh')).toEqual(['--shape'])
  expect(await complete('deliver', 'package.j')).toEqual(['package.json'])
})

it('has a script for zsh and for fish', async () => {
  expect((await completionFor('zsh')).script).toMatch(/^autoload -Uz bashcompinit/)
  expect((await completionFor('fish')).script).toContain(
    "complete -c ortto -n '__fish_seen_subcommand_from deliver' -l results"
  )
})

it('is refused for another shell', async () => {
  expect((await completionFor('tcsh')).code).toBe(2)
})
