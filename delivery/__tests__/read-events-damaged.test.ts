import { gzipSync } from 'zlib'
import { readEvents } from '../read/read-events'
import type { ReadItem } from '../read/read-events'

const track = (userId: string) => `{"type":"track","userId":"${userId}"}`
const ids = Array.from({ length: 200 }, (_, index) => `${index} ${(index * 7919) % 1009}`)

/** The user ids of the events, and the problems, of what is in these chunks and in what fails after them. */
async function read(chunks: readonly Buffer[], error?: Error) {
  async function* open() {
    yield* chunks
    await Promise.resolve()
    if (error) {
      throw error
    }
  }
  const lines: ReadItem[] = []
  for await (const some of readEvents({ name: 'events.json', path: '/unused' }, { open })) {
    lines.push(...some)
  }
  return {
    lines,
    ids: lines.flatMap((line) => ('problem' in line ? [] : [line.event.userId])),
    problems: lines.flatMap((line) => ('problem' in line ? [line.problem.message] : []))
  }
}

function failure(code: string): Error {
  return Object.assign(new Error(`${code}: failed, read`), { code })
}

describe('a compressed file that is cut off', () => {
  const text = ids.map(track).join('\n')
  const zipped = gzipSync(text)
  /** From the first byte that is enough to know gzip by. */
  const cuts = Array.from({ length: zipped.length - 2 }, (_, index) => index + 2)

  it('gives all whole lines, and says where it ends, wherever it is cut', async () => {
    let most = 0
    for (const end of cuts) {
      const { lines, ids: found, problems } = await read([zipped.subarray(0, end)])

      expect(found).toEqual(ids.slice(0, found.length))
      expect(lines).toHaveLength(found.length + 1)
      expect(lines[found.length]).toMatchObject({ problem: { code: 'damaged_file', message: problems[0] } })
      expect(problems[0]).toContain('The file is cut off here, or damaged (unexpected end of file): nothing ')
      most = Math.max(most, found.length)
    }
    // The last line may have no newline: its bracket ends it.
    expect(most).toBe(ids.length)
  })

  it('says after which line to go on', async () => {
    const { ids: found, problems } = await read([zipped.subarray(0, zipped.length - 8)])

    expect(found).toHaveLength(200)
    expect(problems).toEqual([
      'The file is cut off here, or damaged (unexpected end of file): nothing after line 200 could be read. Get the file again and deliver what follows line 200.'
    ])
    expect((await read([zipped.subarray(0, 10)])).problems).toEqual([
      'The file is cut off here, or damaged (unexpected end of file): nothing in it could be read. Get the file again and deliver it.'
    ])
  })

  it('may be an array, or end in a second part', async () => {
    const array = gzipSync(`[${ids.map(track).join()}]`)
    const second = gzipSync(`,${track('last')}\n`)

    expect((await read([array.subarray(0, -4)])).problems[0]).toContain('(unexpected end of file)')
    const { ids: found, problems } = await read([zipped, second.subarray(0, 15)])
    expect(found).toHaveLength(200)
    expect(problems[0]).toContain('in line 200 could be read')
  })
})

describe('a compressed file that is damaged', () => {
  const zipped = gzipSync(ids.map((id) => `${track(id)}\n`).join(''))

  it('never gives wrong events in silence, whichever byte is wrong', async () => {
    for (let index = 3; index < zipped.length; index += 7) {
      const damaged = Buffer.from(zipped)
      damaged[index] ^= 0x55
      const { ids: found, problems } = await read([damaged])

      expect(problems.length > 0 || found).toEqual(problems.length > 0 || ids)
    }
  })

  it('says that what was read before may be wrong', async () => {
    const damaged = Buffer.from(zipped)
    // The last eight bytes check all that comes before.
    damaged[damaged.length - 8] ^= 0x55

    expect((await read([damaged])).problems).toEqual([
      'The file is damaged (incorrect data check): any event before this may be wrong. Get the file again and deliver all of it.'
    ])
  })

  it.each([
    ['something else', Buffer.from('something else')],
    ['padding, and then a part', Buffer.concat([Buffer.alloc(9), zipped])]
  ])('does not end in silence before %s', async (_name, other) => {
    for (const chunks of [
      [zipped, other],
      [zipped, other.subarray(0, 5), other.subarray(5)]
    ]) {
      const { ids: found, problems } = await read(chunks)

      expect(found).toEqual(ids)
      expect(problems).toHaveLength(1)
      expect(problems[0]).toContain('nothing after line 200 could be read')
    }
    expect((await read([Buffer.concat([zipped, other])])).problems).toHaveLength(1)
  })
})

describe('a file that cannot be read on', () => {
  it.each([
    ['plain', (text: string) => Buffer.from(text)],
    ['compressed', (text: string) => gzipSync(text)]
  ])('gives all whole lines that were read: %s', async (_name, pack) => {
    const { ids: found, lines } = await read([pack(`${track('a')}\n${track('b')}\n{"type":`)], failure('EIO'))

    expect(found).toEqual(['a', 'b'])
    expect(lines[2]).toEqual({
      source: { kind: 'file', file: 'events.json', line: 3, place: 61 },
      size: 8,
      raw: '{"type":',
      isTruncated: true,
      problem: {
        code: 'damaged_file',
        message:
          'The file is cut off here, or damaged (EIO: failed, read): nothing after line 2 could be read. Get the file again and deliver what follows line 2.'
      }
    })
  })

  it('gives all whole elements that were read', async () => {
    const { ids: found, problems } = await read([Buffer.from(`[${track('a')},{"type":`)], failure('ESTALE'))

    expect(found).toEqual(['a'])
    expect(problems[0]).toContain('nothing after element 1 could be read')
  })

  it('may be one that fails at once', async () => {
    expect((await read([], failure('EISDIR'))).problems[0]).toContain('nothing in it could be read')
  })

  it('is not what is blamed for an error of the program', async () => {
    await expect(read([], new TypeError('a bug'))).rejects.toThrow('a bug')
  })
})
