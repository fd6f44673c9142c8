import { execFile } from 'child_process'
import { mkdtemp, rm, writeFile } from 'fs/promises'
import { tmpdir } from 'os'
import { join } from 'path'
import { promisify } from 'util'

const ROOT = join(__dirname, '..', '..')

/** Sends large bodies to a server that answers at once and hangs up. */
const SCRIPT = `
import { createServer } from 'net'
import { fetch } from '${ROOT}/node_modules/@segment/actions-core'
import { surviveBrokenSockets } from '${ROOT}/delivery/target/broken-sockets'

if (process.env.GUARD) surviveBrokenSockets()
const server = createServer((socket) => {
  socket.on('error', () => undefined)
  socket.once('data', () => {
    socket.write('HTTP/1.1 413 Too Large\\r\\ncontent-length: 2\\r\\n\\r\\n{}')
    setImmediate(() => socket.destroy())
  })
})
server.listen(0, '127.0.0.1', async () => {
  const { port } = server.address()
  for (let index = 0; index < 10; index += 1) {
    await fetch('http://127.0.0.1:' + port, { method: 'POST', body: 'x'.repeat(2e7) }).then((response) => response.text()).catch(() => undefined)
  }
  console.log('alive')
  process.exit()
})
`

/** In a process of its own, which it may end. */
async function sendToOneThatHangsUp(guard: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'actions-ortto-'))
  try {
    await writeFile(join(folder, 'script.ts'), SCRIPT)
    const env = { ...process.env, GUARD: guard }
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', join(folder, 'script.ts')], {
      cwd: ROOT,
      env
    })
    return stdout.trim()
  } finally {
    await rm(folder, { recursive: true })
  }
}

describe('a server that answers and hangs up while the body is still being sent', () => {
  it('does not end the process', async () => {
    expect(await sendToOneThatHangsUp('yes')).toBe('alive')
  }, 60_000)
})
