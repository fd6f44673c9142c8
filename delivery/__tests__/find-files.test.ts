import { promises as fs } from 'fs'
import { tmpdir } from 'os'
import { join } from 'path'
import { findFiles, InputError } from '../read/find-files'

let folder: string

beforeEach(async () => {
  folder = await fs.mkdtemp(join(tmpdir(), 'find-files-'))
})

afterEach(() => fs.rm(folder, { recursive: true }))

async function write(...names: string[]): Promise<void> {
  for (const name of names) {
    await fs.mkdir(join(folder, name, '..'), { recursive: true })
    await fs.writeFile(join(folder, name), '{}\n')
  }
}

/** What stands in the place of the file system's own refusal, which a superuser never sees. */
function refusal(code: string): Error {
  return Object.assign(new Error(`${code}: refused`), { code })
}

const namesIn = async (...paths: string[]) => (await findFiles(paths)).map(({ name }) => name.slice(folder.length + 1))

async function problemWith(...paths: string[]): Promise<string> {
  const error: unknown = await findFiles(paths).catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(InputError)
  return error instanceof InputError ? error.message.split(folder).join('') : ''
}

describe('a file that is named', () => {
  it('is taken whatever its ending, with its size in bytes', async () => {
    await write('events.log')
    const path = join(folder, 'events.log')

    expect(await findFiles([path])).toEqual([
      { name: path, path, size: 3, isFile: true, modifiedAt: expect.any(Number) as number }
    ])
  })

  it('keeps the name that the user gave it', async () => {
    await write('a/events.json')
    const path = `${folder}/a/../a/events.json`

    expect(await findFiles([path])).toEqual([
      { name: path, path, size: 3, isFile: true, modifiedAt: expect.any(Number) as number }
    ])
  })

  it('comes in the order of the names', async () => {
    await write('b.json', 'a.json')

    expect(await namesIn(join(folder, 'b.json'), join(folder, 'a.json'))).toEqual(['b.json', 'a.json'])
  })

  it('may be something that has no size', async () => {
    expect(await findFiles(['/dev/null'])).toEqual([
      { name: '/dev/null', path: '/dev/null', size: 0, isFile: false, modifiedAt: 0 }
    ])
  })

  it('may be a pipe of the shell, which has no path of its own', async () => {
    jest.spyOn(fs, 'realpath').mockRejectedValue(refusal('ENOENT'))

    expect(await findFiles(['/dev/null'])).toHaveLength(1)
    expect(await problemWith('/dev/null', '/dev/null')).toContain('is named twice')
  })

  it('must exist', async () => {
    await write('events.json')

    expect(await problemWith(join(folder, 'none.json'))).toBe('There is no file or folder /none.json: check its name.')
    expect(await problemWith(join(folder, 'events.json', 'none.json'))).toContain('There is no file or folder')
  })

  it('must be one that may be read', async () => {
    await write('events.json')
    jest.spyOn(fs, 'access').mockRejectedValue(refusal('EACCES'))

    expect(await problemWith(join(folder, 'events.json'))).toBe(
      '/events.json may not be read: change its permissions, or run this as a user who may.'
    )
  })

  it('is refused with the reason of the system when that is another one', async () => {
    await fs.symlink('loop', join(folder, 'loop'))

    expect(await problemWith(join(folder, 'loop'))).toMatch(/^\/loop cannot be read \(ELOOP: .*\)\.$/)
  })
})

describe('a folder', () => {
  it('is searched for files of events by their ending, with what is in its folders', async () => {
    await write('1.ndjson', '2.jsonl', '3.json', '4.ndjson.gz', '5.jsonl.gz', '6.JSON.GZ', 'in/deep/7.json')
    await write('notes.txt', '8.csv', '9.parquet', '7.gz', 'json')

    expect(await namesIn(folder)).toEqual([
      '1.ndjson',
      '2.jsonl',
      '3.json',
      '4.ndjson.gz',
      '5.jsonl.gz',
      '6.JSON.GZ',
      '7.gz',
      '8.csv',
      '9.parquet',
      join('in', 'deep', '7.json')
    ])
  })

  it('has an order that depends on no language', async () => {
    await write('b.json', 'ä.json', 'B.json', 'a.json', 'a/z.json', '10.json', '9.json')

    expect(await namesIn(folder)).toEqual([
      '9.json',
      '10.json',
      'B.json',
      join('a', 'z.json'),
      'a.json',
      'b.json',
      'ä.json'
    ])
  })

  it.each([
    ["RudderStack's dates", ['12-31-2025/1767168000.src1.json.gz', '01-02-2026/1767340800.src1.json.gz']],
    ['ISO dates, with hours that have no zero', ['2025-12-31/9.json', '2025-12-31/10.json', '2026-01-02/1.json']],
    ['milliseconds, and dates in names', ['1767139200000/a.gz', '1767225600000/a.gz', '01-02-2026/a.gz']],
    ['both forms of dates', ['12-31-2025.json', '2026-01-01.json', '01-02-2026.json']],
    ['dates within names', ['events_2025.12.31_8.json', 'events_2025.12.31_11.json', 'events_2026.01.02_8.json']],
    ['folders of years, months, days and hours', ['year=2026/month=9/1.json', 'year=2026/month=10/1.json']],
    ['numbers that are no dates', ['31-02-2025.json', '31-12-2025.json', 'a-9.json', 'a-010.json']]
  ])('has the order of time: %s', async (_, names) => {
    await write(...[...names].reverse())

    expect(await namesIn(folder)).toEqual(names)
  })

  it('has the order of the names where files of one hour have numbers that are random', async () => {
    await write('1767139200000/aa-2000.gz', '1767139200000/zz-1000.gz')

    expect(await namesIn(folder)).toEqual(['1767139200000/aa-2000.gz', '1767139200000/zz-1000.gz'])
  })

  it('gives its files names that begin with its own', async () => {
    await write('in/a.json')
    const path = join(folder, 'in', 'a.json')

    expect(await findFiles([`${folder}/in/`])).toEqual([
      { name: path, path, size: 3, isFile: true, modifiedAt: expect.any(Number) as number }
    ])
  })

  it('hides files and folders with a dot, but may have one itself', async () => {
    await write('.hidden/a.json', '.hidden/.b.json', 'c.json')

    expect(await namesIn(folder)).toEqual(['c.json'])
    expect(await namesIn(join(folder, '.hidden'))).toEqual([join('.hidden', 'a.json')])
  })

  it('must have files of events', async () => {
    await write('notes.txt', 'in/notes.txt')

    expect(await problemWith(folder)).toBe(
      'There are no event files in : .ndjson, .jsonl, .json, .csv, .parquet and .gz are read.'
    )
  })

  it('must be one that may be read', async () => {
    jest.spyOn(fs, 'readdir').mockRejectedValue(refusal('EACCES'))

    expect(await problemWith(join(folder))).toContain('may not be read')
  })
})

describe('a link', () => {
  it('to a file is followed', async () => {
    await write('elsewhere/events', 'in/b.json')
    await fs.symlink('../elsewhere/events', join(folder, 'in', 'a.json'))

    expect(await namesIn(join(folder, 'in'))).toEqual([join('in', 'a.json'), join('in', 'b.json')])
  })

  it('to a folder is followed when it is named, and not when it is found', async () => {
    await write('real/a.json')
    await fs.symlink('..', join(folder, 'real', 'loop'))
    await fs.symlink('..', join(folder, 'real', 'loop.json'))
    await fs.symlink('real', join(folder, 'link'))

    expect(await namesIn(join(folder, 'link'))).toEqual([join('link', 'a.json')])
  })

  it('that leads nowhere is not passed over in silence', async () => {
    await fs.symlink('gone', join(folder, 'a.json'))

    expect(await problemWith(folder)).toContain('There is no file or folder /a.json')
  })
})

it('tells what in a folder is no file of events', async () => {
  await write('in/1470096012345.abc.gz')
  await write('in/a.json')
  await write('in/deep/notes.txt')
  const others: string[] = []
  const files = await findFiles([join(folder, 'in')], (path) => others.push(path))

  expect(files.map(({ path }) => path)).toEqual(
    ['1470096012345.abc.gz', 'a.json'].map((name) => join(folder, 'in', name))
  )
  expect(others).toEqual([join(folder, 'in', 'deep', 'notes.txt')])
})

describe('the same file twice', () => {
  it('is refused when it is named twice', async () => {
    await write('a.json')
    const path = join(folder, 'a.json')

    expect(await problemWith(path, path)).toBe(
      '/a.json is named twice: leave one out, or its events are delivered twice.'
    )
  })

  it('is refused when it has two names', async () => {
    await write('a.json')
    await fs.symlink('a.json', join(folder, 'b.json'))

    expect(await problemWith(folder)).toBe(
      '/a.json and /b.json are the same file: leave one out, or its events are delivered twice.'
    )
  })

  it('is refused when two hard links lead to it', async () => {
    await write('a.json')
    await fs.link(join(folder, 'a.json'), join(folder, 'b.json'))

    expect(await problemWith(folder)).toContain('/a.json and /b.json are the same file')
  })

  it('is refused when its folder is named as well', async () => {
    await write('in/a.json')

    expect(await problemWith(join(folder, 'in'), join(folder, 'in', 'a.json'))).toContain('is named twice')
  })
})

describe('standard input', () => {
  it('is a dash', async () => {
    expect(await findFiles(['-'])).toEqual([{ name: '-', path: '-', size: 0, isFile: false, modifiedAt: 0 }])
  })

  it('is read alone', async () => {
    const problem = 'Standard input (-) is read alone: name it once, or name files.'

    expect(await problemWith('-', '-')).toBe(problem)
    expect(await problemWith(folder, '-')).toBe(problem)
  })
})
