import { execFile } from 'child_process'
import { mkdtemp, readFile, rm, writeFile } from 'fs/promises'
import { tmpdir } from 'os'
import { join } from 'path'
import { promisify } from 'util'
import exampleAccount from '../../examples/account.json'
import { createSandbox } from '../../sandbox'
import { serve } from '../../sandbox/serve'
import { runCurl } from './curl'

const ROOT = join(__dirname, '..', '..')

/** Runs the TypeScript example of a README, as if it stood in the project's folder, and resolves with its output. */
async function runExample(readme: string): Promise<string> {
  const text = await readFile(join(ROOT, readme), 'utf8')
  const example = /```ts\n(.*?)```/s.exec(text)?.[1] ?? ''
  const folder = await mkdtemp(join(tmpdir(), 'actions-ortto-'))
  try {
    const file = join(folder, 'example.ts')
    await writeFile(
      file,
      example.replace(
        /from '(\.|@segment)/g,
        (_, start: string) => `from '${start === '.' ? ROOT : join(ROOT, 'node_modules', start)}`
      )
    )
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', file], { cwd: ROOT })
    return stdout
  } finally {
    await rm(folder, { recursive: true })
  }
}

describe('the curl lines of sandbox/README.md', () => {
  it('show what they say they show, one after the other', async () => {
    const text = await readFile(join(ROOT, 'sandbox', 'README.md'), 'utf8')
    const lines = [...text.matchAll(/^(curl .*) # → (.*)$/gm)]
    const sandbox = createSandbox({ account: exampleAccount })
    const { origin, close } = await serve(sandbox.app)
    try {
      expect(lines.length).toBeGreaterThan(45)
      for (const [, line, expected] of lines) {
        const real = line.replace('http://127.0.0.1:8030', origin)
        expect(`${line}\n${await runCurl(real, { KEY: sandbox.apiKey })}`).toContain(expected)
      }
    } finally {
      await close()
    }
  }, 60_000)
})

describe('the example of', () => {
  it('sandbox/README.md shows the contact that it sent', async () => {
    expect(await runExample('sandbox/README.md')).toContain('a@example.com')
  }, 30_000)

  it('delivery/README.md shows a verdict for each line', async () => {
    const lines = (await runExample('delivery/README.md')).trim().split('\n')

    expect(lines).toHaveLength(18)
    expect(lines[0]).toBe('1 200 Processed by Ortto.')
  }, 30_000)
})
