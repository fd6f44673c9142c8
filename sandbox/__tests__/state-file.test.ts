import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'fs/promises'
import { tmpdir } from 'os'
import { join } from 'path'
import { setImmediate } from 'timers/promises'
import { createSandbox } from '..'
import type { Sandbox } from '..'
import { loadSandbox, saveSandbox, Saving, StateFileError } from '../state-file'
import { ACCOUNT } from './harness'

let folder: string
let path: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'actions-ortto-'))
  path = join(folder, 'state.json')
})
afterEach(() => rm(folder, { recursive: true }))

/** Sends a contact, and resolves with the answer's status. */
async function identify({ app, apiKey }: Sandbox, name: string): Promise<number> {
  const { status } = await app.request('/v1/identify', {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}` },
    body: JSON.stringify([{ user_id: name, traits: { name } }])
  })
  return status
}

/** The names of the contacts in the file; none when there is no file. */
async function savedNames(): Promise<unknown[]> {
  const text = await readFile(path, 'utf8').catch(() => '{"contacts":[]}')
  const { contacts } = JSON.parse(text) as { contacts: { fields: [string, unknown][] }[] }
  return contacts.map(({ fields }) => fields[0][1])
}

describe('a state file', () => {
  it('is where a sandbox goes on, with its key', async () => {
    const first = await loadSandbox(path, { account: ACCOUNT })
    await identify(first, 'Lana')
    await saveSandbox(path, first)
    const second = await loadSandbox(path, { account: ACCOUNT })

    expect(second.apiKey).toBe(first.apiKey)
    expect(second.toState()).toEqual(JSON.parse(JSON.stringify(first.toState())))
    second.reset()
    expect(second.account.contacts.count).toBe(0)
    expect(second.account.file).toEqual(first.account.file)
  })

  it('can be read by its owner only, and nothing is left beside it', async () => {
    await writeFile(`${path}.new`, 'left by one that was killed')
    await chmod(`${path}.new`, 0o644)
    await saveSandbox(path, createSandbox())

    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect(await readdir(folder)).toEqual(['state.json'])
  })

  it('is not written through a link that lies beside it', async () => {
    await writeFile(join(folder, 'elsewhere'), 'precious')
    await symlink(join(folder, 'elsewhere'), `${path}.new`)
    await saveSandbox(path, createSandbox())

    expect(await readFile(join(folder, 'elsewhere'), 'utf8')).toBe('precious')
    expect(await readFile(path, 'utf8')).toContain('"apiKey"')
  })

  it.each([
    ['{"apiKey":"pau-key","contacts":[', 'It is not JSON'],
    ['{"apiKey":"pau-key" oh', 'It is not JSON'],
    ['[]', 'expected object'],
    ['{"contacts":[]}', 'apiKey: Invalid input: expected string'],
    ['{"apiKey":"pau-key"}', 'The state is not valid:\nclockAhead: ']
  ])('that holds something else is refused by its name: %s', async (text, problem) => {
    await writeFile(path, text)
    const error: unknown = await loadSandbox(path).catch((thrown: unknown) => thrown)

    expect(error).toBeInstanceOf(StateFileError)
    expect(String(error)).toContain(`${path}: `)
    expect(String(error)).toContain(problem)
    expect(String(error)).not.toContain('pau-key')
  })

  it('that cannot be read is not taken for one that is not there', async () => {
    await mkdir(path)

    await expect(loadSandbox(path)).rejects.toMatchObject({ code: 'EISDIR' })
  })
})

describe('saving while it runs', () => {
  /** A time that stands still, with what is planned. */
  function startTime() {
    const planned: { wait: number; act: () => void }[] = []
    const time = {
      moment: 0,
      now: () => time.moment,
      after: (wait: number, act: () => void) => {
        const plan = { wait, act }
        planned.push(plan)
        return () => void planned.splice(planned.indexOf(plan), 1)
      }
    }
    return { time, planned, waits: () => planned.map(({ wait }) => wait), pass: () => planned.shift()?.act() }
  }

  function start(sandbox = createSandbox({ account: ACCOUNT })) {
    const faked = startTime()
    const failures: unknown[] = []
    const saving = new Saving(path, sandbox, (error) => failures.push(error), faked.time)
    return { sandbox, saving, failures, ...faked }
  }

  /** Resolves when it is true; a test that waits in vain runs out of time. */
  async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
    while (!(await isTrue())) {
      await setImmediate()
    }
  }

  it('saves all that changed within 5 seconds at once, and then nothing until something changes', async () => {
    const { sandbox, waits, pass, planned } = start()
    expect(planned).toHaveLength(0)
    await identify(sandbox, 'Lana')
    await identify(sandbox, 'Max')
    expect(waits()).toEqual([5000])
    expect(await savedNames()).toEqual([])

    pass()
    await until(async () => (await savedNames()).length === 2)
    await setImmediate()
    expect(planned).toHaveLength(0)
    await identify(sandbox, 'Moritz')
    expect(waits()).toEqual([5000])
  })

  it('writes once at a time: what changes meanwhile is saved 5 seconds after', async () => {
    const { sandbox, waits, pass, planned } = start()
    await identify(sandbox, 'Lana')
    pass()
    sandbox.changed()
    expect(planned).toHaveLength(0)

    await until(() => planned.length === 1)
    expect(waits()).toEqual([5000])
    expect(await savedNames()).toEqual(['Lana'])
    expect(await readdir(folder)).toEqual(['state.json'])
  })

  it('saves at the end, after the write that runs, and no more then', async () => {
    const { sandbox, saving, pass, planned } = start()
    await identify(sandbox, 'Lana')
    pass()
    await identify(sandbox, 'Max')
    await Promise.all([saving.end(), saving.end()])
    expect(await savedNames()).toEqual(['Lana', 'Max'])
    expect(await readdir(folder)).toEqual(['state.json'])

    await identify(sandbox, 'Moritz')
    saving.changed()
    expect(planned).toHaveLength(0)
  })

  it('drops what was planned when it ends', async () => {
    const { sandbox, saving, planned } = start()
    await identify(sandbox, 'Lana')
    await saving.end()

    expect(planned).toHaveLength(0)
    expect(await savedNames()).toEqual(['Lana'])
  })

  it('tells why it could not write, goes on answering, and tries again', async () => {
    const { sandbox, failures, waits, pass } = start()
    await mkdir(path)
    await identify(sandbox, 'Lana')
    pass()
    await until(() => waits().length === 1)
    expect(failures).toMatchObject([{ code: 'EISDIR' }])
    expect(await identify(sandbox, 'Max')).toBe(200)

    await rm(path, { recursive: true })
    pass()
    await until(async () => (await savedNames()).length === 2)
    expect(failures).toHaveLength(1)
  })

  it('tells at the end when it could not write', async () => {
    const { saving } = start()
    await mkdir(path)

    await expect(saving.end()).rejects.toMatchObject({ code: 'EISDIR' })
  })

  it('waits longer when there is so much to save that it would take more than a tenth of the time', async () => {
    const { sandbox, time, waits, pass } = start()
    const toState = sandbox.toState.bind(sandbox)
    jest.spyOn(sandbox, 'toState').mockImplementation(() => {
      time.moment += 2000
      return toState()
    })
    await identify(sandbox, 'Lana')
    pass()
    sandbox.changed()
    await until(() => waits().length === 1)

    expect(waits()).toEqual([20_000])
  })

  it.each([
    ['POST', '/sandbox/clock', { by: '1 day' }],
    ['POST', '/sandbox/reset', {}],
    ['PUT', '/sandbox/account', ACCOUNT],
    ['DELETE', '/sandbox/faults', undefined],
    ['POST', '/v1/track', [{ user_id: 'u1', event: 'Signed up' }]],
    ['POST', '/v1/audiences/create', { name: 'VIP' }]
  ])('takes what may change something for a change: %s %s', async (method, path, body) => {
    const { sandbox, waits } = start()
    const headers = { authorization: `Bearer ${sandbox.apiKey}`, 'content-type': 'application/json' }
    await sandbox.app.request(`http://127.0.0.1${path}`, { method, headers, body: JSON.stringify(body) })

    expect(waits()).toEqual([5000])
  })

  it.each(['/sandbox/contacts', '/sandbox/state', '/v1/me'])('takes no reading for one: %s', async (path) => {
    const { sandbox, waits } = start()
    const headers = { authorization: `Bearer ${sandbox.apiKey}` }
    expect((await sandbox.app.request(`http://127.0.0.1${path}`, { headers })).status).toBe(200)

    expect(waits()).toEqual([])
  })

  it('does not wait for an answer that stalls or comes late', async () => {
    const { sandbox, waits } = start()
    sandbox.faults.add({ kind: 'delay', milliseconds: 600_000, once: true })
    void identify(sandbox, 'Lana')
    await until(() => sandbox.account.contacts.count === 1)

    expect(waits()).toEqual([5000])
  })
})
