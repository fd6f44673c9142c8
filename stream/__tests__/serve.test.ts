import { spawn } from 'child_process'
import { once } from 'events'
import { join } from 'path'
import { createInterface } from 'readline'
import { connectAndOpen, countLeft, identify, listRejected, startServer, until } from './harness'

const ORTTO = join(__dirname, '..', '..', 'dist', 'cli', 'ortto.js')
const WRITE_KEY = 'write-key-of-the-test'

describe('ortto serve --publish', () => {
  it('responds when the stream has stored the events, and with 503 while it cannot', async () => {
    const server = await startServer()
    const { nc, layout } = await connectAndOpen(server)
    const child = spawn(process.execPath, [ORTTO, 'serve', '--publish', '--listen', '127.0.0.1:0'], {
      env: { PATH: process.env.PATH, NATS_URL: server.url, ORTTO_WRITE_KEY: WRITE_KEY }
    })
    let port = 0
    createInterface({ input: child.stdout }).on('line', (line) => {
      port = (JSON.parse(line) as { port?: number }).port ?? port
    })
    const post = async (events: unknown[]) => {
      const response = await fetch(`http://127.0.0.1:${port}/v1/events`, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from(`${WRITE_KEY}:`).toString('base64')}` },
        body: JSON.stringify(events)
      })
      return { status: response.status, retryAfter: response.headers.get('retry-after'), text: await response.text() }
    }
    try {
      await until(() => port !== 0)
      const events = Array.from({ length: 50 }, (_, index) => identify(`u${index}`, { messageId: `m${index}` }))
      const { status, text } = await post([...events, 'no event'])

      expect(status).toBe(207)
      expect(text.match(/"outcome":"stored"/g)).toHaveLength(50)
      expect(await countLeft(nc, layout)).toBe(50)
      expect(await listRejected(nc, layout)).toMatchObject([
        { _line: '"no event"', _rejected: [{ path: '/v1/events' }] }
      ])
      // The same events, sent again after a lost response
      expect((await post(events)).status).toBe(200)
      expect(await countLeft(nc, layout)).toBe(50)

      await server.kill()
      await until(async () => (await post([identify('refused', { messageId: 'refused' })])).status === 503)
      expect(await post([identify('refused')])).toMatchObject({ status: 503, retryAfter: '1' })
      await server.restart()

      // The client sends it again until it is stored.
      const later = identify('later', { messageId: 'later' })
      await until(async () => (await post([later])).status === 200)
      await until(async () => (await countLeft(nc, layout).catch(() => 0)) >= 51)
    } finally {
      child.kill('SIGTERM')
      await once(child, 'exit')
      await nc.close()
      await server.close()
    }
    expect(child.exitCode).toBe(0)
  }, 60_000)
})
