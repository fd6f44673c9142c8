import { run } from '../ortto'
import { loadStream } from '../optional'

const ENV = process.env
afterEach(() => {
  process.env = ENV
})

/** Runs a command line with variables, and returns its exit code and what it wrote. */
async function runWith(env: Record<string, string>, ...args: string[]) {
  process.env = { ...ENV, ORTTO_API_KEY: 'pau-key', ...env }
  const lines: string[] = []
  const code = await run(args, { log: (text) => lines.push(text), error: (text) => lines.push(String(text)) })
  return { code, text: lines.join('\n') }
}

describe('variables for options', () => {
  it('are shown in the help of each command', async () => {
    const { text } = await runWith({}, 'work', '--help')

    for (const name of ['ORTTO_TO', 'ORTTO_MAPPINGS', 'ORTTO_API_KEY_FILE', 'ORTTO_LISTEN', 'NATS_URL', 'NATS_CA']) {
      expect(text.replace(/\s+/g, ' ')).toContain(`env: ${name})`)
    }
    const serving = (await runWith({}, 'serve', '--help')).text.replace(/\s+/g, ' ')
    for (const name of ['ORTTO_TO', 'ORTTO_WRITE_KEY_FILE', 'ORTTO_LISTEN', 'ORTTO_REJECTED', 'ORTTO_PUBLISH']) {
      expect(serving).toContain(`env: ${name})`)
    }
  })

  it('set options, which win over them; empty ones do not count', async () => {
    const nowhere = { ORTTO_TO: 'http://127.0.0.1:1' }

    expect(JSON.parse((await runWith({ ...nowhere, ORTTO_JSON: '1' }, 'check')).text)).toMatchObject({
      target: 'http://127.0.0.1:1',
      isValid: null
    })
    expect((await runWith({ ...nowhere, ORTTO_JSON: 'false' }, 'check')).text).not.toMatch(/^\{/)
    expect((await runWith(nowhere, 'check', '--to', 'nonsense')).code).toBe(2)
    expect(await runWith({ ORTTO_TO: '' }, 'work')).toEqual({
      code: 2,
      text: expect.stringContaining('--to is required') as string
    })
  })

  it('lead to a usage error that names the variable, and does not repeat its value', async () => {
    const { code, text } = await runWith({ ORTTO_RATE: 'pau-secret' }, 'work')

    expect(code).toBe(2)
    expect(text).toContain('the value of ORTTO_RATE is not valid')
    expect(text).not.toContain('secret')
  })

  it('name the file of the API key', async () => {
    expect(await runWith({ ORTTO_API_KEY_FILE: '/nowhere/key' }, 'check')).toEqual({
      code: 2,
      text: 'Cannot read the API key from /nowhere/key (ENOENT).'
    })
  })
})

describe('an optional package that is not installed', () => {
  it('leads to a usage error that says how to install it', () => {
    jest.doMock('../../stream', () => {
      throw Object.assign(new Error("Cannot find module '@nats-io/kv'"), { code: 'MODULE_NOT_FOUND' })
    })

    expect(() => loadStream()).toThrow('npm install @nats-io/transport-node@3 @nats-io/jetstream@3 @nats-io/kv@3')
  })
})
