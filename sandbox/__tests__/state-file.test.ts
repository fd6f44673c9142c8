import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'fs/promises'
import { tmpdir } from 'os'
import { join } from 'path'
import { createSandbox, loadSandbox, saveSandbox, StateFileError } from '..'
import type { Sandbox } from '..'
import { ACCOUNT } from './harness'

let folder: string
let path: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'actions-ortto-'))
  path = join(folder, 'state.json')
})
afterEach(() => rm(folder, { recursive: true }))

/** Sends a contact. */
async function identify({ app, apiKey }: Sandbox, name: string): Promise<void> {
  await app.request('/v1/identify', {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}` },
    body: JSON.stringify([{ user_id: name, traits: { name } }])
  })
}

describe('a state file', () => {
  it('restores a sandbox with its API key', async () => {
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

  it('can be read by its owner only, and no other file is left', async () => {
    await writeFile(`${path}.new`, 'left by a process that was killed')
    await chmod(`${path}.new`, 0o644)
    await saveSandbox(path, createSandbox())

    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect(await readdir(folder)).toEqual(['state.json'])
  })

  it('is not written through an existing link', async () => {
    await writeFile(join(folder, 'target'), 'important')
    await symlink(join(folder, 'target'), `${path}.new`)
    await saveSandbox(path, createSandbox())

    expect(await readFile(join(folder, 'target'), 'utf8')).toBe('important')
    expect(await readFile(path, 'utf8')).toContain('"apiKey"')
  })

  it.each([
    ['{"apiKey":"pau-key","contacts":[', 'The content is not JSON'],
    ['{"apiKey":"pau-key" oh', 'The content is not JSON'],
    ['[]', 'expected object'],
    ['{"contacts":[]}', 'apiKey: Invalid input: expected string'],
    ['{"apiKey":"pau-key"}', 'The state is not valid:\nversion: ']
  ])('that is not valid is rejected with its path: %s', async (text, problem) => {
    await writeFile(path, text)
    const error: unknown = await loadSandbox(path).catch((thrown: unknown) => thrown)

    expect(error).toBeInstanceOf(StateFileError)
    expect(String(error)).toContain(`${path}: `)
    expect(String(error)).toContain(problem)
    expect(String(error)).not.toContain('pau-key')
  })

  it('that cannot be read is an error, unlike one that does not exist', async () => {
    await mkdir(path)

    await expect(loadSandbox(path)).rejects.toMatchObject({ code: 'EISDIR' })
  })
})
