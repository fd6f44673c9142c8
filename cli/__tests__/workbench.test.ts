import { execFile } from 'child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'fs'
import { tmpdir } from 'os'
import { join } from 'path'
import { promisify } from 'util'
import { run } from '../ortto'
import { startWorkbench } from '../workbench'
import type { WorkbenchOptions } from '../workbench'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'workbench-'))
  mkdirSync(join(folder, 'page'))
  writeFileSync(join(folder, 'page', 'index.html'), '<title>The page</title>')
})
afterEach(() => rmSync(folder, { recursive: true }))

/** A workbench with its files in the folder. */
async function start(options: WorkbenchOptions = {}) {
  const out: string[] = []
  const log = (text: unknown) => out.push(String(text))
  const files = {
    mappings: join(folder, 'mappings.json'),
    state: join(folder, 'state.json'),
    pageFolder: join(folder, 'page')
  }
  const running = await startWorkbench({ port: 0, orttoPort: 0, ...files, ...options }, { log, error: log })
  const call = async (method: string, path: string, body?: object): Promise<unknown> => {
    const response = await fetch(`${running.origin}${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: body && JSON.stringify(body)
    })
    return response.json()
  }
  return { ...running, out, call }
}

describe('ortto workbench', () => {
  it('tells where its page is', async () => {
    const { origin, out, end } = await start()
    try {
      expect(out.join('\n')).toContain(`The workbench is running at ${origin}`)
      expect(await (await fetch(origin)).text()).toBe('<title>The page</title>')
    } finally {
      await end()
    }
  })

  it('goes on with the mappings, the contacts, and the keys that it had', async () => {
    const first = await start()
    const { mappings } = (await first.call('GET', '/api/mappings')) as { mappings: { name: string }[] }
    await first.call('PUT', '/api/mappings', { mappings: [{ ...mappings[0], name: 'Ours' }] })
    await first.call('POST', '/api/try', { text: '{"type":"identify","userId":"lana","traits":{"firstName":"Lana"}}' })
    const setup = await first.call('GET', '/api/setup')
    await first.end()

    const second = await start()
    try {
      expect(await second.call('GET', '/api/mappings')).toMatchObject({ mappings: [{ name: 'Ours' }] })
      expect(await second.call('GET', '/sandbox/contacts')).toMatchObject([{ fields: { 'First name': 'Lana' } }])
      const { writeKey, apiKey } = setup as { writeKey: string; apiKey: string }
      expect(await second.call('GET', '/api/setup')).toMatchObject({ writeKey, apiKey })
    } finally {
      await second.end()
    }
  })

  it('prints the write key with a command that sends an event, and not the API key', async () => {
    const { out, call, end } = await start()
    try {
      const { writeKey, apiKey } = (await call('GET', '/api/setup')) as { writeKey: string; apiKey: string }
      expect(out.join('\n')).toContain(writeKey)
      expect(out.join('\n')).not.toContain(apiKey)
      const [command = ''] = /curl .*/.exec(out.join('\n')) ?? []
      const { stdout } = await promisify(execFile)('bash', ['-c', `${command} --silent`])
      expect(JSON.parse(stdout)).toEqual({ success: true })
    } finally {
      await end()
    }
  })

  it('says what it can not use, and leaves nothing running', async () => {
    writeFileSync(join(folder, 'wrong.json'), '[{"name":""}]')
    await expect(start({ mappings: join(folder, 'wrong.json') })).rejects.toThrow(
      'its "partnerAction" (in the shape of'
    )
    await expect(start({ state: join(folder, 'wrong.json') })).rejects.toThrow('wrong.json')
    await expect(start({ pageFolder: join(folder, 'nowhere') })).rejects.toThrow('Run npm run build')

    const { origin, end } = await start({ state: undefined })
    try {
      const port = Number(new URL(origin).port)
      await expect(start({ port })).rejects.toThrow('another program uses it; choose another port with --port')
      await expect(start({ orttoPort: port })).rejects.toThrow('choose another port with --ortto-port')
    } finally {
      await end()
    }
    // What had a port was ended: the state file is whole.
    expect(JSON.parse(readFileSync(join(folder, 'state.json'), 'utf8'))).toMatchObject({ contacts: [] })
  })

  it('has help with examples', async () => {
    const out: string[] = []
    expect(await run(['workbench', '--help'], { log: (text) => out.push(text), error: () => undefined })).toBe(0)
    expect(out.join('\n')).toContain('ortto workbench --mappings mappings.json --state state.json')
  })
})
