import { spawn } from 'child_process'
import { once } from 'events'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'fs/promises'
import { tmpdir } from 'os'
import { join } from 'path'
import { createInterface } from 'readline'
import { Metrics } from '../../cli/metrics'
import exampleAccount from '../../examples/account.json'
import { createSandbox } from '../../sandbox'
import { serve } from '../../sandbox/http/serve'
import { readStatus } from '..'
import { connectAndOpen, countLeft, identify, publishAll, startServer, track, until } from './harness'

const ROOT = join(__dirname, '..', '..')
const ORTTO = join(ROOT, 'dist', 'cli', 'ortto.js')

/** Runs a command without arguments but its name: everything else comes from the environment. */
function start(command: string, env: Record<string, string>) {
  return spawn(process.execPath, [ORTTO, command], { env: { PATH: process.env.PATH, ...env } })
}

/** The value of a metric. Undefined when it is not there. */
function read(metrics: string, name: string): number | undefined {
  const line = metrics.split('\n').find((text) => text.startsWith(`${name} `))
  return line === undefined ? undefined : Number(line.slice(name.length))
}

describe('a worker that listens', () => {
  it('is set up by variables, and counts what Ortto has', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'actions-ortto-'))
    const server = await startServer()
    const { nc, layout } = await connectAndOpen(server)
    const { app, account, apiKey } = createSandbox({ account: exampleAccount })
    const { origin, close } = await serve(app)
    const keyFile = join(folder, 'key')
    await writeFile(keyFile, `${apiKey}\n`)
    await chmod(keyFile, 0o644)
    const users = Array.from({ length: 20 }, (_, index) =>
      identify(`u${index}`, { traits: { email: `u${index}@a.co` } })
    )
    await publishAll(nc, layout, [
      ...users,
      { type: 'page', userId: 'u1' },
      { type: 'identify', traits: {} },
      track('u1', 1)
    ])
    nc.publish('ortto.events.1', 'no event')
    const worker = start('work', {
      ORTTO_TO: origin,
      ORTTO_API_KEY_FILE: keyFile,
      ORTTO_LISTEN: '127.0.0.1:0',
      ORTTO_STATUS: 'false',
      NATS_URL: server.url
    })
    let errors = ''
    worker.stderr.on('data', (data: Buffer) => (errors += data.toString()))
    let port = 0
    const lines = createInterface({ input: worker.stdout })
    lines.on('line', (line) => (port = (JSON.parse(line) as { port?: number }).port ?? port))
    try {
      await until(() => port !== 0)
      const get = async (path: string) => {
        const response = await fetch(`http://127.0.0.1:${port}${path}`)
        return { status: response.status, text: await response.text() }
      }
      await until(async () => (await countLeft(nc, layout)) === 0)
      await until(async () => read((await get('/metrics')).text, 'ortto_events_total{kind="not_an_event"}') === 1)
      const { text } = await get('/metrics')

      expect(await get('/livez')).toEqual({ status: 200, text: 'ok\n' })
      expect(await get('/readyz')).toEqual({ status: 200, text: 'ok\n' })
      expect((await get('/other')).status).toBe(404)
      expect(account.contacts.count).toBe(20)
      expect(read(text, 'ortto_results_total{outcome="delivered",code="processed"}')).toBe(20)
      expect(read(text, 'ortto_events_total{kind="skipped"}')).toBe(1)
      expect(read(text, 'ortto_results_total{outcome="rejected",code="not_json"}')).toBe(1)
      expect(read(text, 'ortto_stream_rejected')).toBe((await readStatus(nc, 'ortto')).rejected)
      expect(read(text, 'ortto_requests_in_flight')).toBe(0)
      expect(read(text, 'ortto_stream_up')).toBe(1)
      const requests = /^ortto_request_duration_seconds_count\{status="20\d"\} (\d+)$/m.exec(text)
      expect(Number(requests?.[1])).toBeGreaterThan(0)
      expect(errors).toContain(`chmod 600 ${keyFile}`)
      expect(errors + text).not.toContain(apiKey)

      // What the rules and the dashboard ask for exists, in a worker or in a service.
      const readWaiting = () => ({ events: 0, oldestMs: 0, isPaused: false })
      const served = await new Metrics({ readWaiting }).format()
      for (const file of ['alerts.yml', 'dashboard.json']) {
        const asked = (await readFile(join(ROOT, 'docs', 'operations', file), 'utf8')).match(/\bortto_\w+/g) ?? []
        expect(asked.length).toBeGreaterThan(5)
        const known = text + served.text
        expect(asked.filter((name) => !new RegExp(`^(# TYPE )?${name}\\b`, 'm').test(known))).toEqual([])
      }

      await server.kill()
      await until(async () => (await get('/readyz')).status === 503)
      expect(await get('/readyz')).toEqual({ status: 503, text: 'nats_disconnected\n' })
      expect((await get('/livez')).status).toBe(200)
      await server.restart()
      await until(async () => (await get('/readyz')).status === 200)
    } finally {
      worker.kill('SIGTERM')
      await once(worker, 'exit')
      await close()
      await nc.close()
      await server.close()
      await rm(folder, { recursive: true })
    }
    expect(worker.exitCode).toBe(0)
  }, 30_000)
})
