import { mkdtemp, rm, writeFile } from 'fs/promises'
import { tmpdir } from 'os'
import { join } from 'path'
import { createSandbox } from '../../sandbox'
import { serve } from '../../sandbox/http/serve'
import { run } from '../ortto'

/** The value of a metric. Undefined when it is not there. */
function read(metrics: string, name: string): number | undefined {
  const line = metrics.split('\n').find((text) => text.startsWith(`${name} `))
  return line === undefined ? undefined : Number(line.slice(name.length))
}

/** A promise that the test resolves. */
function createGate() {
  let open: () => void = () => undefined
  const opened = new Promise<void>((resolve) => (open = resolve))
  return { open, opened }
}

describe('ortto deliver --listen', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'actions-ortto-'))
  })
  afterEach(async () => {
    delete process.env.ORTTO_API_KEY
    await rm(folder, { recursive: true })
  })

  const write = async (count: number) => {
    const events = Array.from({ length: count }, (_, number) => ({
      type: 'identify',
      userId: `u${number}`,
      messageId: `m${number}`,
      traits: { email: `u${number}@example.org` }
    }))
    const path = join(folder, 'events.ndjson')
    await writeFile(path, [...events, 'no event'].map((event) => `${JSON.stringify(event)}\n`).join(''))
    return path
  }

  it('serves metrics that equal what Ortto has, while it runs, and ends with the delivery', async () => {
    const { app, apiKey, account } = createSandbox({ account: { traits: { email: 'Email' } } })
    const [last, reached] = [createGate(), createGate()]
    let requests = 0
    const ortto = await serve({
      fetch: async (request: Request) => {
        if (!request.url.endsWith('/identify')) {
          return app.fetch(request)
        }
        if (!(await request.clone().text()).includes('"u600"')) {
          return app.fetch(request)
        }
        requests += 1
        if (requests === 1) {
          return Response.json({ message: 'Down' }, { status: 503, headers: { 'retry-after': '1' } })
        }
        reached.open()
        await last.opened
        return app.fetch(request)
      }
    })
    process.env.ORTTO_API_KEY = apiKey
    const out: string[] = []
    const output = { log: (text: string) => out.push(text), error: (text: unknown) => out.push(String(text)) }
    try {
      const path = await write(601)
      const ended = run(['deliver', path, '--to', ortto.origin, '--listen', '127.0.0.1:0'], output)
      await reached.opened
      const [, origin = ''] = /Metrics and probes: (http:\/\/127\.0\.0\.1:\d+)\/metrics/.exec(out.join('\n')) ?? []
      const get = async (name: string) => (await fetch(`${origin}/${name}`)).text()
      let metrics = await get('metrics')
      // A result is counted when its event has a report, just after Ortto stored it.
      while (read(metrics, 'ortto_results_total{outcome="delivered",code="processed"}') !== account.contacts.count) {
        metrics = await get('metrics')
      }

      expect(account.contacts.count).toBe(500)
      expect(read(metrics, 'ortto_requests_in_flight')).toBe(1)
      expect(read(metrics, 'ortto_waiting_events')).toBe(601 - account.contacts.count)
      expect(read(metrics, 'ortto_retries_total{code="ortto_error"}')).toBe(101)
      expect(read(metrics, 'ortto_pauses_total{code="ortto_error"}')).toBe(1)
      expect(read(metrics, 'ortto_request_duration_seconds_count{status="503"}')).toBe(1)
      expect(await get('livez')).toBe('ok\n')
      expect(await get('readyz')).toBe('ok\n')

      last.open()
      expect(await ended).toBe(1)
      expect(out.join('\n')).toContain('601 delivered, 1 rejected')
      await expect(fetch(`${origin}/metrics`)).rejects.toThrow('fetch failed')
    } finally {
      last.open()
      await ortto.close()
    }
  }, 60_000)

  it('says that an address is in use, and leaves nothing behind that keeps the next delivery from starting', async () => {
    const other = await serve({ fetch: () => new Response('') })
    const out: string[] = []
    const output = { log: (text: string) => out.push(text), error: (text: unknown) => out.push(String(text)) }
    const path = await write(1)
    try {
      const code = await run(['deliver', path, '--listen', new URL(other.origin).host], output)
      expect([code, out.join('\n')]).toEqual([2, expect.stringMatching(/in use/) as string])
    } finally {
      await other.close()
    }
    expect(await run(['deliver', path], output)).toBe(1)
    expect(out.join('\n')).toContain('1 delivered, 1 rejected')
  })

  it('is refused for a dry run', async () => {
    const out: string[] = []
    const output = { log: (text: string) => out.push(text), error: (text: unknown) => out.push(String(text)) }
    const code = await run(['deliver', await write(1), '--dry-run', '--listen', ':0'], output)
    expect([code, out.join('\n')]).toEqual([2, expect.stringMatching('Remove --listen') as string])
  })
})
