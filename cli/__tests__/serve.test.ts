import { spawn } from 'child_process'
import { once } from 'events'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'fs/promises'
import { tmpdir } from 'os'
import { join } from 'path'
import { createInterface } from 'readline'
import { createSandbox } from '../../sandbox'
import { serve } from '../../sandbox/http/serve'
import { run } from '../ortto'
import { runCurl } from './curl'

const ROOT = join(__dirname, '..', '..')
const WRITE_KEY = 'write-key-of-the-test'
const ACCOUNT = {
  plan: { contacts: 100_000 },
  fields: [{ name: 'Name', type: 'text' }],
  traits: { name: 'Name' },
  activities: [{ name: 'Signed up', retentionDays: 'for ever' as const }]
}

let folder: string
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'actions-ortto-'))))
afterEach(() => rm(folder, { recursive: true }))

/** Starts the command. What has no argument is set by environment variables. */
async function start(env: Record<string, string>, args: readonly string[] = []) {
  const child = spawn(process.execPath, ['--import', 'tsx', join(ROOT, 'cli', 'ortto.ts'), 'serve', ...args], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, ORTTO_LISTEN: '127.0.0.1:0', ...env }
  })
  let output = ''
  child.stderr.on('data', (data: Buffer) => (output += data.toString()))
  const port = await new Promise<number>((resolve, reject) => {
    child.once('exit', () => reject(new Error(output)))
    createInterface({ input: child.stdout }).on('line', (line) => {
      output += `${line}\n`
      const { code, port } = JSON.parse(line) as { code?: string; port?: number }
      if (code === 'listening' && port !== undefined) {
        resolve(port)
      }
    })
  })
  const authorization = `Basic ${Buffer.from(`${WRITE_KEY}:`).toString('base64')}`
  return {
    child,
    port,
    output: () => output,
    post: (path: string, body: unknown) =>
      fetch(`http://127.0.0.1:${port}${path}`, {
        method: 'POST',
        headers: { authorization },
        body: JSON.stringify(body)
      }),
    get: async (path: string) => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`)
      return { status: response.status, text: await response.text() }
    }
  }
}

/** The value of a metric */
function read(metrics: string, name: string): number {
  const line = metrics.split('\n').find((text) => text.startsWith(`${name} `)) ?? ''
  return Number(line.slice(name.length) || NaN)
}

describe('ortto serve', () => {
  it('is set up by variables, counts what Ortto has, and responds to what it has accepted before it ends', async () => {
    const { app, account, apiKey } = createSandbox({ account: ACCOUNT })
    let release: () => void = () => undefined
    let isHeld = false
    const held = new Promise<void>((resolve) => (release = resolve))
    let onHeld: () => void = () => undefined
    const hasRequest = new Promise<void>((resolve) => (onHeld = resolve))
    const { origin, close } = await serve({
      fetch: async (request, env) => {
        if (isHeld) {
          onHeld()
          await held
        }
        return app.fetch(request, env)
      }
    })
    await writeFile(join(folder, 'key'), `${apiKey}\n`, { mode: 0o600 })
    await writeFile(join(folder, 'write-key'), `${WRITE_KEY}\n`)
    await chmod(join(folder, 'write-key'), 0o644)
    const { child, post, get, output } = await start({
      ORTTO_TO: origin,
      ORTTO_API_KEY_FILE: join(folder, 'key'),
      ORTTO_WRITE_KEY_FILE: join(folder, 'write-key'),
      ORTTO_REJECTED: join(folder, 'rejected.ndjson')
    })
    try {
      const users = Array.from({ length: 30 }, (_, index) => ({
        type: 'identify',
        userId: `u${index}`,
        traits: { name: 'Lana' }
      }))
      const first = await post('/v1/batch', { batch: users })
      const second = await post('/v1/track', { event: 'Signed up' })
      const { text } = await get('/metrics')

      expect([first.status, second.status]).toEqual([200, 207])
      expect(account.contacts.count).toBe(30)
      expect(read(text, 'ortto_results_total{outcome="delivered",code="processed"}')).toBe(30)
      expect(read(text, 'ortto_results_total{outcome="rejected",code="missing_id"}')).toBe(1)
      expect(read(text, 'ortto_responses_total{status="207"}')).toBe(1)
      expect(read(text, 'ortto_waiting_events')).toBe(0)
      expect(read(text, 'ortto_paused')).toBe(0)
      expect(await readFile(join(folder, 'rejected.ndjson'), 'utf8')).toContain('"code":"missing_id"')
      expect(await get('/livez')).toEqual({ status: 200, text: 'ok\n' })
      expect(await get('/readyz')).toEqual({ status: 200, text: 'ok\n' })

      isHeld = true
      const accepted = post('/v1/track', { event: 'Signed up', userId: 'u1' })
      await hasRequest
      child.kill('SIGTERM')
      while ((await get('/readyz')).status === 200) {
        await new Promise(setImmediate)
      }
      expect(await get('/readyz')).toEqual({ status: 503, text: 'draining\n' })
      expect((await post('/v1/track', { event: 'Signed up', userId: 'u2' })).status).toBe(503)
      release()
      expect((await accepted).status).toBe(200)
      await (child.exitCode ?? once(child, 'exit'))

      expect(child.exitCode).toBe(0)
      expect(account.activities.all()).toMatchObject([{ event: 'Signed up' }])
      expect(output()).toContain(`read the write key in ${join(folder, 'write-key')}`)
      expect(output()).not.toContain(apiKey)
      expect(output()).not.toContain(WRITE_KEY)
    } finally {
      child.kill('SIGKILL')
      await close()
    }
  }, 60_000)

  it('loses and reorders nothing when it is killed, as its clients send again what was not confirmed', async () => {
    const { app, account, apiKey } = createSandbox({ account: ACCOUNT })
    let requests = 0
    let kill: () => void = () => undefined
    const { origin, close } = await serve({
      fetch: async (request, env) => {
        const response = await app.fetch(request, env)
        requests += 1
        if (requests % 5 === 3 && requests < 15) {
          // Ortto has processed the events, and the service never learns of it.
          kill()
        }
        return response
      }
    })
    const env = { ORTTO_TO: origin, ORTTO_API_KEY: apiKey, ORTTO_WRITE_KEY: WRITE_KEY }
    let kills = 0
    let service = await start(env)
    try {
      kill = () => {
        kills += 1
        service.child.kill('SIGKILL')
      }
      for (let number = 0; number < 20; number += 1) {
        const timestamp = new Date(Date.parse('2026-03-01T00:00:00Z') + number * 1000).toISOString()
        const events = ['u1', 'u2'].flatMap((userId) => [
          {
            type: 'identify',
            messageId: `i-${userId}-${number}`,
            userId,
            timestamp,
            traits: { name: `${userId} ${number}` }
          },
          { type: 'track', event: 'Signed up', messageId: `t-${userId}-${number}`, userId, timestamp }
        ])
        for (;;) {
          const response = await service.post('/v1/events', events).catch(() => undefined)
          if (response) {
            expect([response.status, await response.text()]).toEqual([200, expect.any(String)])
            break
          }
          await (service.child.exitCode ?? service.child.signalCode ?? once(service.child, 'exit'))
          service = await start(env)
        }
      }
    } finally {
      service.child.kill('SIGKILL')
      await close()
    }

    expect(kills).toBe(3)
    expect(account.activities.all()).toHaveLength(40)
    expect(account.contacts.all().map(({ fields }) => fields.get('Name'))).toEqual(['u1 19', 'u2 19'])
  }, 120_000)

  it('does what docs/serve.md says', async () => {
    const text = await readFile(join(ROOT, 'docs', 'serve.md'), 'utf8')
    const [variables, command, curl] = (/```sh\n(.*?)```/s.exec(text)?.[1] ?? '').trim().split('\n')
    expect(variables).toMatch(/^export ORTTO_API_KEY=… ORTTO_WRITE_KEY=\$\(.*\)$/)
    const { app, account, apiKey } = createSandbox({ account: { ...ACCOUNT, traits: { email: 'Name' } } })
    const { origin, close } = await serve(app)
    const args = command.replace('node dist/cli/ortto.js serve ', '').split(' ')
    const { child, port } = await start(
      { ORTTO_API_KEY: apiKey, ORTTO_WRITE_KEY: WRITE_KEY },
      args.map((arg) => (arg === 'ortto' ? origin : arg === 'rejected.ndjson' ? join(folder, arg) : arg))
    )
    try {
      const [line, expected] = curl.replace(':8040', `:${port}`).split(' # → ')

      expect(await runCurl(line, { ORTTO_WRITE_KEY: WRITE_KEY })).toContain(expected)
      expect(account.contacts.count).toBe(1)
    } finally {
      child.kill('SIGTERM')
      await once(child, 'exit')
      await close()
    }
    expect(child.exitCode).toBe(0)
  }, 60_000)

  it.each([
    ['Pass either --to', [], {}],
    ['Pass either --to', ['--to', 'ortto', '--publish'], {}],
    ['There is no write key', ['--to', 'ortto'], {}],
    ['There is no write key', ['--to', 'ortto'], { ORTTO_WRITE_KEY: ' ' }],
    ['must have 16 to 200 printable', ['--to', 'ortto'], { ORTTO_WRITE_KEY: 'short' }],
    ['must have 16 to 200 printable', ['--to', 'ortto'], { ORTTO_WRITE_KEY: 'with:colon:with:colon' }],
    ['Cannot read the file of the write key (ENOENT)', ['--to', 'ortto', '--write-key-file', 'secret-key'], {}],
    ['Expected a host and a port', ['--to', 'ortto', '--listen', 'nowhere'], {}],
    ['There is no API key', ['--to', 'ortto'], { ORTTO_WRITE_KEY: WRITE_KEY }],
    [
      'Cannot listen on 192.0.2.1:8040',
      ['--to', 'ortto', '--no-connect-audiences', '--listen', '192.0.2.1:8040'],
      { ORTTO_WRITE_KEY: WRITE_KEY, ORTTO_API_KEY: 'pau-key' }
    ],
    [
      'Cannot write /: it is a folder',
      ['--to', 'ortto', '--rejected', '/'],
      { ORTTO_WRITE_KEY: WRITE_KEY, ORTTO_API_KEY: 'pau-key' }
    ]
  ])('reports a usage error: %s %j %j', async (message, args, env) => {
    const before = process.env
    const errors: unknown[] = []
    process.env = { PATH: before.PATH, ...env }
    try {
      const code = await run(['serve', ...args], { log: () => undefined, error: (text) => errors.push(text) })

      expect(code).toBe(2)
      expect(errors.join('\n')).toContain(message)
      expect(errors.join('\n')).not.toMatch(/secret-key|write-key-of-the-test|with:colon/)
    } finally {
      process.env = before
    }
  })
})
