import type { ReportData } from '../delivery-report'
import { execFile } from 'child_process'
import { mkdtemp, rm, writeFile } from 'fs/promises'
import { tmpdir } from 'os'
import { join } from 'path'
import { promisify } from 'util'
import { serve } from '../../sandbox/http/serve'
import { run } from '../ortto'

const ROOT = join(__dirname, '..', '..')

/** Colours, a title for the window, a line that looks like another one, and letters that run backwards. */
const HOSTILE = '\u001b[31m\u009b2J\u001b]0;owned\u0007\nevil.ndjson:2 POST /v1/track {}\r\u202e\u007f'

/** Everything that moves the cursor or the reading direction, but for the end of a line. */
// eslint-disable-next-line no-control-regex
const COMMANDS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/

/** Runs `ortto …args` in a process of its own, and resolves with its exit code and all that it wrote. */
async function ortto(args: readonly string[], env: Record<string, string> = {}) {
  const { ORTTO_API_KEY: _, ...own } = process.env
  return promisify(execFile)(process.execPath, ['--import', 'tsx', join('cli', 'ortto.ts'), ...args], {
    cwd: ROOT,
    env: { ...own, ...env }
  }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: { code: number; stdout: string; stderr: string }) => error
  )
}

describe('text from outside that would command the terminal', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'actions-ortto-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  const events = async (name: string) => {
    const path = join(folder, name)
    const common = { type: 'track', event: HOSTILE, userId: HOSTILE }
    await writeFile(path, [{ ...common, timestamp: HOSTILE }, common].map((one) => JSON.stringify(one)).join('\n'))
    return path
  }

  it('is shown in a dry run, each event on its own line', async () => {
    const { stdout } = await ortto(['deliver', await events(`${HOSTILE.replace(/\//g, '')}.ndjson`), '--dry-run'])

    expect(stdout).not.toMatch(COMMANDS)
    expect(stdout.split('\n').filter((line) => line.startsWith('evil'))).toEqual([])
    expect(stdout).toContain('Would not be sent')
    expect(stdout).toContain('unreadable_timestamp')
  }, 60_000)

  it('is shown to machines as JSON that means the same', async () => {
    const { stdout } = await ortto(['deliver', await events('a.ndjson'), '--dry-run', '--json'])
    const { plan } = JSON.parse(stdout) as { plan: ReportData }

    expect(stdout).not.toMatch(COMMANDS)
    expect(plan.mappings[0].samples).toMatchObject([{ item: { user_id: HOSTILE, event: HOSTILE } }])
  }, 60_000)

  it('is shown in an error', async () => {
    const { code, stderr } = await ortto(['deliver', `none${HOSTILE}`])

    expect(code).toBe(2)
    expect(stderr).toContain('There is no file or folder none')
    expect(stderr).not.toMatch(COMMANDS)
  }, 60_000)

  it.each(['check', 'deliver'])(
    'comes from Ortto, and is one line of ortto %s',
    async (command) => {
      const { origin, close } = await serve({
        fetch: () => Response.json({ message: `No${HOSTILE}` }, { status: command === 'check' ? 500 : 401 })
      })
      process.env.ORTTO_API_KEY = 'pau-0123456789'
      const lines: string[] = []
      const output = { log: (text: string) => lines.push(text), error: (text: unknown) => lines.push(String(text)) }
      await run([command, ...(command === 'deliver' ? [await events('a.ndjson')] : []), '--to', origin], output)
      delete process.env.ORTTO_API_KEY
      await close()

      expect(lines.join('\n')).toContain('No')
      expect(
        lines
          .join('\n')
          .split('\n')
          .filter((line) => line.startsWith('evil'))
      ).toEqual([])
    },
    60_000
  )
})

describe('a secret in the wrong place', () => {
  const SECRET = 'pau-0123456789abcdef'
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'actions-ortto-'))
    await writeFile(join(folder, 'key.txt'), SECRET)
    await writeFile(join(folder, 'account.json'), `{ "dataSource": { "apiKey": "${SECRET}" oops } }`)
    await writeFile(join(folder, 'events.ndjson'), '')
  })
  afterEach(() => rm(folder, { recursive: true }))

  it.each([
    ['a file of mappings', ['deliver', '@/events.ndjson', '--mappings', '@/key.txt']],
    ['a broken account file', ['deliver', '@/events.ndjson', '--account', '@/account.json']],
    ['a broken account file of the sandbox', ['sandbox', '--port', '0', '--account', '@/account.json']],
    ['a file of mappings of the workbench', ['workbench', '--mappings', '@/key.txt', '--state', '@/state.json']],
    ['a state file', ['sandbox', '--port', '0', '--state', '@/key.txt']],
    ['the name of the key file', ['check', '--key-file', SECRET]],
    ['the target', ['check', '--to', SECRET]],
    ['the name of the key file, as a header', ['check', '--key-file', `Bearer ${SECRET}`]],
    ['an option that is none', ['check', `--api-key=${SECRET}`]],
    ['an input', ['deliver', SECRET]],
    ['a number', ['deliver', '@/events.ndjson', '--rate', SECRET]],
    ['a time', ['deliver', '@/events.ndjson', '--from', SECRET]],
    ['a command', [SECRET]],
    ['an argument too many', ['check', SECRET]],
    ['the address of the NATS server', ['work', '--status', '--nats', `me:${SECRET}@127.0.0.1:1`]]
  ])('is not repeated in the error: %s', async (_where, args) => {
    const errors: string[] = []
    const output = { log: (text: string) => errors.push(text), error: (text: unknown) => errors.push(String(text)) }
    const code = await run(
      args.map((arg) => arg.replace('@/', `${folder}/`)),
      output
    )

    expect(code).toBe(2)
    expect(errors.join('\n')).not.toBe('')
    expect(errors.join('\n')).not.toContain('0123456789')
  })
})
