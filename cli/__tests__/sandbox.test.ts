import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'fs/promises'
import { get } from 'http'
import { tmpdir } from 'os'
import { join } from 'path'
import { setImmediate } from 'timers/promises'
import { run } from '../ortto'
import { startSandbox } from '../sandbox'
import type { SandboxOptions } from '../sandbox'
import { runCurl } from './curl'

async function start(options: SandboxOptions) {
  const out: string[] = []
  const log = (text: unknown) => out.push(String(text))
  const running = await startSandbox({ port: 0, ...options }, { log, error: log })
  return { running, out: out.join('\n') }
}

describe('ortto sandbox', () => {
  it('prints commands that send a first event and show its contact', async () => {
    const { running, out } = await start({})
    try {
      expect(out).toContain(`A local Ortto is running at ${running.origin}`)
      const curl = out.split('\n').filter((line) => line.startsWith('  curl '))

      expect(await runCurl(curl[0])).toBe('{}')
      expect(await runCurl(curl[1])).toContain('"First name":"Lana"')
      expect(await runCurl(curl[2])).toContain('/sandbox/clock')
    } finally {
      await running.end()
    }
  })

  it('uses an account file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'actions-ortto-'))
    const path = join(folder, 'account.json')
    try {
      await writeFile(path, '{"plan":{"contacts":7}}')
      const { running } = await start({ account: path })
      const usage: unknown = await (await fetch(`${running.origin}/sandbox/usage`)).json()
      await running.end()
      expect(usage).toMatchObject({ identify: { limit: 70 } })

      await writeFile(path, '{"plan":{"contacts":"many"}}')
      await expect(start({ account: path })).rejects.toThrow('plan.contacts: Invalid input: expected number')
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('restores the account and the API key from its state file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'actions-ortto-'))
    const path = join(folder, 'state.json')
    const keyIn = (out: string) => /API key: (\S+)/.exec(out)?.[1]
    try {
      const first = await start({ state: path })
      await runCurl(first.out.split('\n').filter((line) => line.startsWith('  curl '))[0])
      await first.running.end()

      const second = await start({ state: path })
      const contacts = await runCurl(`curl ${second.running.origin}/sandbox/contacts`)
      await second.running.end()
      expect(contacts).toContain('"First name":"Lana"')
      expect(keyIn(second.out)).toBe(keyIn(first.out))
      expect(await readdir(folder)).toEqual(['state.json'])

      await writeFile(path, '{"apiKey":"pau-key","contacts":[')
      await expect(start({ state: path })).rejects.toThrow(path)
      await writeFile(path, '{"apiKey":"pau-key"}')
      await expect(start({ state: path })).rejects.toThrow('version: Invalid input')
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('rejects a state file that another process uses', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'actions-ortto-'))
    const path = join(folder, 'state.json')
    try {
      const { running } = await start({ state: path })
      const [name] = (await readdir(folder)).filter((each) => /^state\.json\.[0-9a-f]{32}$/.test(each))
      const owner = JSON.parse(await readFile(join(folder, name), 'utf8')) as object
      await running.end()
      // The claim of another process that is running: this one's parent.
      await writeFile(join(folder, name), JSON.stringify({ ...owner, pid: process.ppid }))
      await expect(start({ state: path })).rejects.toThrow(
        new RegExp(`^Cannot use the state file .*: the process ${process.ppid} on .* uses it`)
      )
      expect(await readdir(folder)).toContain(name)
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('saves while it runs, so that little is lost if it is killed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'actions-ortto-'))
    const path = join(folder, 'state.json')
    jest.useFakeTimers({ doNotFake: ['nextTick', 'performance', 'setImmediate'] })
    const { running, out } = await start({ state: path })
    try {
      await runCurl(out.split('\n').filter((line) => line.startsWith('  curl '))[0])
      expect(await readFile(path, 'utf8')).not.toContain('Lana')

      jest.advanceTimersByTime(5000)
      while (!(await readFile(path, 'utf8')).includes('Lana')) {
        await setImmediate()
      }
      expect((await stat(path)).mode & 0o777).toBe(0o600)
    } finally {
      jest.useRealTimers()
      await running.end()
      await rm(folder, { recursive: true })
    }
  })

  it('takes an API key from a file or the environment, and does not print it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'actions-ortto-'))
    const keyFile = join(folder, 'key')
    const me = async (origin: string, key: string) =>
      (await fetch(`${origin}/v1/me`, { headers: { authorization: `Bearer ${key}` } })).status
    try {
      await writeFile(keyFile, 'pau-from-file\n', { mode: 0o600 })
      const fromFile = await start({ keyFile })
      expect(await me(fromFile.running.origin, 'pau-from-file')).toBe(200)
      expect(await me(fromFile.running.origin, 'pau-local-ortto')).toBe(401)
      await fromFile.running.end()

      process.env.ORTTO_API_KEY = 'pau-from-environment'
      const fromVariable = await start({})
      expect(await me(fromVariable.running.origin, 'pau-from-environment')).toBe(200)
      await fromVariable.running.end()
      expect(fromFile.out + fromVariable.out).not.toMatch(/pau-from/)

      process.env.ORTTO_API_KEY = 'secret'
      await expect(start({})).rejects.toThrow('The API key is not well-formed.')
    } finally {
      delete process.env.ORTTO_API_KEY
      await rm(folder, { recursive: true })
    }
  })

  it('delivers events to itself at the start, once', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'actions-ortto-'))
    const [seed, state] = [join(folder, 'events.ndjson'), join(folder, 'state.json')]
    const lines = [
      { type: 'identify', userId: 'u1', traits: { firstName: 'Lana' } },
      { type: 'track', userId: 'u1', event: 'Fax sent' }
    ]
    try {
      await writeFile(seed, lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
      const first = await start({ seed: [seed], state })
      const { sandbox } = first.running
      expect(first.out).toContain('Seeded: 1 event was delivered. 1 event was not: see /sandbox/log.')
      expect(sandbox.account.contacts.all().map(({ fields }) => fields.get('First name'))).toEqual(['Lana'])
      expect([sandbox.requests.all(), sandbox.notReady]).toEqual([[], undefined])
      await first.running.end()

      const second = await start({ seed: [seed], state })
      await second.running.end()
      expect(second.out).not.toContain('Seeded')
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('says that others reach it, and may call it by the names that are allowed', async () => {
    const { running, out } = await start({ host: '0.0.0.0', allowHost: ['ortto'] })
    const { port } = new URL(running.origin)
    const statusAs = (host: string) =>
      new Promise((resolve, reject) =>
        get({ port, path: '/sandbox/summary', headers: { host } }, (response) => {
          response.resume()
          resolve(response.statusCode)
        }).on('error', reject)
      )
    try {
      expect(out).toContain('It listens at 0.0.0.0: whoever reaches that address can use it.')
      expect(running.origin).toMatch(/^http:\/\/127\.0\.0\.1:/)
      expect(await statusAs(`ortto:${port}`)).toBe(200)
      expect(await statusAs(`other:${port}`)).toBe(403)
    } finally {
      await running.end()
    }
  })

  it('says in a sentence that the state cannot be saved at the end, and keeps the old one', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'actions-ortto-'))
    const state = join(folder, 'state', 'state.json')
    await mkdir(join(folder, 'state'))
    const { running } = await start({ state })
    await rename(join(folder, 'state'), join(folder, 'gone'))
    try {
      await expect(running.end()).rejects.toThrow(
        /^Cannot write the state file: .*\. It has what was saved before; later changes are lost\.$/
      )
      expect(JSON.parse(await readFile(join(folder, 'gone', 'state.json'), 'utf8'))).toMatchObject({ version: 3 })
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('says which port is in use', async () => {
    const { running } = await start({})
    try {
      const port = Number(new URL(running.origin).port)
      await expect(start({ port })).rejects.toThrow(`Cannot listen on port ${port}: another program uses it`)
    } finally {
      await running.end()
    }
  })

  it.each([
    [['--port', 'x'], 'Expected a whole number from 0 to 65535.'],
    [['--state', 'none/state.json'], 'Cannot use the state file none/state.json: there is no such file or folder.'],
    [['--account', 'none.json'], 'Cannot read none.json: there is no such file or folder.'],
    [['--fast'], "unknown option '--fast'"]
  ])('ends %j with one clear line', async (args, message) => {
    const errors: string[] = []
    const code = await run(['sandbox', ...args], { log: () => undefined, error: (text) => errors.push(String(text)) })

    expect(code).toBe(2)
    expect(errors[0]).toContain(message)
  })

  it('prints its help', async () => {
    const out: string[] = []

    expect(await run(['sandbox', '--help'], { log: (text) => out.push(text), error: () => undefined })).toBe(0)
    expect(out.join('\n')).toContain('ortto sandbox --port 8031')
  })
})
