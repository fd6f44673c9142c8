import fc from 'fast-check'
import { promises as fs } from 'fs'
import type { FileHandle } from 'fs/promises'
import { tmpdir } from 'os'
import { join } from 'path'
import { Readable } from 'stream'
import { gzipSync } from 'zlib'
import { InputError } from '../read/find-files'
import { readEvents } from '../read/read-events'
import type { ReadItem, ReadOptions } from '../read/read-events'
import { MAX_EVENT } from '../read/split-json'
import type { Position } from '../report'

const FILE = { name: 'events.json', path: '/unused/events.json' }

/**
 * Reads chunks. Each item has its line instead of its source, and no text: the test knows that it gives the event. What
 * was repaired in events is left out: see normalize.test.ts.
 */
async function read(chunks: Iterable<string | Buffer>, options: ReadOptions = {}) {
  const open = () => Readable.from([...chunks].map((chunk) => Buffer.from(chunk)))
  const items: ReadItem[] = []
  for await (const list of readEvents(FILE, { open, ...options })) {
    expect(list).not.toHaveLength(0)
    items.push(...list)
  }
  return items.map(({ source, ...item }) => {
    const place = source.kind === 'file' ? { file: source.file, line: source.line } : {}
    if (!('event' in item)) {
      return { ...place, ...item, problem: item.problem.message, code: item.problem.code }
    }
    const { raw, notices: _, ...rest } = item
    expect(JSON.parse(raw)).toEqual(rest.event)
    return { ...place, ...rest }
  })
}

/** Line numbers with the events' user ids, or with what is wrong. */
const summaryOf = (lines: Awaited<ReturnType<typeof read>>) =>
  lines.map((line) => [line.line, 'event' in line ? line.event.userId : line.problem])

const track = (userId: string) => `{"type":"track","userId":"${userId}"}`

describe('newline-delimited JSON', () => {
  it('has an event on each line', async () => {
    expect(await read([`${track('a')}\n${track('b')}\n`])).toEqual([
      { file: 'events.json', line: 1, size: 29, event: { type: 'track', userId: 'a' } },
      { file: 'events.json', line: 2, size: 29, event: { type: 'track', userId: 'b' } }
    ])
  })

  it('may have empty lines, which count, and the line ends of Windows', async () => {
    const lines = await read([`\r\n${track('a')}\r\n \t\r\n\n  ${track('b')} \n`])

    expect(lines.map(({ line, size }) => [line, size])).toEqual([
      [2, 29],
      [5, 29]
    ])
  })

  it('needs no newline at the end', async () => {
    expect(summaryOf(await read([`${track('a')}\n${track('b')}`]))).toEqual([
      [1, 'a'],
      [2, 'b']
    ])
  })

  it('may have a line that is an array of events', async () => {
    expect(await read([`${track('a')}\n[${track('b')}]\n${track('c')}`])).toMatchObject([
      { line: 1 },
      { line: 2, event: { userId: 'b' } },
      { line: 3 }
    ])
  })

  it('has an event in each element, wherever the lines end', async () => {
    expect(await read([` \r\n[\n  ${track('a')},\n\n  ${track('b')}\n]\n`])).toEqual([
      { file: 'events.json', line: 1, size: 29, event: { type: 'track', userId: 'a' } },
      { file: 'events.json', line: 2, size: 29, event: { type: 'track', userId: 'b' } }
    ])
  })

  it.each(['[]', ' [ \n ] \n'])('may be empty: %j', async (text) => {
    expect(await read([text])).toEqual([])
  })

  it('may have commas, brackets, quotes and backslashes in its strings', async () => {
    const events = ['],[', '}{', '"', '\\', '\\"', '\\\\'].map((userId) => ({ type: 'track', userId }))

    for (const chunks of [[JSON.stringify(events)], JSON.stringify(events)]) {
      expect(summaryOf(await read(chunks))).toEqual(events.map(({ userId }, index) => [index + 1, userId]))
    }
  })

  it('loses no event because another element is wrong', async () => {
    const lines = await read([`[${track('a')},{oops},,1}},[{"a":[]}],"x",${track('b')},]`])

    expect(lines.map((line) => ('event' in line ? line.event.userId : line.raw))).toEqual([
      'a',
      '{oops}',
      '',
      '1}}',
      '[{"a":[]}]',
      '"x"',
      'b',
      ''
    ])
    expect(summaryOf(lines)[1][1]).toMatch(/^This element is not JSON\. /)
    expect(lines.map(({ line }) => line)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  })

  it('is followed by nothing', async () => {
    expect(await read([`[${track('a')}] `, `[${track('b')}]\n`])).toMatchObject([
      { line: 1 },
      {
        line: 2,
        size: 31,
        problem: 'This text follows the end of the array, and was not read; put all events in one array.',
        raw: `[${track('b')}]`
      }
    ])
    expect(await read(['[]x'])).toMatchObject([{ line: 1, raw: 'x' }])
  })

  it.each([
    ['[', 'nothing in it could be read. Get the file again and deliver it.', 1],
    [`[${track('a')}`, 'nothing in it could be read. Get the file again and deliver it.', 1],
    [
      `[${track('a')},`,
      'nothing after element 1 could be read. Get the file again and deliver what follows element 1.',
      2
    ],
    [`[${track('a')},{"type":"tr`, 'nothing after element 1 could be read', 2],
    [`[${track('a')},{"type":"track"},7`, 'nothing after element 2 could be read', 3]
  ])('that does not end was cut off: %s', async (text, problem, line) => {
    const lines = await read([text])

    expect(lines[line - 1]).toMatchObject({ line, size: 0 })
    expect(summaryOf(lines)[line - 1][1]).toContain(
      `The file is cut off here, or damaged (its array has no closing bracket): ${problem}`
    )
    expect(lines.slice(0, -1).every((other) => 'event' in other)).toBe(true)
    expect(lines).toHaveLength(line)
  })
})

describe('gzip', () => {
  it('is known by what is in it, in any number of parts', async () => {
    const parts = [gzipSync(`${track('a')}\n${track('b')}`), gzipSync(`\n${track('c')}\n`), gzipSync('')]

    for (const chunks of [parts, [Buffer.concat(parts)], [...Buffer.concat(parts)].map((byte) => Buffer.of(byte))]) {
      expect(summaryOf(await read(chunks))).toEqual([
        [1, 'a'],
        [2, 'b'],
        [3, 'c']
      ])
    }
  })

  it('may be padded with zeros', async () => {
    expect(summaryOf(await read([gzipSync(track('a')), Buffer.alloc(100_000)]))).toEqual([[1, 'a']])
  })
})

describe('a byte order mark', () => {
  it.each([track('a'), `[${track('a')}]`, ` \n[${track('a')}]`])('is dropped, wherever it is cut: %j', async (text) => {
    const marked = Buffer.from(`\uFEFF${text}`)

    for (const bytes of [marked, gzipSync(marked)]) {
      for (const chunks of [[bytes], [...bytes].map((byte) => Buffer.of(byte))]) {
        expect(await read(chunks)).toMatchObject([{ line: 1, size: 29, event: { userId: 'a' } }])
      }
    }
  })

  it('may stand in the middle, where files were joined', async () => {
    expect(summaryOf(await read([`\uFEFF${track('a')}\n\uFEFF${track('b')}\n\uFEFF\n`]))).toEqual([
      [1, 'a'],
      [2, 'b']
    ])
  })
})

describe('a line that holds no event', () => {
  it('is shown, with the reason', async () => {
    const lines = await read(['{oops\nnull\n7\n{}\n{"type":7}\n"type"\n', track('a')])

    expect(lines[0]).toMatchObject({ file: 'events.json', line: 1, size: 5, raw: '{oops' })
    expect(summaryOf(lines)[0][1]).toMatch(
      /^This line is not JSON; write each event on one line\. Expected property name/
    )
    expect(lines.slice(1, 6)).toEqual(
      ['null', '7', '{}', '{"type":7}', '"type"'].map((text, index) => ({
        file: 'events.json',
        line: index + 2,
        size: text.length,
        problem: 'This line is not a Segment event: an object with a "type".',
        code: 'not_an_event',
        raw: text
      }))
    )
    expect(summaryOf(lines)[6]).toEqual([7, 'a'])
  })

  it('is not shown when it is not UTF-8, and never changed into something that is', async () => {
    const latin = Buffer.from('{"type":"track","userId":"é"}', 'latin1')
    const newline = Buffer.from('\n')

    const problem = 'This line is not UTF-8 text; save the file as UTF-8.'
    expect(await read([latin, newline, track('é'), newline, latin])).toEqual([
      { file: 'events.json', line: 1, size: 29, problem, code: 'not_utf8' },
      { file: 'events.json', line: 2, size: 30, event: { type: 'track', userId: 'é' } },
      { file: 'events.json', line: 3, size: 29, problem, code: 'not_utf8' }
    ])
    expect(summaryOf(await read(['[', latin, ',', track('é'), ']']))).toEqual([
      [1, 'This element is not UTF-8 text; save the file as UTF-8.'],
      [2, 'é']
    ])
  })
})

describe('an event that was refused before', () => {
  it('is delivered without the mark', async () => {
    expect(await read(['{"type":"track","_rejected":{"status":400},"_line":"x"}'])).toMatchObject([
      { event: { type: 'track', _line: 'x' } }
    ])
    expect(summaryOf(await read([`[{"_rejected":1,${track('a').slice(1)}]`]))).toEqual([[1, 'a']])
    expect((await read(['{"type":"track","_rejected":1}']))[0]).toHaveProperty('event', { type: 'track' })
  })

  it('may have been a line that was no event: that is read in its place', async () => {
    const refused = (text: string) => JSON.stringify({ _line: text, _rejected: 'why' })
    const lines = await read([
      [refused('{oops'), refused(track('a')), refused('7'), refused('{"type":"track","_rejected":1}')].join('\n')
    ])

    expect(lines).toMatchObject([
      { line: 1, size: refused('{oops').length, raw: '{oops' },
      { line: 2, event: { userId: 'a' } },
      { line: 3, problem: 'This line is not a Segment event: an object with a "type".', raw: '7' },
      { line: 4, event: { type: 'track' } }
    ])
    expect(lines[3]).toHaveProperty('event', { type: 'track' })
  })

  it.each(['{"_line":"{}"}', '{"_line":7,"_rejected":1}', '{"_rejected":1}'])(
    'is nothing else with such a member: %s',
    async (text) => {
      expect(await read([text])).toMatchObject([{ raw: text, code: 'not_an_event' }])
    }
  )
})

describe('resuming after a line', () => {
  /** The positions of all lines or elements that are read. */
  const positionsOf = async (text: string) => {
    const positions = new Map<number, Position>()
    const open = () => Readable.from([Buffer.from(text)])
    for await (const items of readEvents(FILE, { open, onEnd: () => undefined })) {
      items.forEach(({ end }) => end && positions.set(end.toPosition().line, end.toPosition()))
    }
    return positions
  }

  const events = ['a', '', 'b', '{oops', 'c']
  const text = events.map((userId) => (userId.length === 1 ? track(userId) : userId)).join('\n')

  it('passes over lines, empty ones too, without reading them', async () => {
    const at = await positionsOf(text)

    expect(summaryOf(await read([text], { after: at.get(3) }))).toMatchObject([
      [4, expect.stringContaining('JSON')],
      [5, 'c']
    ])
    expect(summaryOf(await read([text], { after: at.get(4) }))).toEqual([[5, 'c']])
    expect(await read([text], { after: at.get(5) })).toEqual([])
  })

  it('passes over elements', async () => {
    const array = `[${track('a')},{oops},${track('b')}]`
    const at = await positionsOf(array)

    expect(summaryOf(await read([array], { after: at.get(2) }))).toMatchObject([[3, 'b']])
    expect(await read([array], { after: at.get(3) })).toEqual([])
  })

  it('reads what the file has grown by, however it comes in chunks, also as gzip', async () => {
    const at = await positionsOf(text)
    const grown = Buffer.from(`${text}\n${track('d')}`)
    const chunks = (bytes: Buffer) => Array.from(bytes, (_, index) => bytes.subarray(index, index + 1))

    expect(summaryOf(await read([grown], { after: at.get(5) }))).toEqual([[6, 'd']])
    expect(summaryOf(await read(chunks(grown), { after: at.get(5) }))).toEqual([[6, 'd']])
    expect(summaryOf(await read(chunks(gzipSync(grown)), { after: at.get(5) }))).toEqual([[6, 'd']])
  })

  it.each([
    ['a byte before it is another one', text.replace('"a"', '"x"')],
    ['the order is another one', text.split('\n').reverse().join('\n')],
    ['the line has gone on', `${text.replace('{oops', '{oops}')}`],
    ['there are fewer lines', text.split('\n').slice(0, 3).join('\n')],
    ['there is nothing', '']
  ])('reads nothing when %s', async (_what, changed) => {
    const at = await positionsOf(text)

    await expect(read([changed], { after: at.get(4) })).rejects.toThrow(
      'events.json is not the file of which 4 lines were delivered'
    )
  })

  it('has one digest of the content, whatever its chunks and its compression', async () => {
    const digests: string[] = []
    const onEnd = (digest: string) => digests.push(digest)
    await read([text], { onEnd })
    await read([text.slice(0, 7), text.slice(7)], { onEnd })
    await read([gzipSync(text)], { onEnd })
    await read([`${text}\n`], { onEnd })

    expect(digests[0]).toMatch(/^[0-9a-f]{64}$/)
    expect(digests.map((digest) => digest === digests[0])).toEqual([true, true, true, false])
  })
})

describe('a line that is too long', () => {
  const LONG = 100 * 1024 * 1024

  /** So many bytes from one buffer, so that all new memory is the reader's. */
  function* repeat(byte: string, count: number): Generator<Buffer> {
    const chunk = Buffer.alloc(64 * 1024, byte)
    for (let left = count; left > 0; left -= chunk.length) {
      yield chunk.subarray(0, left)
    }
  }

  function* around(long: Iterable<Buffer>, start: string, end: string): Generator<Buffer> {
    yield Buffer.from(start)
    yield* long
    yield Buffer.from(end)
  }

  it.each([
    ['line', `${track('a')}\n`, `\n${track('b')}\n`, LONG],
    ['element', `[${track('a')},"`, `",${track('b')}]`, LONG + 2]
  ])('is passed over without holding it: %s', async (noun, start, end, size) => {
    const before = process.memoryUsage().arrayBuffers
    let peak = 0
    const lines = await read([], {
      open: () => Readable.from(around(repeat('x', LONG), start, end)),
      onBytes: () => {
        peak = Math.max(peak, process.memoryUsage().arrayBuffers - before)
      }
    })

    expect(lines).toMatchObject([{ event: { userId: 'a' } }, { line: 2, size }, { line: 3, event: { userId: 'b' } }])
    expect(lines[1]).toEqual({
      file: 'events.json',
      line: 2,
      size,
      code: 'too_long',
      problem: `This ${noun} is longer than 10 MiB, which no Segment event is; it was not read. Check that the file has events.`
    })
    expect(peak).toBeLessThan(5 * MAX_EVENT)
  })

  it('is one byte longer than the longest', async () => {
    const event = (length: number) => track('').replace('""', `"${'x'.repeat(length - track('').length)}"`)

    for (const chunks of [
      [`${event(MAX_EVENT)}\n${event(MAX_EVENT + 1)}\n${track('a')}`],
      [event(MAX_EVENT), '\n', event(MAX_EVENT), 'x', '\n', track('a')]
    ]) {
      const lines = await read(chunks)

      expect(lines.map(({ size }) => size)).toEqual([MAX_EVENT, MAX_EVENT + 1, 29])
      expect(lines.map((line) => 'event' in line)).toEqual([true, false, true])
    }
  })
})

describe('reading any events', () => {
  const event = fc.record({ type: fc.string({ unit: 'grapheme' }), value: fc.jsonValue({ stringUnit: 'binary' }) })
  const space = fc.string({ unit: fc.constantFrom(' ', '\t', '\r'), maxLength: 3 })
  const wideSpace = fc.string({ unit: fc.constantFrom(' ', '\n', '\r', '\t'), maxLength: 3 })

  const inLines = fc.array(fc.tuple(space, fc.option(event), space)).map((rows) => ({
    text: rows.map(([before, value, after]) => before + (value ? JSON.stringify(value) : '') + after).join('\n'),
    expected: rows.flatMap(([, value], index) => (value ? [[index + 1, value]] : []))
  }))
  const inArray = fc
    .tuple(wideSpace, fc.array(fc.tuple(wideSpace, event, fc.boolean(), wideSpace)), wideSpace)
    .map(([start, rows, end]) => ({
      text: `${start}[${rows
        .map(([before, value, wide, after]) => before + JSON.stringify(value, null, wide ? 2 : 0) + after)
        .join()}]${end}`,
      expected: rows.map(([, value], index) => [index + 1, value])
    }))

  function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
    const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b)
    return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end))
  }

  it('gives back what was written, in order, wherever the bytes are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(inLines, inArray),
        fc.boolean(),
        fc.boolean(),
        fc.array(fc.nat(), { maxLength: 20 }),
        async ({ text, expected }, isMarked, isZipped, places) => {
          const plain = Buffer.from(isMarked ? `\uFEFF${text}` : text)
          const bytes = isZipped ? gzipSync(plain) : plain
          let count = 0
          const lines = await read(cut(bytes, places), { onBytes: (more) => (count += more) })

          // As it comes from JSON: -0 is 0 there.
          expect(lines.map((line) => [line.line, 'event' in line && line.event])).toEqual(
            JSON.parse(JSON.stringify(expected))
          )
          expect(count).toBe(bytes.length)
        }
      ),
      { numRuns: 300 }
    )
  })
})

describe('a file', () => {
  let folder: string

  beforeEach(async () => {
    folder = await fs.mkdtemp(join(tmpdir(), 'read-events-'))
  })

  afterEach(() => fs.rm(folder, { recursive: true }))

  async function write(content: string | Buffer) {
    const path = join(folder, 'a file')
    await fs.writeFile(path, content)
    return { name: 'as named', path }
  }

  /** More than one chunk, with characters of several bytes across their borders. */
  const ids = Array.from({ length: 30_000 }, (_, index) => `${index} é漢😀`)

  it.each([
    ['lines', ids.map(track).join('\n'), false],
    ['array', `[${ids.map(track).join()}]`, false],
    ['lines', ids.map(track).join('\n'), true],
    ['array', `[${ids.map(track).join()}]`, true]
  ])('is read in chunks, with its name and its size on disk: %s', async (_format, text, isZipped) => {
    const content = isZipped ? gzipSync(text) : Buffer.from(text)
    const counts: number[] = []
    const chunks: ReadItem[][] = []
    for await (const lines of readEvents(await write(content), { onBytes: (count) => counts.push(count) })) {
      chunks.push(lines)
    }

    const lines = chunks.flat()
    expect(chunks.length).toBeGreaterThan(2)
    expect(lines.map((line) => ('event' in line ? line.event.userId : line.problem.message))).toEqual(ids)
    expect(lines.map(({ source }) => source)).toEqual(
      lines.map((_, index) => ({ kind: 'file', file: 'as named', line: index + 1 }))
    )
    expect(counts.reduce((sum, count) => sum + count)).toBe(content.length)
  })

  it('is closed when nobody reads on, and at its end', async () => {
    const opened: FileHandle[] = []
    const { open } = fs
    jest.spyOn(fs, 'open').mockImplementation(async (...args) => {
      opened.push(await open(...args))
      return opened[opened.length - 1]
    })
    const file = await write(ids.map(track).join('\n'))

    const stopped = readEvents(file)
    await stopped.next()
    expect(opened[0].fd).toBeGreaterThan(0)
    await stopped.return(undefined)
    expect(opened[0].fd).toBe(-1)

    for await (const lines of readEvents(file)) {
      expect(lines[0]).toHaveProperty('event')
    }
    expect(opened[1].fd).toBe(-1)
  })

  it('must be there', async () => {
    const path = join(folder, 'none')
    const lines = readEvents({ name: 'none', path }).next()

    await expect(lines).rejects.toThrow(InputError)
    await expect(lines).rejects.toThrow(`There is no file or folder ${path}: check its name.`)
  })
})

describe('standard input', () => {
  it('is read for a dash, and let go when nobody reads on', async () => {
    const input = Readable.from([Buffer.from(`${track('a')}\n`), Buffer.from(`${track('b')}\n`)])
    jest.spyOn(process, 'stdin', 'get').mockReturnValue(Object.assign(input, { fd: 0 }) as typeof process.stdin)
    const lines = readEvents({ name: '-', path: '-' })

    expect((await lines.next()).value).toMatchObject([
      { source: { kind: 'file', file: '-', line: 1 }, event: { userId: 'a' } }
    ])
    await lines.return(undefined)
    expect(input.destroyed).toBe(true)
  })
})
