import { execFile } from 'child_process'
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'fs/promises'
import { tmpdir } from 'os'
import { join } from 'path'
import { promisify } from 'util'
import exampleAccount from '../../examples/account.json'
import { createSandbox } from '../../sandbox'
import { serve } from '../../sandbox/http/serve'
import { run } from '../ortto'
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
        /from '(\.|actions-ortto|@segment)/g,
        (_, start: string) => `from '${start === '@segment' ? join(ROOT, 'node_modules', start) : ROOT}`
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
        const answer = await runCurl(real, { KEY: sandbox.apiKey })
        expect({ line, answer }).toEqual({ line, answer: expect.stringContaining(expected) as string })
      }
    } finally {
      await close()
    }
  }, 60_000)
})

describe('the commands of README.md that replay an archive', () => {
  it('do what they say, the last one again when it is cut short', async () => {
    const text = await readFile(join(ROOT, 'README.md'), 'utf8')
    const commands = [...text.matchAll(/^npx ortto (\S+ archive\/[^#\n]*)/gm)].map(([, args]) =>
      args.trim().split(/ +/)
    )
    const folder = await mkdtemp(join(tmpdir(), 'actions-ortto-'))
    const activities = exampleAccount.activities.map((activity) => ({ ...activity, retentionDays: 'for ever' }))
    const { app, account, apiKey } = createSandbox({ account: { ...exampleAccount, activities } })
    let requests = 0
    const fetch = (request: Request) => (++requests === 2 ? new Response('{}', { status: 401 }) : app.fetch(request))
    const { origin, close } = await serve({ fetch })
    const inFolder = (args: readonly string[]) =>
      args.map((arg) => (/^(archive\/|\w+\.ndjson)$/.test(arg) ? join(folder, arg) : arg.replace(/^ortto$/, origin)))
    const ortto = async (args: readonly string[]) => {
      const out: string[] = []
      const code = await run(inFolder(args), { log: (line) => out.push(line), error: (line) => out.push(String(line)) })
      return { code, out: out.join('\n') }
    }
    process.env.ORTTO_API_KEY = apiKey
    try {
      await mkdir(join(folder, 'archive'))
      await copyFile(join(ROOT, 'examples', 'events.ndjson'), join(folder, 'archive', 'events.ndjson'))
      const [estimate, dryRun, local, real] = commands

      expect(await ortto(estimate)).toEqual({
        code: 0,
        out: expect.stringContaining('The delivery fits into one day.') as string
      })
      expect((await ortto(dryRun)).out).toContain('would be sent')
      expect((await ortto(local)).out).toContain('Contacts in the local Ortto: 4')
      expect(requests).toBe(0)
      expect((await ortto(real)).code).toBe(3)
      expect(await readdir(folder)).toContain('archive.ledger')
      expect((await ortto(real)).code).toBe(1)
      expect(account.activities.all().length).toBeGreaterThan(3)
      expect((await readFile(join(folder, 'results.ndjson'), 'utf8')).trim().split('\n')).toHaveLength(18)
      expect(commands).toHaveLength(4)
    } finally {
      delete process.env.ORTTO_API_KEY
      await close()
      await rm(folder, { recursive: true })
    }
  }, 30_000)
})

describe('the example of', () => {
  it('sandbox/README.md shows the contact that it sent', async () => {
    expect(await runExample('sandbox/README.md')).toContain('a@example.com')
  }, 30_000)

  it('delivery/README.md shows a result for each line', async () => {
    const lines = (await runExample('delivery/README.md')).trim().split('\n')

    expect(lines).toHaveLength(18)
    expect(lines[0]).toBe('examples/events.ndjson:1 processed Processed by Ortto.')
  }, 30_000)

  it('workbench/README.md sends an event', async () => {
    const { traces } = JSON.parse(await runExample('workbench/README.md')) as { traces: object[] }

    expect(traces).toMatchObject([{ type: 'identify', results: [{ status: 200, message: 'Processed by Ortto.' }] }])
  }, 30_000)
})
