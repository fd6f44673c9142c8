import { appendFile, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, utimes, writeFile } from 'fs/promises'
import { tmpdir } from 'os'
import { join } from 'path'
import { gzipSync } from 'zlib'
import { findFiles, InputError, readAll, Records } from '..'
import type { RecordsOptions } from '..'
import { presetMappings } from '..'

const [mapping] = presetMappings()
const RESULT = {
  mapping,
  outcome: 'delivered',
  code: 'processed',
  status: 200,
  isRetryable: false,
  message: 'Processed by Ortto.',
  isRecognizable: true
} as const

const event = (id: string) => `{"type":"identify","userId":"${id}"}`
const text = (...ids: string[]) => ids.map((id) => `${event(id)}\n`).join('')

describe('the ledger of a delivery', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'actions-ortto-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  const write = (name: string, content: string | Buffer) => writeFile(join(folder, 'in', name), content)
  const ledger = () => join(folder, 'in.ledger')
  const optionsOf = async (options: Partial<RecordsOptions> = {}): Promise<RecordsOptions> => ({
    files: await findFiles([join(folder, 'in')]),
    job: { id: 'job', target: 'Ortto' },
    ledger: ledger(),
    results: join(folder, 'results.ndjson'),
    ...options
  })

  /**
   * Delivers what is in the folder. Returns the users of the events that were delivered, and what was there to read.
   * @param stopAfter it is interrupted after so many
   */
  async function deliver({ stopAfter = Infinity, ...options }: Partial<RecordsOptions> & { stopAfter?: number } = {}) {
    const records = await Records.open(await optionsOf(options))
    const users: unknown[] = []
    try {
      for await (const items of readAll(records.files, { onEnd: records.onEnd })) {
        for (const item of items) {
          if (users.length === stopAfter) {
            await records.close(false)
            return { users, records }
          }
          const { source, size, end, raw } = item
          users.push('problem' in item ? item.problem?.code : item.event.userId)
          await records.add([{ source, size, end, raw, results: [RESULT] }])
        }
      }
      await records.close(true)
    } catch (error) {
      await records.close(false)
      throw error
    }
    return { users, records }
  }
  const usersOf = async (options?: Parameters<typeof deliver>[0]) => (await deliver(options)).users

  beforeEach(async () => {
    await mkdir(join(folder, 'in'))
    await write('a.ndjson', text('a1', 'a2', 'a3'))
    await write('b.ndjson', text('b1', 'b2'))
  })

  it('remembers what was delivered: the second time there is nothing new', async () => {
    expect(await usersOf()).toEqual(['a1', 'a2', 'a3', 'b1', 'b2'])
    const { users, records } = await deliver()

    expect(users).toEqual([])
    expect(records.files).toEqual([])
    expect(records.endedAt).toMatch(/^20\d\d-/)
  })

  it('delivers new files, and what files have grown by', async () => {
    await deliver()
    await write('0.ndjson', text('new'))
    await appendFile(join(folder, 'in', 'a.ndjson'), text('a4'))

    expect(await usersOf()).toEqual(['new', 'a4'])
    expect(await usersOf()).toEqual([])
  })

  it('recognizes a file by its content, under another name, at another time and as it was', async () => {
    await deliver()
    await rename(join(folder, 'in', 'a.ndjson'), join(folder, 'in', 'c.ndjson'))
    await utimes(join(folder, 'in', 'b.ndjson'), 1, 1)

    expect(await usersOf()).toEqual([])
    // Now it knows the new name and time, and need not read them again.
    expect(await readFile(ledger(), 'utf8')).toContain('"name":"in/c.ndjson"')
  })

  it('delivers everything again when it is told to', async () => {
    await deliver()

    expect(await usersOf({ isAgain: true })).toEqual(['a1', 'a2', 'a3', 'b1', 'b2'])
    expect(await usersOf()).toEqual([])
  })

  it('resumes where it was interrupted, at any event', async () => {
    const all = ['a1', 'a2', 'a3', 'b1', 'b2']
    for (let stopAfter = 0; stopAfter < all.length; stopAfter += 1) {
      await rm(ledger(), { force: true })
      await rm(join(folder, 'results.ndjson'), { force: true })
      const first = await usersOf({ stopAfter })
      const { users, records } = await deliver()

      expect([...first, ...users]).toEqual(all)
      expect(records.summary.state).toMatchObject({ lines: 5, delivered: 5 })
      const lines = (await readFile(join(folder, 'results.ndjson'), 'utf8')).trim().split('\n')
      expect(lines).toHaveLength(5)
    }
  })

  it('counts only what a delivery did itself when the one before had ended', async () => {
    await deliver()
    await write('c.ndjson', text('c1'))

    expect((await deliver()).records.summary.state).toMatchObject({ lines: 1, delivered: 1 })
  })

  it.each([
    ['fewer lines', text('a1')],
    ['the same size', text('a1', 'a3', 'a2')],
    ['more lines, and other ones', text('x1', 'a2', 'a3', 'a4')]
  ])('delivers nothing of a file that has changed: %s', async (_what, content) => {
    await deliver()
    await write('a.ndjson', content)
    await utimes(join(folder, 'in', 'a.ndjson'), 1, 1)

    await expect(deliver()).rejects.toThrow(/a.ndjson (has changed since|is not the file of which)/)
    expect((await readFile(join(folder, 'results.ndjson'), 'utf8')).trim().split('\n')).toHaveLength(5)
  })

  it('delivers nothing of a file that was exchanged while the delivery was interrupted', async () => {
    await deliver({ stopAfter: 2 })
    await write('a.ndjson', text('a2', 'a1', 'a3'))

    await expect(deliver()).rejects.toThrow(InputError)
  })

  it('knows files that are compressed', async () => {
    await write('c.ndjson.gz', gzipSync(text('c1', 'c2')))
    await deliver({ stopAfter: 6 })
    expect(await usersOf()).toEqual(['c2'])
    await write('c.ndjson.gz', Buffer.concat([gzipSync(text('c1', 'c2')), gzipSync(text('c3'))]))

    expect(await usersOf()).toEqual(['c3'])
  })

  it('keeps the jobs of one folder apart', async () => {
    await deliver()
    const other = { job: { id: 'other', target: 'another Ortto' } }

    expect(await usersOf(other)).toHaveLength(5)
    expect(await usersOf(other)).toEqual([])
    expect(await usersOf()).toEqual([])
  })

  it('does not start another job while one is interrupted, unless it is told to', async () => {
    await deliver({ stopAfter: 2 })
    const other = { job: { id: 'other', target: 'another Ortto' } }

    await expect(deliver(other)).rejects.toThrow('is of a delivery to Ortto that was interrupted')
    expect(await usersOf({ ...other, isAgain: true })).toHaveLength(5)
    expect(await usersOf()).toEqual(['a3', 'b1', 'b2'])
  })

  it('starts another job when nothing was delivered yet', async () => {
    await deliver({ stopAfter: 0 })

    expect(await usersOf({ job: { id: 'other', target: 'another Ortto' } })).toHaveLength(5)
  })

  it('is the same when its folder is found by another path', async () => {
    await deliver()
    const moved = `${folder}-moved`
    await rename(folder, moved)
    try {
      const files = await findFiles([join(moved, 'in')])
      const job = { id: 'job', target: 'Ortto' }
      const records = await Records.open({ files, job, ledger: join(moved, 'in.ledger') })
      expect(records.files).toEqual([])
      await records.close(true)
    } finally {
      await rename(moved, folder)
    }
  })

  describe('is not trusted when it is damaged', () => {
    it('by any changed byte', async () => {
      await deliver({ stopAfter: 4 })
      const whole = await readFile(ledger())
      // Without its last byte, the last line counts as written in part.
      for (let index = 0; index < whole.length - 1; index += index < 20 ? 1 : 41) {
        const damaged = Buffer.from(whole)
        damaged[index] ^= 1
        await writeFile(ledger(), damaged)

        const error = await deliver().then(
          () => `byte ${index} was not missed`,
          (reason: Error) => reason.message
        )
        expect(error).toMatch(/line \d+ is damaged|has version/)
      }
    })

    it('by a missing line, or lines in another order', async () => {
      await deliver()
      const lines = (await readFile(ledger(), 'utf8')).split('\n')
      await writeFile(ledger(), [...lines.slice(0, 2), ...lines.slice(3)].join('\n'))
      await expect(deliver()).rejects.toThrow('is damaged')
      await writeFile(ledger(), [lines[1], lines[0], ...lines.slice(2)].join('\n'))
      await expect(deliver()).rejects.toThrow('line 1 is damaged')
    })

    it('but what a killed process wrote in part is delivered again', async () => {
      await deliver({ stopAfter: 3 })
      const before = await readFile(ledger())
      const first = (await deliver()).users
      const whole = await readFile(ledger())
      for (const length of [before.length + 1, before.length + 200, whole.length - 90]) {
        await writeFile(ledger(), whole.subarray(0, length))
        await rm(join(folder, 'results.ndjson'))
        const records = await Records.open(await optionsOf({ results: undefined }))
        await records.close(false)
        expect(records.files.map(({ after }) => after?.line)).toEqual([3, undefined])
        await writeFile(join(folder, 'results.ndjson'), '', { mode: 0o600 })
      }
      expect(first).toEqual(['b1', 'b2'])
    })
  })

  it('does not grow with what was delivered before, but for what is new', async () => {
    await deliver()
    const before = (await readFile(ledger())).length
    await deliver()
    await deliver()

    expect((await readFile(ledger())).length).toBe(before)
  })

  it('is not written through a link', async () => {
    await writeFile(join(folder, 'precious'), 'precious')
    await symlink(join(folder, 'precious'), ledger())

    await expect(deliver()).rejects.toThrow('Cannot read the ledger')
    expect(await readFile(join(folder, 'precious'), 'utf8')).toBe('precious')
  })

  it('leaves no claim behind', async () => {
    await deliver()
    await deliver({ isAgain: true, stopAfter: 1 })

    expect((await readdir(folder)).sort()).toEqual(['in', 'in.ledger', 'results.ndjson'])
  })
})
