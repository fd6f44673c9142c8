import { spawn } from 'child_process'
import type { ChildProcess } from 'child_process'
import { once } from 'events'
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'fs/promises'
import { tmpdir } from 'os'
import { join } from 'path'
import { text } from 'stream/consumers'
import { setTimeout as sleep } from 'timers/promises'
import exampleAccount from '../../examples/account.json'
import { startWorkbench } from '../../cli/workbench'
import { createSandbox } from '../../sandbox'
import { serve } from '../../sandbox/http/serve'
import { connectAndOpen, countLeft, listRejected, publishAll, startServer, track } from './harness'

const ROOT = join(__dirname, '..', '..')
const ORTTO = join(ROOT, 'dist', 'cli', 'ortto.js')

/** Runs a line of a shell. */
function run(line: string, cwd: string, env: Record<string, string>): ChildProcess {
  return spawn('bash', ['-c', `exec ${line}`], { cwd, env: { ...process.env, INIT_CWD: cwd, ...env } })
}

async function end(child: ChildProcess): Promise<{ code: number | null; out: string; error: string }> {
  const [out, error] = await Promise.all(
    [child.stdout, child.stderr].map(async (stream) => (stream ? text(stream) : ''))
  )
  const code = child.exitCode ?? ((await once(child, 'exit')) as [number | null])[0]
  return { code, out, error }
}

describe('the commands of docs/scaling.md', () => {
  it('start a server, publish a folder and let two workers deliver it', async () => {
    const doc = await readFile(join(ROOT, 'docs', 'scaling.md'), 'utf8')
    const [install, server, ...others] = (/```sh\n(.*?)```/s.exec(doc)?.[1] ?? '').trim().split('\n')
    const folder = await mkdtemp(join(tmpdir(), 'actions-ortto-'))
    await mkdir(join(folder, 'archive'))
    await copyFile(join(ROOT, 'examples', 'events.ndjson'), join(folder, 'archive', 'events.ndjson'))
    const activities = exampleAccount.activities.map((one) => ({ ...one, retentionDays: 'for ever' as const }))
    const { app, account, apiKey } = createSandbox({ account: { ...exampleAccount, activities } })
    const { origin, close } = await serve(app)
    const port = 20_000 + (process.pid % 20_000)
    const env = { HOME: folder, NATS_URL: `nats://127.0.0.1:${port}`, ORTTO_API_KEY: apiKey }
    const commands = others.map((line) =>
      line.replace('dist/cli/ortto.js', ORTTO).replace('--to ortto', `--to ${origin}`).replace(/ &$/, '')
    )
    const children = [run(`${server.replace(/ &$/, '')} --port ${port}`, folder, env)]
    try {
      expect(await readFile(join(__dirname, 'need-server.js'), 'utf8')).toContain(install)
      expect(commands).toHaveLength(3)
      const [publish, ...work] = commands
      expect(await end(run(publish, folder, env))).toMatchObject({
        code: 0,
        error: '',
        out: expect.stringContaining('16 stored, 2 skipped') as string
      })

      const workers = work.map((line) => run(line, folder, env))
      children.push(...workers)
      const logs = workers.map(end)
      const status = async () => (await end(run(`node ${ORTTO} work --status`, folder, env))).out
      while (
        !/Pending {6}0 waiting, 0 with[^]*Workers {6}2[^]*: 16 partitions[^]*: 16 partitions/.test(await status())
      ) {
        await sleep(50)
      }
      workers.forEach((worker) => worker.kill('SIGTERM'))
      const ended = await Promise.all(logs)

      expect(ended.map(({ code, error }) => [code, error])).toEqual([
        [0, ''],
        [0, '']
      ])
      const lines = ended.flatMap(({ out }) => out.trim().split('\n')).map((line) => JSON.parse(line) as object)
      const batches = lines.filter((line) => 'msg' in line && line.msg === 'batch')
      expect(batches.reduce((sum, line) => sum + ('events' in line ? Number(line.events) : 0), 0)).toBe(16)
      expect(account.contacts.count).toBe(4)
      expect(account.activities.all().length).toBeGreaterThan(3)
    } finally {
      children.forEach((child) => child.kill('SIGKILL'))
      await close()
      await rm(folder, { recursive: true, force: true, maxRetries: 10 })
    }
  }, 60_000)
})

describe('the example of stream/README.md', () => {
  it('publishes an event and shows the status', async () => {
    const server = await startServer()
    const folder = await mkdtemp(join(tmpdir(), 'actions-ortto-'))
    try {
      const readme = await readFile(join(ROOT, 'stream', 'README.md'), 'utf8')
      const example = /```ts\n(.*?)```/s.exec(readme)?.[1] ?? ''
      const file = join(folder, 'example.ts')
      const script = example
        .replace(
          /from '(\.|@segment)/g,
          (_, start: string) => `from '${start === '.' ? ROOT : join(ROOT, 'node_modules', start)}`
        )
        .replace('nats://127.0.0.1:4222', server.url)
      await writeFile(file, script)
      const { out, error } = await end(run(`node --import tsx ${file}`, ROOT, {}))

      expect(error).toBe('')
      expect(out).toContain('pending: 1')
    } finally {
      await server.close()
      await rm(folder, { recursive: true })
    }
  }, 60_000)
})

describe('ortto work and ortto publish', () => {
  const status = async (args: string, env: Record<string, string> = {}) =>
    end(run(`node ${ORTTO} ${args}`, ROOT, { ORTTO_API_KEY: 'pau-key', ...env }))

  it('report usage errors, and exit with 2', async () => {
    const url = 'nats://127.0.0.1:1'
    const all = [
      ['work', '--to is required'],
      ['work --to nowhere', '--to must be ortto or a URL'],
      [`work --to ortto --nats ${url}`, 'Cannot connect to NATS at nats://127.0.0.1:1'],
      ['work --status --nats nats://me:secret@127.0.0.1:1', '--nats must not contain a user name or password'],
      ['work --status --nats http://127.0.0.1:1', '--nats must be a URL such as'],
      [`work --status --nats ${url} --creds nowhere.creds`, 'Cannot read the credentials from nowhere.creds'],
      ['publish nowhere/', 'There is no file or folder nowhere/']
    ]
    for (const [args, message] of all) {
      const { code, error } = await status(args)
      expect([args, code, error]).toEqual([args, 2, expect.stringContaining(message)])
      expect(error).not.toContain('secret')
    }
  }, 60_000)

  it('receive the live events of ortto workbench --publish', async () => {
    const server = await startServer()
    const folder = await mkdtemp(join(tmpdir(), 'actions-ortto-'))
    await writeFile(join(folder, 'index.html'), '')
    const log = () => undefined
    const options = { port: 0, orttoPort: 0, pageFolder: folder, publish: true, nats: server.url }
    const { origin, end: endWorkbench } = await startWorkbench(options, { log, error: log })
    try {
      const { writeKey } = (await (await fetch(`${origin}/api/setup`)).json()) as { writeKey: string }
      const body = JSON.stringify({ writeKey, userId: 'u1', event: 'Signed up', messageId: 'm1' })
      expect((await fetch(`${origin}/v1/track`, { method: 'POST', body })).status).toBe(200)
      const { out } = await status(`work --status --nats ${server.url}`)
      expect(out).toMatch(/Pending +1 waiting/)
    } finally {
      await endWorkbench()
      await server.close()
      await rm(folder, { recursive: true })
    }
  }, 60_000)

  it('stop immediately, even while they wait for input', async () => {
    const server = await startServer()
    const publishing = run(`node ${ORTTO} publish - --nats ${server.url}`, ROOT, {})
    const ended = end(publishing)
    try {
      const { nc, layout } = await connectAndOpen(server)
      publishing.stdin?.write(`${JSON.stringify(track('u1', 1))}\n`)
      while ((await countLeft(nc, layout)) === 0) {
        await sleep(50)
      }
      await nc.close()
      publishing.kill('SIGTERM')

      expect(await ended).toMatchObject({ code: 3, out: expect.stringContaining('Stopped by a signal.') as string })
    } finally {
      publishing.kill('SIGKILL')
      await server.close()
    }
  }, 60_000)

  it('create no file when there are no rejected events', async () => {
    const server = await startServer()
    const folder = await mkdtemp(join(tmpdir(), 'actions-ortto-'))
    try {
      const { nc } = await connectAndOpen(server)
      await nc.close()
      const file = join(folder, 'rejected.ndjson')

      expect(await status(`work --rejected ${file}`, { NATS_URL: server.url })).toMatchObject({
        code: 0,
        out: 'There are no rejected events.\n'
      })
      expect(await readdir(folder)).toEqual([])
    } finally {
      await server.close()
      await rm(folder, { recursive: true })
    }
  }, 60_000)

  it('move rejected events to a file that can be published again immediately', async () => {
    const server = await startServer()
    const folder = await mkdtemp(join(tmpdir(), 'actions-ortto-'))
    const { nc, layout } = await connectAndOpen(server)
    const { app, account, apiKey } = createSandbox({
      account: { traits: {}, activities: [{ name: 'Signed up', retentionDays: 'for ever' }] }
    })
    const { origin, close } = await serve(app)
    const env = { NATS_URL: server.url, ORTTO_API_KEY: apiKey }
    try {
      await publishAll(nc, layout, [track('u1', 1, { userId: undefined })])
      const worker = run(`node ${ORTTO} work --to ${origin}`, folder, env)
      while ((await listRejected(nc, layout)).length === 0) {
        await sleep(50)
      }
      const file = join(folder, 'rejected.ndjson')
      expect((await status(`work --rejected ${file}`, env)).out).toContain('1 event moved to')
      expect(await listRejected(nc, layout)).toEqual([])
      expect((await status(`work --rejected ${file}`, env)).error).toContain('the file already exists')

      const fixed = (await readFile(file, 'utf8')).replace('{', '{"userId":"u1",')
      const publishing = run(`node ${ORTTO} publish -`, folder, env)
      publishing.stdin?.end(fixed)
      expect((await end(publishing)).out).toContain('1 stored')
      while (account.activities.all().length === 0) {
        await sleep(50)
      }
      worker.kill('SIGTERM')
      expect((await end(worker)).code).toBe(0)
    } finally {
      await close()
      await nc.close()
      await server.close()
      await rm(folder, { recursive: true })
    }
  }, 60_000)
})
