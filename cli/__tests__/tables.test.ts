import { execFile } from 'child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'fs/promises'
import { tmpdir } from 'os'
import { join } from 'path'
import { promisify } from 'util'
import { gzipSync } from 'zlib'
import { writeParquet } from './parquet-file'

/** Ortto rejects old activities. */
const RECENT = new Date(Date.now() - 3_600_000).toISOString()
const ROOT = join(__dirname, '..', '..')

describe('tables of a warehouse', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'actions-ortto-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  const file = async (name: string, content: string | Buffer) => {
    await writeFile(join(folder, name), content)
    return join(folder, name)
  }

  /** What `ortto deliver --dry-run` would send of a file, and what it says. In a process of its own, for ES modules. */
  async function planOf(path: string, ...options: string[]) {
    const results = join(folder, `plan-${path.length}-${options.length}-${path.split('/').pop()}.ndjson`)
    const args = ['--import', 'tsx', 'cli/ortto.ts', 'deliver', path, '--dry-run', '--results', results, ...options]
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { cwd: ROOT }).catch(
      (error: { stdout: string; stderr: string }) => error
    )
    const lines = (await readFile(results, 'utf8').catch(() => '')).split('\n').filter((line) => line !== '')
    const read = lines.map((line) => JSON.parse(line) as { line: number; code: string; item?: object })
    return { out: stdout + stderr, read, items: read.map(({ item }) => item) }
  }

  /** What a command prints, whatever its exit code. */
  async function runOrtto(...given: string[]): Promise<string> {
    const args = ['--import', 'tsx', 'cli/ortto.ts', ...given]
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT }).catch(
      (error: { stdout: string }) => error
    )
    return stdout
  }

  const ROWS = [
    ['m1', 'u1', 'a1', '2026-11-25T09:00:00.000Z', 'lana@example.org', 'Lana, "L"\nRomeijn', 'Sydney', '203.0.113.7'],
    ['m2', 'u2', null, '2026-11-25T09:01:00.000Z', 'max@example.org', 'Müller; Max', null, null]
  ]
  const COLUMNS = ['id', 'user_id', 'anonymous_id', 'timestamp', 'email', 'first_name', 'address_city', 'context_ip']
  const EVENTS = ROWS.map(([messageId, userId, anonymousId, timestamp, email, first_name, city, ip]) => ({
    type: 'identify',
    messageId,
    userId,
    ...(anonymousId === null ? {} : { anonymousId }),
    timestamp,
    traits: { email, first_name, ...(city === null ? {} : { address: { city } }) },
    ...(ip === null ? {} : { context: { ip } })
  }))
  const toCsv = (rows: readonly (string | null)[][], separator = ',') =>
    [COLUMNS, ...rows]
      .map((row) => row.map((cell) => (cell === null ? '' : `"${cell.replace(/"/g, '""')}"`)).join(separator))
      .join('\n')

  it('give the same requests as NDJSON, CSV and Parquet', async () => {
    const { items } = await planOf(await file('events.ndjson', EVENTS.map((event) => JSON.stringify(event)).join('\n')))
    const parquet = join(folder, 'identifies.parquet')
    await writeParquet(
      parquet,
      COLUMNS.map((name, index) => ({
        name,
        type: name === 'timestamp' ? 'TIMESTAMP' : 'STRING',
        data: ROWS.map((row) => row[index])
      }))
    )

    expect(items).toHaveLength(2)
    expect((await planOf(await file('identifies.csv', toCsv(ROWS)))).items).toEqual(items)
    expect((await planOf(await file('identifies.csv.gz', gzipSync(`\uFEFF${toCsv(ROWS, ';')}`)))).items).toEqual(items)
    expect((await planOf(parquet)).items).toEqual(items)
  }, 60_000)

  it('have the types of Parquet, and large numbers digit for digit', async () => {
    const path = join(folder, 'order_completed.parquet')
    await writeParquet(path, [
      { name: 'id', type: 'STRING', data: ['t1'] },
      { name: 'user_id', type: 'INT64', data: ['9007199254740993'] },
      { name: 'event', type: 'STRING', data: ['order_completed'] },
      { name: 'event_text', type: 'STRING', data: ['Order Completed'] },
      { name: 'timestamp', type: 'TIMESTAMP', data: ['2026-11-25T09:00:00.000Z'] },
      { name: 'total', type: 'DOUBLE', data: [59.9] },
      { name: 'is_gift', type: 'BOOLEAN', data: [true] },
      { name: 'items', type: 'JSON', data: [[{ sku: 'a' }]] }
    ])

    expect((await planOf(path)).items).toEqual([
      {
        timestamp: '2026-11-25T09:00:00.000Z',
        message_id: 't1',
        user_id: '9007199254740993',
        event: 'Order Completed',
        properties: { total: 59.9, is_gift: true, items: [{ sku: 'a' }] }
      }
    ])
  }, 60_000)

  it('of other layouts are described by --columns', async () => {
    const csv =
      'customer;kind;amount;timestamp;note\n' +
      'u1;Paid;59.90;2026-11-25T09:00:00Z;x\nu2;Paid;many;2026-11-25T09:00:01Z;y\n'
    const doc = await readFile(join(ROOT, 'docs', 'warehouse-files.md'), 'utf8')
    const [, columns = ''] = /```json\n(.*?)```/s.exec(doc) ?? []
    const path = await file('payments.csv', csv)
    const { items } = await planOf(path, '--columns', await file('columns.json', columns))

    expect(items).toMatchObject([
      { user_id: 'u1', event: 'Paid', timestamp: '2026-11-25T09:00:00Z', properties: { total: 59.9 } },
      { user_id: 'u2', properties: { total: 'many' } }
    ])
    expect(Object.keys((items[0] as { properties: object }).properties)).toEqual(['total'])

    const wrong = await file('wrong.json', '{"columns":{"a":{"path":"x","type":"date"}}}')
    expect((await planOf(path, '--columns', wrong)).out).toContain('wrong.json: columns.a')
  }, 60_000)

  it('of other layouts are read by all commands that read files', async () => {
    const path = await file('payments.csv', 'customer,kind,timestamp\nu1,Paid,2026-11-25T09:00:00Z\n')
    const columns = await file('columns.json', '{"type":"track","columns":{"customer":"userId","kind":"event"}}')
    const presets = JSON.parse(await runOrtto('mappings', 'export')) as { mapping?: object; settings?: object }[]
    const changed = JSON.stringify(presets).replace('"$.event"', '"$.type"')
    const mappings = [await file('old.json', JSON.stringify(presets)), await file('new.json', changed)]
    const plan = ['--contacts', '1', '--activities', '1', '--retention', 'for ever', '--json']

    const estimate = await runOrtto('estimate', path, '--columns', columns, ...plan)
    expect(JSON.parse(estimate)).toMatchObject({ activityNames: 1, files: [{ track: 1 }] })
    const diff = await runOrtto('mappings', 'diff', ...mappings, path, '--columns', columns, '--json')
    expect(diff).toContain('Paid')
    const without = await runOrtto('mappings', 'diff', ...mappings, path, '--json')
    expect(without).not.toContain('Paid')
  }, 60_000)

  it('go through dry run, diff, delivery and report, with mappings as the API of Segment has them', async () => {
    await mkdir(join(folder, 'warehouse'))
    await file('warehouse/identifies.csv', `id,user_id,timestamp,email\ni1,u1,${RECENT},lana@example.org\n`)
    await file('warehouse/order_completed.csv', `id,user_id,timestamp,event_text,total\nt1,u1,${RECENT},Paid,59.9\n`)
    const response = `{"data":{"subscriptions":${await runOrtto('mappings', 'export')}}}`
    const mappings = await file('mappings.json', response)
    const changed = await file('changed.json', response.replace(/"\$\.messageId"/g, '"$.userId"'))
    const warehouse = join(folder, 'warehouse')

    const plan = await runOrtto('deliver', warehouse, '--mappings', mappings, '--dry-run')
    expect(plan).toContain('2 would be sent, 0 rejected')
    expect(await runOrtto('mappings', 'diff', mappings, changed, warehouse)).toContain(
      'Events that go out differently: 2.'
    )
    const report = join(folder, 'report.html')
    const delivered = await runOrtto('deliver', warehouse, '--mappings', mappings, '--report', report)
    expect(delivered).toContain('2 delivered, 0 rejected')
    expect(await readFile(report, 'utf8')).toContain('Paid')
  }, 60_000)

  it('may have the names of events, and a type in each row', async () => {
    const csv = 'type,userId,email\nidentify,u1,a@example.org\npage,u2,b@example.org\n'
    const { read } = await planOf(await file('events.csv', csv))

    expect(read.map(({ line, code }) => [line, code])).toEqual([
      [1, 'processed'],
      [2, 'no_matching_mapping']
    ])
    expect(read[0].item).toEqual({ user_id: 'u1', traits: { email: 'a@example.org' } })
  }, 60_000)

  it('keep a row that does not fit the header: it is rejected, and the others are delivered', async () => {
    const path = await file('identifies.csv', `${toCsv(ROWS)}\n"m3","u3"\n"m4","u4","","","d@example.org","D","",""\n`)
    const { read } = await planOf(path)

    expect(read.map(({ line, code }) => [line, code])).toEqual([
      [1, 'processed'],
      [2, 'processed'],
      [3, 'not_an_event'],
      [4, 'processed']
    ])
  }, 60_000)

  it('say what is wrong with a header, and with Parquet that cannot be read', async () => {
    const twins = await planOf(await file('a.csv', 'id,id,x\n1,2,3\n4,5,6\n'))
    expect(twins.out + JSON.stringify(twins.read)).toContain('has two columns named')
    const nobody = await planOf(await file('d.csv', 'name,total\nA,1\nB,2\n'))
    expect(nobody.out + JSON.stringify(nobody.read)).toContain('no column user_id or anonymous_id')
    const zipped = await planOf(await file('b.parquet.gz', gzipSync(Buffer.from('PAR1PAR1'))))
    expect(zipped.out + JSON.stringify(zipped.read)).toContain('Parquet is read from files only')
    const cut = await planOf(await file('c.parquet', Buffer.from('PAR1PAR1')))
    expect(cut.read).toMatchObject([{ code: 'damaged_file' }])
  }, 60_000)
})
