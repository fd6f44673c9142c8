import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'fs/promises'
import { tmpdir } from 'os'
import { join } from 'path'
import { replaceFile } from '../replace-file'

let folder: string
let path: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'actions-ortto-'))
  path = join(folder, 'file')
})
afterEach(() => rm(folder, { recursive: true }))

describe('a file that is replaced', () => {
  it('can be read by its owner only, also when an earlier write was cut short', async () => {
    await writeFile(`${path}.new`, 'left by one that was killed, and longer')
    await chmod(`${path}.new`, 0o644)
    await replaceFile(path, 'one')
    await replaceFile(path, 'two')

    expect(await readFile(path, 'utf8')).toBe('two')
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect(await readdir(folder)).toEqual(['file'])
  })

  it('is not written through a link that lies beside it', async () => {
    await writeFile(join(folder, 'elsewhere'), 'precious')
    await symlink(join(folder, 'elsewhere'), `${path}.new`)
    await replaceFile(path, 'text')

    expect(await readFile(join(folder, 'elsewhere'), 'utf8')).toBe('precious')
    expect(await readFile(path, 'utf8')).toBe('text')
  })
})
