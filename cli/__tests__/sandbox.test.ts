import { mkdtemp, rm, writeFile } from 'fs/promises'
import { tmpdir } from 'os'
import { join } from 'path'
import { startSandbox } from '../sandbox'

async function start(...args: string[]) {
  const out: string[] = []
  const log = (text: string) => out.push(text)
  const served = await startSandbox(args, { log, error: log })
  return { served, out: out.join('\n') }
}

/** Does what a curl line says, on machines without curl too. */
async function runCurl(line: string): Promise<string> {
  const [, name, value] = /-H '([^:]+): ([^']*)'/.exec(line) ?? []
  const [, body] = /-d '([^']*)'/.exec(line) ?? []
  const [url] = /http:\S+$/.exec(line) ?? ['']
  const headers = name === undefined ? undefined : { [name]: value }
  return (await fetch(url, { method: body === undefined ? 'GET' : 'POST', headers, body })).text()
}

describe('npm run sandbox', () => {
  it('listens, and prints lines that can be copied to send a first event and to see it', async () => {
    const { served, out } = await start('--port', '0')
    try {
      expect(out).toContain(`A local Ortto listens at ${served?.origin}`)
      const curl = out.split('\n').filter((line) => line.startsWith('  curl '))

      expect(await runCurl(curl[0])).toBe('{}')
      expect(await runCurl(curl[1])).toContain('"First name":"Lana"')
      expect(await runCurl(curl[2])).toContain('/sandbox/clock')
    } finally {
      await served?.close()
    }
  })

  it('takes an account of its own', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'actions-ortto-'))
    const path = join(folder, 'account.json')
    try {
      await writeFile(path, '{"plan":{"contacts":7}}')
      const { served } = await start('--port', '0', '--account', path)
      const usage: unknown = await (await fetch(`${served?.origin}/sandbox/usage`)).json()
      await served?.close()
      expect(usage).toMatchObject({ identify: { limit: 70 } })

      await writeFile(path, '{"plan":{"contacts":"many"}}')
      await expect(start('--account', path)).rejects.toThrow('plan.contacts: Invalid input: expected number')
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('says which port is taken', async () => {
    const { served } = await start('--port', '0')
    try {
      const port = new URL(served?.origin ?? '').port
      await expect(start('--port', port)).rejects.toThrow(
        `Cannot listen on port ${port}: another program listens there`
      )
    } finally {
      await served?.close()
    }
  })

  it.each([
    [['--port', 'x'], '--port takes a whole number from 0 to 65535, not "x".'],
    [['--account', 'none.json'], 'Cannot read none.json'],
    [['--fast'], "Unknown option '--fast'. See npm run sandbox -- --help."]
  ])('ends %j with one clear line', async (args, message) => {
    await expect(start(...args)).rejects.toThrow(message)
  })

  it('says how it is used', async () => {
    const { served, out } = await start('--help')

    expect(served).toBeUndefined()
    expect(out).toContain('Usage: npm run sandbox')
  })
})
