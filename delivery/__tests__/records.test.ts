import { mkdtemp, readdir, readFile, rm, stat } from 'fs/promises'
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
      isFile: true,
      modifiedAt: 0
    }))
    options = {
      files: files.slice(0, 3),
      job: { id: 'job', target: 'Ortto' },
      ledger: join(folder, 'a.ledger'),
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
        place: 1,
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
        place: 2,
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
        place: 2,
        messageId: 'm2',
        mapping: 'Track Activity',
        action: 'trackActivity',
        status: 400,
        outcome: 'rejected',
        code: 'invalid_data',
        message: 'Bad'
      },
      { file: 'a', line: 3, place: 3, status: 400, errorType: 'BAD_REQUEST', code: 'not_json', message: 'Not JSON' },
      { file: 'b', line: 1, place: 1, code: 'no_matching_mapping', message: 'No mapping' }
    ])
    expect(await linesOf('rejected.ndjson')).toEqual([
      {
        ...identify('u2', { messageId: 'm2' }),
        _rejected: [
          {
            file: 'a',
            line: 2,
            place: 2,
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
            place: 2,
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
          { file: 'a', line: 3, place: 3, status: 400, errorType: 'BAD_REQUEST', code: 'not_json', message: 'Not JSON' }
        ]
      }
    ])
    expect(records.summary.state).toMatchObject({ lines: 4, delivered: 1, rejected: 3, unmatched: 1 })
    expect((await readdir(folder)).filter((name) => !name.endsWith('.in')).sort()).toEqual([
      'a.ledger',
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

  it('say which file cannot be written, before anything is sent', async () => {
    for (const name of ['results', 'rejected', 'ledger']) {
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

  it('count anew when all is delivered again after an interruption', async () => {
    const before = await Records.open(options)
    await before.add([report('a', 1)])
    await before.close(false)
    const again = await Records.open({ ...options, isAgain: true })
    await again.add([report('a', 1, rejected)])
    await again.close(true)

    expect(again.summary.state).toMatchObject({ lines: 1, delivered: 0, rejected: 1 })
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

  it('keep a refused event however deep it is', async () => {
    const deep = `{"type":"identify","traits":{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}}`
    const records = await Records.open(options)
    await records.add([reportOf(1, [rejected], { raw: deep })])
    await records.close(true)

    expect(await readFile(join(folder, 'rejected.ndjson'), 'utf8')).toContain(`${deep.slice(0, -1)},"_rejected":[{`)
  })

  it('are none, when none are wanted', async () => {
    const records = await Records.open({ files: options.files, job: options.job })
    await records.add([report('a', 1, rejected)])
    await records.close(true)

    expect([records.canBeResumed, records.summary.state.rejected]).toEqual([false, 1])
    expect((await readdir(folder)).filter((name) => !name.endsWith('.in'))).toEqual([])
  })
})
