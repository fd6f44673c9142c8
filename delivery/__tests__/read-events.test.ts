import fc from 'fast-check'
import { promises as fs } from 'fs'
import type { FileHandle } from 'fs/promises'
import { tmpdir } from 'os'
import { join } from 'path'
import { Readable } from 'stream'
import { gzipSync } from 'zlib'
import { InputError } from '../read/find-files'
import { readsZstd } from '../read/file-form'
import { readEvents } from '../read/read-events'
import type { ReadItem, ReadOptions } from '../read/read-events'
import { KEPT_BYTES, MAX_EVENT_BYTES } from '../read/piece'
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
    if ('problem' in item) {
      return { ...place, ...item, problem: item.problem.message, code: item.problem.code }
    }
    const { raw, notices: _, ...rest } = item
    expect(JSON.parse(raw)).toEqual(rest.event)
    return { ...place, ...rest }
  })
}

/** Line numbers with the events' user ids, or with what is wrong. */
const summaryOf = (lines: Awaited<ReturnType<typeof read>>) =>
  lines.map((line) => [line.line, 'problem' in line ? line.problem : line.event.userId])

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

  it('may have lines that are arrays', async () => {
    expect(summaryOf(await read([`${track('a')}\n[${track('b')}, ${track('c')}]\n${track('d')}`]))).toEqual([
      [1, 'a'],
      [2, 'b'],
      [2, 'c'],
      [3, 'd']
    ])
  })

  it('has an event in each element, wherever the lines end', async () => {
    expect(await read([` \r\n[\n  ${track('a')},\n\n  ${track('b')}\n]\n`])).toEqual([
      { file: 'events.json', line: 3, size: 29, event: { type: 'track', userId: 'a' } },
      { file: 'events.json', line: 5, size: 29, event: { type: 'track', userId: 'b' } }
    ])
  })

  it.each(['[]', ' [ \n ] \n'])('may be empty: %j', async (text) => {
    expect(await read([text])).toEqual([])
  })

  it('may have commas, brackets, quotes and backslashes in its strings', async () => {
    const events = ['],[', '}{', '"', '\\', '\\"', '\\\\'].map((userId) => ({ type: 'track', userId }))

    for (const chunks of [[JSON.stringify(events)], JSON.stringify(events)]) {
      expect(summaryOf(await read(chunks))).toEqual(events.map(({ userId }) => [1, userId]))
    }
  })

  it('loses no event because another element is wrong', async () => {
    const lines = await read([`[${track('a')},{oops},,1}},[{"a":[]}],"x",${track('b')},]`])

    expect(lines.map((line) => ('problem' in line ? line.raw : line.event.userId))).toEqual([
      'a',
      '{oops}',
      '1}}',
      '[{"a":[]}]',
      '"x"',
      'b'
    ])
    expect(summaryOf(lines)[1]).toEqual([1, 'This element is not JSON.'])
  })

  it('may be followed by anything', async () => {
    expect(summaryOf(await read([`[${track('a')}] `, `[${track('b')}]\n${track('c')}`]))).toEqual([
      [1, 'a'],
      [1, 'b'],
      [2, 'c']
    ])
    expect(await read(['[]x'])).toMatchObject([{ line: 1, raw: 'x', code: 'not_json' }])
  })

  it.each([
    ['[', 'nothing in it could be read. Get the file again and deliver it.', undefined],
    [
      `[${track('a')}`,
      'nothing after element 1 could be read. Get the file again and deliver what follows element 1.',
      undefined
    ],
    [`[${track('a')},{"type":"tr`, 'nothing after element 1 could be read', '{"type":"tr'],
    [`[${track('a')},{"type":"track"},7`, 'nothing after element 2 could be read', '7']
  ])('that does not end was cut off: %s', async (text, problem, raw) => {
    const lines = await read([text])
    const last = lines[lines.length - 1]

    expect(last).toMatchObject({ line: 1, size: raw?.length ?? 0, code: 'damaged_file' })
    expect('problem' in last && [last.raw, last.isTruncated]).toEqual([raw, raw === undefined ? undefined : true])
    expect(summaryOf([last])[0][1]).toContain(
      `The file is cut off here, or damaged (its array has no closing bracket): ${problem}`
    )
    expect(lines.slice(0, -1).every((other) => !('problem' in other))).toBe(true)
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
        expect(await read(chunks)).toMatchObject([{ size: 29, event: { userId: 'a' } }])
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
    // The parser's message would quote the line.
    expect(summaryOf(lines)[0][1]).toBe('This line is not JSON.')
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

  it('is shown in base64 when it is not UTF-8, and never changed into something that is', async () => {
    const latin = Buffer.from('{"type":"track","userId":"é"}', 'latin1')
    const newline = Buffer.from('\n')

    const problem = 'This line is not UTF-8 text; save the file as UTF-8.'
    const raw = latin.toString('base64')
    expect(await read([latin, newline, track('é'), newline, latin])).toEqual([
      { file: 'events.json', line: 1, size: 29, problem, code: 'not_utf8', raw, encoding: 'base64' },
      { file: 'events.json', line: 2, size: 30, event: { type: 'track', userId: 'é' } },
      { file: 'events.json', line: 3, size: 29, problem, code: 'not_utf8', raw, encoding: 'base64' }
    ])
    expect(summaryOf(await read(['[', latin, ',', track('é'), ']']))).toEqual([
      [1, 'This element is not UTF-8 text; save the file as UTF-8.'],
      [1, 'é']
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

  it('may have been bytes that are not UTF-8, or only a beginning: the record still says so', async () => {
    const latin = Buffer.from('{"type":"track","userId":"é"}', 'latin1').toString('base64')
    const record = (line: object) => JSON.stringify({ ...line, _rejected: [] })

    expect(await read([record({ _line: latin, encoding: 'base64' })])).toMatchObject([
      { code: 'not_utf8', raw: latin, encoding: 'base64' }
    ])
    expect(
      summaryOf(
        await read([
          `${record({ _line: Buffer.from(track('é')).toString('base64'), encoding: 'base64' })}\n`,
          record({ _line: track('fixed'), encoding: 'base64' })
        ])
      )
    ).toEqual([
      [1, 'é'],
      [2, 'fixed']
    ])
    expect(await read([record({ _line: '{"type":', truncated: true })])).toMatchObject([
      { code: 'not_json', raw: '{"type":', isTruncated: true }
    ])
  })

  it.each(['{"_line":"{}"}', '{"_line":7,"_rejected":1}', '{"_rejected":1}'])(
    'is nothing else with such a member: %s',
    async (text) => {
      expect(await read([text])).toMatchObject([{ raw: text, code: 'not_an_event' }])
    }
  )
})

describe('resuming after a value', () => {
  /** The positions of all values that are read, in their order. */
  const positionsOf = async (text: string) => {
    const positions: (Position | undefined)[] = []
    const open = () => Readable.from([Buffer.from(text)])
    for await (const items of readEvents(FILE, { open, onEnd: () => undefined })) {
      items.forEach(({ end }) => positions.push(end?.toPosition()))
    }
    return positions
  }
  const withoutEnds = (items: Awaited<ReturnType<typeof read>>) => items.map((item) => ({ ...item, end: undefined }))

  const text = ['a', '', 'b', '{oops', 'c'].map((id) => (id.length === 1 ? track(id) : id)).join('\n')

  it.each([
    ['lines', text],
    ['elements', `[${track('a')},{oops},${track('b')}]x`],
    ['a mixture', `${track('a')}${track('b')},[${track('c')}\n] {\n"type":"track"}oops\n${track('d')}`],
    ['an array that is cut off', `[${track('a')},${track('b')},{"type":`]
  ])('reads each value once, wherever it was interrupted: %s', async (_name, content) => {
    const all = withoutEnds(await read([content]))
    const positions = await positionsOf(content)

    expect(positions).toHaveLength(all.length)
    for (const [index, after] of positions.entries()) {
      if (after) {
        expect(withoutEnds(await read([content], { after }))).toEqual(all.slice(index + 1))
      }
    }
  })

  it('reads what the file has grown by, however it comes in chunks, also as gzip', async () => {
    const after = (await positionsOf(text)).pop()
    const grown = Buffer.from(`${text}\n${track('d')}`)
    const chunks = (bytes: Buffer) => Array.from(bytes, (_, index) => bytes.subarray(index, index + 1))

    expect(summaryOf(await read([grown], { after }))).toEqual([[6, 'd']])
    expect(summaryOf(await read(chunks(grown), { after }))).toEqual([[6, 'd']])
    expect(summaryOf(await read(chunks(gzipSync(grown)), { after }))).toEqual([[6, 'd']])
  })

  it.each([
    ['a byte before it is another one', text.replace('"a"', '"x"')],
    ['the order is another one', text.split('\n').reverse().join('\n')],
    ['the line has gone on', text.replace('{oops', '{oops}')],
    ['there are fewer lines', text.split('\n').slice(0, 3).join('\n')],
    ['there is nothing', '']
  ])('reads nothing when %s', async (_what, changed) => {
    const after = (await positionsOf(text))[2]

    await expect(read([changed], { after })).rejects.toThrow(/^events\.json has changed since its first \d+ bytes/)
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

    const line = noun === 'line' ? 2 : 1
    expect(lines).toMatchObject([{ event: { userId: 'a' } }, { size }, { event: { userId: 'b' } }])
    expect(lines[1]).toEqual({
      file: 'events.json',
      line,
      size,
      raw: `${start.slice(start.indexOf('}') + 2)}${'x'.repeat(KEPT_BYTES)}`.slice(0, KEPT_BYTES),
      isTruncated: true,
      code: 'too_long',
      problem: `This ${noun} is longer than 10 MiB, which no Segment event is; it was not read. Check that the file has events.`
    })
    expect(peak).toBeLessThan(5 * MAX_EVENT_BYTES)
  })

  it('is one byte longer than the longest', async () => {
    const event = (length: number) => track('').replace('""', `"${'x'.repeat(length - track('').length)}"`)

    for (const chunks of [
      [`${event(MAX_EVENT_BYTES)}\n${event(MAX_EVENT_BYTES + 1)}\n${track('a')}`],
      [event(MAX_EVENT_BYTES), '\n', event(MAX_EVENT_BYTES + 1).slice(0, -2), '"', '}', '\n', track('a')]
    ]) {
      const lines = await read(chunks)

      expect(lines.map(({ size }) => size)).toEqual([MAX_EVENT_BYTES, MAX_EVENT_BYTES + 1, 29])
      expect(lines.map((line) => !('problem' in line))).toEqual([true, false, true])
    }
  })
})

describe('values on other lines than one each', () => {
  it.each([
    ['one behind the other', `${track('a')}${track('b')} ${track('c')},${track('d')}`, [1, 1, 1, 1]],
    [
      'over several lines',
      `{\n"type": "track",\n"userId": "a"\n}\n{"type":"track",\n"userId":"b"}{\n"type":"track",\n"userId":"c"}\n${track(
        'd'
      )}`,
      [1, 5, 6, 9]
    ],
    ['with arrays between', `${track('a')}\n[${track('b')},\n${track('c')}]\n${track('d')}`, [1, 2, 3, 4]]
  ])('are read, with the line in which each starts: %s', async (_name, text, expected) => {
    for (const chunks of [[text], [...Buffer.from(text)].map((byte) => Buffer.of(byte))]) {
      expect(summaryOf(await read(chunks))).toEqual(['a', 'b', 'c', 'd'].map((id, index) => [expected[index], id]))
    }
  })

  it('lose nothing but the damaged line, wherever that is cut off', async () => {
    const damaged = JSON.stringify({ type: 'track', userId: 'x', properties: { a: [{ b: 'c\\' }, 1, null] } })
    for (let end = 1; end < damaged.length; end++) {
      for (const tail of ['', track('c')]) {
        const text = `${track('a')}\n${damaged.slice(0, end)}\n${track('b')}\n${tail}`
        const lines = await read([text])
        const found = lines.flatMap((line) => ('problem' in line ? [] : [line.event.userId]))

        expect(found).toEqual(tail === '' ? ['a', 'b'] : ['a', 'b', 'c'])
        expect(lines.filter((line) => 'problem' in line)).toMatchObject([{ line: 2, raw: damaged.slice(0, end) }])
      }
    }
  })
})

describe('the form of a file', () => {
  it('may be gzip in gzip, or UTF-16', async () => {
    const utf16 = Buffer.from(`\uFEFF${track('é😀')}\n${track('b')}`, 'utf16le')
    for (const bytes of [gzipSync(gzipSync(`${track('é😀')}\n${track('b')}`)), utf16, Buffer.from(utf16).swap16()]) {
      for (const chunks of [[bytes], [...bytes].map((byte) => Buffer.of(byte))]) {
        expect(summaryOf(await read(chunks))).toEqual([
          [1, 'é😀'],
          [2, 'b']
        ])
      }
    }
  })

  it('may be zstd where Node reads it', async () => {
    const bytes = Buffer.from('KLUv/SAQgQAAeyJ0eXBlIjoidHJhY2sifQ==', 'base64')
    const lines = await read([bytes])

    expect(lines).toHaveLength(1)
    expect('problem' in lines[0] ? lines[0].code : lines[0].event).toEqual(
      readsZstd ? { type: 'track' } : 'unsupported_format'
    )
  })

  it.each([
    ['bzip2', Buffer.from('BZh91AY&SY...\n\n'), 'bunzip2 FILE'],
    ['zip', Buffer.from('PK\x03\x04...\n\n\n', 'latin1'), 'unzip FILE']
  ])('is refused as a whole when it is not read: %s', async (name, bytes, command) => {
    for (const chunks of [[bytes], [...bytes].map((byte) => Buffer.of(byte)), [gzipSync(bytes)]]) {
      const lines = await read(chunks)

      expect(lines).toMatchObject([{ line: 1, code: 'unsupported_format' }])
      expect(summaryOf(lines)[0][1]).toContain(`The file is ${name}, which is not read: convert it with \`${command}`)
    }
  })

  it('is not CSV when lines of JSON follow the first', async () => {
    expect(await read([`name, version\n${track('a')}\n${track('b')}`])).toMatchObject([
      { code: 'not_json' },
      { line: 2 },
      { line: 3 }
    ])
  })
})

describe('reading any events', () => {
  const event = fc.record({ type: fc.string({ unit: 'grapheme' }), value: fc.jsonValue({ stringUnit: 'binary' }) })
  const space = fc.string({ unit: fc.constantFrom(' ', '\t', '\r'), maxLength: 3 })
  const wideSpace = fc.string({ unit: fc.constantFrom(' ', '\n', '\r', '\t'), maxLength: 3 })

  const inLines = fc.array(fc.tuple(space, fc.option(event), space)).map((rows) => ({
    text: rows.map(([before, value, after]) => before + (value ? JSON.stringify(value) : '') + after).join('\n'),
    expected: rows.flatMap(([, value]) => (value ? [value] : []))
  }))
  const inArray = fc
    .tuple(wideSpace, fc.array(fc.tuple(wideSpace, event, fc.boolean(), wideSpace)), wideSpace)
    .map(([start, rows, end]) => ({
      text: `${start}[${rows
        .map(([before, value, wide, after]) => before + JSON.stringify(value, null, wide ? 2 : 0) + after)
        .join()}]${end}`,
      expected: rows.map(([, value]) => value)
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
          expect(lines.map((line) => 'event' in line && line.event)).toEqual(JSON.parse(JSON.stringify(expected)))
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
  ])('is read in chunks, with its name and its size on disk: %s', async (format, text, isZipped) => {
    const content = isZipped ? gzipSync(text) : Buffer.from(text)
    const counts: number[] = []
    const chunks: ReadItem[][] = []
    for await (const lines of readEvents(await write(content), { onBytes: (count) => counts.push(count) })) {
      chunks.push(lines)
    }

    const lines = chunks.flat()
    expect(chunks.length).toBeGreaterThan(isZipped || format === 'lines' ? 2 : 0)
    expect(lines.map((line) => ('problem' in line ? line.problem.message : line.event.userId))).toEqual(ids)
    const isArray = text.startsWith('[')
    const isRight = lines.every(
      ({ source }, index) => source.kind === 'file' && source.line === (isArray ? 1 : index + 1)
    )
    expect(isRight).toBe(true)
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
