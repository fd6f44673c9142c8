import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'fs/promises'
import { tmpdir } from 'os'
import { join } from 'path'
import { presetMappings, Records } from '..'
import type { MappingResult, RecordsOptions } from '..'
import { identify, reportOf } from './harness'

const [, activities] = presetMappings()

const report = (file: string, line: number, ...results: Partial<MappingResult>[]) =>
  reportOf(line, results.length === 0 ? [{}] : results, {}, file)

const rejected = { outcome: 'rejected', code: 'invalid_data', status: 400, message: 'Bad' } as const

describe('the records of a delivery', () => {
  let folder: string
  let options: RecordsOptions

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'actions-ortto-'))
    const files = ['a', 'b', 'c', 'd'].map((name) => ({
      name,
      path: join(folder, `${name}.in`),
      size: 10,
      isFile: true
    }))
    await Promise.all(files.map(({ name, path }) => writeFile(path, name.repeat(20))))
    options = {
      files: files.slice(0, 3),
      job: 'job',
      checkpoint: join(folder, 'a.checkpoint'),
      results: join(folder, 'results.ndjson'),
      rejected: join(folder, 'rejected.ndjson')
    }
  })
  afterEach(() => rm(folder, { recursive: true }))

  const linesOf = async (name: string) =>
    (await readFile(join(folder, name), 'utf8'))
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as unknown)

  it('have a line for each event and mapping, and the refused events with the reason beside them', async () => {
    const records = await Records.open(options)
    await records.add([
      report('a', 1),
      report(
        'a',
        2,
        {
          status: 422,
          outcome: 'rejected',
          code: 'no_contact_mapping',
          errorType: 'UNPROCESSABLE_ENTITY',
          message: 'Not mapped'
        },
        { ...rejected, mapping: activities }
      ),
      {
        source: { kind: 'file', file: 'a', line: 3, place: 3 },
        size: 5,
        raw: '{oops',
        problem: { code: 'not_json', message: 'Not JSON' },
        results: []
      },
      reportOf(1, [], { messageId: undefined, skipped: { code: 'no_matching_mapping', message: 'No mapping' } }, 'b')
    ])
    await records.close(true)

    expect(await linesOf('results.ndjson')).toEqual([
      {
        file: 'a',
        line: 1,
        messageId: 'm1',
        mapping: 'Upsert Contact',
        action: 'upsertContact',
        status: 200,
        outcome: 'delivered',
        code: 'processed',
        message: 'Processed by Ortto.'
      },
      {
        file: 'a',
        line: 2,
        messageId: 'm2',
        mapping: 'Upsert Contact',
        action: 'upsertContact',
        status: 422,
        outcome: 'rejected',
        code: 'no_contact_mapping',
        errorType: 'UNPROCESSABLE_ENTITY',
        message: 'Not mapped'
      },
      {
        file: 'a',
        line: 2,
        messageId: 'm2',
        mapping: 'Track Activity',
        action: 'trackActivity',
        status: 400,
        outcome: 'rejected',
        code: 'invalid_data',
        message: 'Bad'
      },
      { file: 'a', line: 3, status: 400, errorType: 'BAD_REQUEST', code: 'not_json', message: 'Not JSON' },
      { file: 'b', line: 1, code: 'no_matching_mapping', message: 'No mapping' }
    ])
    expect(await linesOf('rejected.ndjson')).toEqual([
      {
        ...identify('u2', { messageId: 'm2' }),
        _rejected: [
          {
            file: 'a',
            line: 2,
            mapping: 'Upsert Contact',
            action: 'upsertContact',
            status: 422,
            outcome: 'rejected',
            code: 'no_contact_mapping',
            errorType: 'UNPROCESSABLE_ENTITY',
            message: 'Not mapped'
          },
          {
            file: 'a',
            line: 2,
            mapping: 'Track Activity',
            action: 'trackActivity',
            status: 400,
            outcome: 'rejected',
            code: 'invalid_data',
            message: 'Bad'
          }
        ]
      },
      {
        _line: '{oops',
        _rejected: [
          { file: 'a', line: 3, status: 400, errorType: 'BAD_REQUEST', code: 'not_json', message: 'Not JSON' }
        ]
      }
    ])
    expect(records.summary.state).toMatchObject({ lines: 4, delivered: 1, rejected: 3, unmatched: 1 })
    expect((await readdir(folder)).filter((name) => !name.endsWith('.in')).sort()).toEqual([
      'rejected.ndjson',
      'results.ndjson'
    ])
  })

  it('hold the bytes of what is not an event, and keep an event that has no timestamp', async () => {
    const records = await Records.open(options)
    const problem = { code: 'not_utf8', message: 'Not UTF-8' } as const
    const source = { kind: 'file', file: 'a', line: 1, place: 1 } as const
    await records.add([
      { source, size: 1, raw: '6Q==', encoding: 'base64', problem, results: [] },
      { source, size: 9, raw: '{"a":', isTruncated: true, problem, results: [] },
      reportOf(2, [], { raw: '{\n"type":"x"\n}', problem: { code: 'no_timestamp', message: 'No time' } })
    ])
    await records.close(true)

    expect(await linesOf('rejected.ndjson')).toMatchObject([
      { _line: '6Q==', encoding: 'base64' },
      { _line: '{"a":', truncated: true },
      { type: 'x', _rejected: [{ code: 'no_timestamp' }] }
    ])
    expect(await linesOf('results.ndjson')).toMatchObject([{}, {}, { messageId: 'm2' }])
  })

  it('do not count an unchanged contact as rejected', async () => {
    const records = await Records.open(options)
    await records.add([
      report('a', 1, { status: 422, outcome: 'unchanged', code: 'nothing_new' }),
      report('a', 2, { ...rejected, status: 422 })
    ])
    await records.close(true)

    expect(await linesOf('results.ndjson')).toHaveLength(2)
    expect(await linesOf('rejected.ndjson')).toMatchObject([{ userId: 'u2' }])
    expect(records.summary.state).toMatchObject({ lines: 2, delivered: 0, unchanged: 1, rejected: 1 })
  })

  it('can be read by their owner only: whole events may be in them', async () => {
    const records = await Records.open(options)
    await records.close(false)

    const made = (await readdir(folder)).filter((name) => !name.endsWith('.in'))
    const modes = await Promise.all(made.map(async (name) => (await stat(join(folder, name))).mode & 0o777))
    expect(made.length).toBeGreaterThan(2)
    expect(modes).toEqual(made.map(() => 0o600))
  })

  it('go on where they were saved, and cut off what was written behind it', async () => {
    const first = await Records.open(options)
    await first.add([report('a', 1), report('b', 4)])
    await first.close(false)
    const saved = await readFile(join(folder, 'a.checkpoint'))
    const again = await Records.open(options)
    expect(again.start).toEqual({ file: 1, line: 4, place: 4 })
    await again.add([report('b', 5, rejected)])
    await again.close(false)
    // As if it had been killed before the last checkpoint.
    await writeFile(join(folder, 'a.checkpoint'), saved)

    const third = await Records.open(options)
    await third.add([report('c', 1)])
    await third.close(true)
    expect((await linesOf('results.ndjson')).map((line) => Object(line) as object)).toMatchObject([
      { file: 'a', line: 1 },
      { file: 'b', line: 4 },
      { file: 'c', line: 1 }
    ])
    expect(await linesOf('rejected.ndjson')).toEqual([])
    expect(third.summary.state).toMatchObject({ lines: 3, delivered: 3, rejected: 0 })
  })

  it.each<[string, (given: RecordsOptions) => RecordsOptions, string]>([
    ['another job', (given) => ({ ...given, job: 'other' }), 'another target or other mappings or options'],
    [
      'a file of the same name and size',
      (given) => ({
        ...given,
        files: given.files.map((file) => ({ ...file, path: file.path.replace('a.in', 'd.in') }))
      }),
      'other inputs'
    ],
    ['other files before', (given) => ({ ...given, files: given.files.slice(1) }), 'other inputs'],
    [
      'a file that is not what it was',
      (given) => ({ ...given, files: given.files.map((file) => ({ ...file, size: 9 })) }),
      'other inputs'
    ]
  ])('do not go on with %s', async (_what, change, problem) => {
    const records = await Records.open(options)
    await records.add([report('b', 4)])
    await records.close(false)

    await expect(Records.open(change(options))).rejects.toThrow(problem)
    expect(await linesOf('results.ndjson')).toHaveLength(1)
  })

  it('go on when the file that was being read has grown, or files came behind it', async () => {
    const records = await Records.open(options)
    await records.add([report('c', 4)])
    await records.close(false)
    const [one, two, three] = options.files
    const files = [one, two, { ...three, size: 20 }, { ...three, name: 'd', path: join(folder, 'd.in') }]

    const again = await Records.open({ ...options, files })
    await again.close(true)
    expect(again.start).toEqual({ file: 2, line: 4, place: 4 })
  })

  it('start over with another job when nothing was done yet', async () => {
    await (await Records.open(options)).close(false)

    const other = await Records.open({ ...options, job: 'other' })
    await other.close(true)
    expect(other.start).toBeUndefined()
  })

  it.each([
    ['{"job":', 'it is no checkpoint'],
    ['{}', 'it is no checkpoint']
  ])('say when the checkpoint is none: %s', async (text, problem) => {
    await writeFile(join(folder, 'a.checkpoint'), text)

    await expect(Records.open(options)).rejects.toThrow(problem)
  })

  it('say which file cannot be written, before anything is sent', async () => {
    for (const name of ['results', 'rejected', 'checkpoint']) {
      const path = join(folder, 'none', name)
      await expect(Records.open({ ...options, [name]: path })).rejects.toThrow(path)
    }
  })

  it('say when the disk is full', async () => {
    const records = await Records.open({ ...options, results: '/dev/full' })

    await expect(records.add([report('a', 1)])).rejects.toThrow('Cannot write /dev/full: ENOSPC')
    await records.close(false)
    expect(records.summary.state.lines).toBe(0)
  })

  it('count nothing twice when one of the files could not be written', async () => {
    await (await Records.open(options)).close(false)
    const full = { ...options, rejected: '/dev/full' }
    const records = await Records.open(full)
    await expect(records.add([report('a', 1, rejected)])).rejects.toThrow('Cannot write /dev/full')
    await records.close(false)

    const again = await Records.open(options)
    await again.add([report('a', 1, rejected)])
    await again.close(true)
    expect(await linesOf('results.ndjson')).toHaveLength(1)
    expect(again.summary.state.rejected).toBe(1)
  })

  it('say when a file has lost what was written', async () => {
    const records = await Records.open(options)
    await records.add([report('a', 1)])
    await records.close(false)
    await writeFile(join(folder, 'results.ndjson'), '')

    await expect(Records.open(options)).rejects.toThrow('it has 0 bytes, and had')
  })

  it('are of one delivery at a time', async () => {
    const first = await Records.open(options)
    await expect(Records.open(options)).rejects.toThrow('this process itself uses it')
    await first.close(false)

    const others = join(folder, `a.checkpoint.lock.${process.ppid}`)
    await writeFile(others, '')
    await expect(Records.open(options)).rejects.toThrow(`the process ${process.ppid} uses it`)
    await rm(others)

    // What a delivery that was killed has left.
    await writeFile(join(folder, 'a.checkpoint.lock.999999999'), '')
    await (await Records.open(options)).close(true)
    expect((await readdir(folder)).filter((name) => name.includes('lock'))).toEqual([])
  })

  it('leave the other files as they are when one cannot be written', async () => {
    await writeFile(join(folder, 'results.ndjson'), 'precious')
    await expect(Records.open({ ...options, rejected: join(folder, 'none', 'x') })).rejects.toThrow('Cannot write')

    expect(await readFile(join(folder, 'results.ndjson'), 'utf8')).toBe('precious')
  })

  it('keep a refused event however deep it is', async () => {
    const deep = `{"type":"identify","traits":{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}}`
    const records = await Records.open(options)
    await records.add([reportOf(1, [rejected], { raw: deep })])
    await records.close(true)

    expect(await readFile(join(folder, 'rejected.ndjson'), 'utf8')).toContain(`${deep.slice(0, -1)},"_rejected":[{`)
  })

  it('are none, when none are wanted', async () => {
    const records = await Records.open({ files: options.files, job: 'job' })
    await records.add([report('a', 1, rejected)])
    await records.close(true)

    expect([records.canBeResumed, records.summary.state.rejected]).toEqual([false, 1])
    expect((await readdir(folder)).filter((name) => !name.endsWith('.in'))).toEqual([])
  })
})
