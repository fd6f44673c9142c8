import { mkdir, mkdtemp, readdir, readFile, rm } from 'fs/promises'
import { tmpdir } from 'os'
import { join } from 'path'
import { setImmediate } from 'timers/promises'
import { Autosave, createSandbox } from '..'
import type { Sandbox } from '..'
import { ACCOUNT } from './harness'

let folder: string
let path: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'actions-ortto-'))
  path = join(folder, 'state.json')
})
afterEach(() => rm(folder, { recursive: true }))

/** Sends a contact. @returns the status of the response */
async function identify({ app, apiKey }: Sandbox, name: string): Promise<number> {
  const { status } = await app.request('/v1/identify', {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}` },
    body: JSON.stringify([{ user_id: name, traits: { name } }])
  })
  return status
}

/** The names of the contacts in the file. Empty when there is no file. */
async function savedNames(): Promise<unknown[]> {
  const text = await readFile(path, 'utf8').catch(() => '{"contacts":[]}')
  const { contacts } = JSON.parse(text) as { contacts: { fields: [string, unknown][] }[] }
  return contacts.map(({ fields }) => fields[0][1])
}

describe('autosave', () => {
  /** Timers that run only when a test says so, and a time that stands still. */
  function fakeTimers() {
    const pending: { delay: number; action: () => void }[] = []
    const timers = {
      time: 0,
      now: () => timers.time,
      setTimer: (delay: number, action: () => void) => {
        const timer = { delay, action }
        pending.push(timer)
        return () => void pending.splice(pending.indexOf(timer), 1)
      }
    }
    return { timers, delays: () => pending.map(({ delay }) => delay), runTimer: () => pending.shift()?.action() }
  }

  function start(sandbox = createSandbox({ account: ACCOUNT })) {
    const faked = fakeTimers()
    const failures: unknown[] = []
    const autosave = new Autosave(path, sandbox, (error) => failures.push(error), faked.timers)
    return { sandbox, autosave, failures, ...faked }
  }

  /** Resolves when the condition is true. Otherwise the test times out. */
  async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
    while (!(await condition())) {
      await setImmediate()
    }
  }

  it('saves all changes of 5 seconds together, and then nothing until the next change', async () => {
    const { sandbox, delays, runTimer } = start()
    expect(delays()).toEqual([])
    await identify(sandbox, 'Lana')
    await identify(sandbox, 'Max')
    expect(delays()).toEqual([5000])
    expect(await savedNames()).toEqual([])

    runTimer()
    await until(async () => (await savedNames()).length === 2)
    await setImmediate()
    expect(delays()).toEqual([])
    await identify(sandbox, 'Moritz')
    expect(delays()).toEqual([5000])
  })

  it('never writes twice at a time: changes during a write are saved 5 seconds later', async () => {
    const { sandbox, delays, runTimer } = start()
    await identify(sandbox, 'Lana')
    runTimer()
    sandbox.notifyChange()
    expect(delays()).toEqual([])

    await until(() => delays().length === 1)
    expect(delays()).toEqual([5000])
    expect(await savedNames()).toEqual(['Lana'])
    expect(await readdir(folder)).toEqual(['state.json'])
  })

  it('saves when it is stopped, after the current write, and not again', async () => {
    const { sandbox, autosave, runTimer, delays } = start()
    await identify(sandbox, 'Lana')
    runTimer()
    await identify(sandbox, 'Max')
    await Promise.all([autosave.stop(), autosave.stop()])
    expect(await savedNames()).toEqual(['Lana', 'Max'])
    expect(await readdir(folder)).toEqual(['state.json'])

    await identify(sandbox, 'Moritz')
    autosave.markChanged()
    expect(delays()).toEqual([])
  })

  it('cancels its timer when it is stopped', async () => {
    const { sandbox, autosave, delays } = start()
    await identify(sandbox, 'Lana')
    await autosave.stop()

    expect(delays()).toEqual([])
    expect(await savedNames()).toEqual(['Lana'])
  })

  it('reports why a write failed, and tries again while the sandbox keeps responding', async () => {
    const { sandbox, failures, delays, runTimer } = start()
    await mkdir(path)
    await identify(sandbox, 'Lana')
    runTimer()
    await until(() => delays().length === 1)
    expect(failures).toMatchObject([{ code: 'EISDIR' }])
    expect(await identify(sandbox, 'Max')).toBe(200)

    await rm(path, { recursive: true })
    runTimer()
    await until(async () => (await savedNames()).length === 2)
    expect(failures).toHaveLength(1)
  })

  it('fails to stop if it cannot write', async () => {
    const { autosave } = start()
    await mkdir(path)

    await expect(autosave.stop()).rejects.toMatchObject({ code: 'EISDIR' })
  })

  it('waits longer if saving would take more than a tenth of the time', async () => {
    const { sandbox, timers, delays, runTimer } = start()
    const toState = sandbox.toState.bind(sandbox)
    jest.spyOn(sandbox, 'toState').mockImplementation(() => {
      timers.time += 2000
      return toState()
    })
    await identify(sandbox, 'Lana')
    runTimer()
    sandbox.notifyChange()
    await until(() => delays().length === 1)

    expect(delays()).toEqual([20_000])
  })

  it.each([
    ['POST', '/sandbox/clock', { by: '1 day' }],
    ['POST', '/sandbox/reset', {}],
    ['PUT', '/sandbox/account', ACCOUNT],
    ['DELETE', '/sandbox/faults', undefined],
    ['POST', '/v1/track', [{ user_id: 'u1', event: 'Signed up' }]],
    ['POST', '/v1/audiences/create', { name: 'VIP' }]
  ])('saves after a request that may change something: %s %s', async (method, path, body) => {
    const { sandbox, delays } = start()
    const headers = { authorization: `Bearer ${sandbox.apiKey}`, 'content-type': 'application/json' }
    await sandbox.app.request(`http://127.0.0.1${path}`, { method, headers, body: JSON.stringify(body) })

    expect(delays()).toEqual([5000])
  })

  it.each(['/sandbox/contacts', '/sandbox/state', '/v1/me'])(
    'does not save after a request that only reads: %s',
    async (path) => {
      const { sandbox, delays } = start()
      const headers = { authorization: `Bearer ${sandbox.apiKey}` }
      expect((await sandbox.app.request(`http://127.0.0.1${path}`, { headers })).status).toBe(200)

      expect(delays()).toEqual([])
    }
  )

  it('does not wait for a response that is late', async () => {
    const { sandbox, delays } = start()
    sandbox.faults.add({ kind: 'delay', milliseconds: 600_000, once: true })
    void identify(sandbox, 'Lana')
    await until(() => sandbox.account.contacts.count === 1)

    expect(delays()).toEqual([5000])
  })
})
