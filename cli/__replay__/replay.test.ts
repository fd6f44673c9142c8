import { spawn } from 'child_process'
import { once } from 'events'
import fc from 'fast-check'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'fs/promises'
import { tmpdir } from 'os'
import { join } from 'path'
import { gzipSync } from 'zlib'
import { writeParquet } from '../__tests__/parquet-file'
import { serve } from '../../sandbox/http/serve'

const COMMAND = join(__dirname, '..', '..', 'dist', 'cli', 'ortto.js')

/** Kills of each archive, unless it is delivered earlier. There are five, so these are 75 in all. */
const KILLS = 15
const EVENTS = 12_000
/** Events a second while it is killed, so that each delivery gets a few batches further at most */
const RATE = 600

interface Item {
  message_id: string
}

/** An Ortto that remembers what it confirmed, and how often. Some events it always rejects, some requests fail. */
class RecordingOrtto {
  readonly confirmed = new Map<string, number>()
  /** Responses wait for this. */
  hold: Promise<unknown> = Promise.resolve()
  /** Called before each response, when it has been decided. */
  onRequest: (count: number) => void = () => undefined
  private requests = 0

  isRejected(messageId: string): boolean {
    return Number(messageId.slice(1)) % 97 === 0
  }

  readonly fetch = async (request: Request): Promise<Response> => {
    const items = (await request.json().catch(() => [])) as Item[]
    if (request.method === 'GET') {
      return Response.json({})
    }
    this.requests += 1
    if (this.requests % 7 === 0) {
      this.onRequest(this.requests)
      return Response.json({ message: 'Oops' }, { status: 500 })
    }
    // Long enough for several records of the progress in one delivery.
    await new Promise((resolve) => setTimeout(resolve, 100))
    const errors = items.flatMap(({ message_id }, index) =>
      this.isRejected(message_id) ? [{ index, status: 400, message: 'Bad' }] : []
    )
    const isBad = new Set(errors.map(({ index }) => index))
    items.forEach(({ message_id }, index) => {
      if (!isBad.has(index)) {
        this.confirmed.set(message_id, (this.confirmed.get(message_id) ?? 0) + 1)
      }
    })
    this.onRequest(this.requests)
    await this.hold
    return errors.length > 0 ? Response.json({ errors }, { status: 207 }) : Response.json({})
  }
}

const messageId = (index: number) => `m${index}`
const eventAt = (index: number) =>
  JSON.stringify({
    type: index % 3 === 0 ? 'identify' : 'track',
    event: 'Signed up',
    userId: `u${index % 300}`,
    messageId: messageId(index),
    timestamp: new Date(Date.parse('2026-03-01T00:00:00Z') + index * 1000).toISOString(),
    traits: index % 3 === 0 ? { name: `Name ${index}` } : undefined
  })
const events = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => eventAt(from + index))

const NUMBERS = Array.from({ length: EVENTS }, (_, index) => index)

interface Archive {
  /** Writes the events to a folder. */
  write: (folder: string) => Promise<void>
  options?: string[]
  /** The numbers of the events in the order of the files. @default 0 to EVENTS */
  order?: number[]
}

const ARCHIVES: Record<string, Archive> = {
  'newline-delimited JSON': {
    write: async (folder) => {
      await writeFile(join(folder, '1.ndjson'), events(0, 2500).join('\n'))
      await writeFile(join(folder, '2.ndjson'), `${events(2500, EVENTS).join('\n')}\n`)
    }
  },
  'gzip in folders': {
    write: async (folder) => {
      for (let part = 0; part < 8; part += 1) {
        await mkdir(join(folder, String(part)))
        const [from, to] = [part * (EVENTS / 8), (part + 1) * (EVENTS / 8)]
        await writeFile(join(folder, String(part), 'events.gz'), gzipSync(`${events(from, to).join('\n')}\n`))
      }
    }
  },
  'JSON arrays': {
    write: async (folder) => {
      await writeFile(join(folder, '1.json'), `[${events(0, 1000).join(',\n')}]`)
      await writeFile(join(folder, '2.json'), `[\n  ${events(1000, EVENTS).join(',\n  ')}\n]\n`)
    }
  },
  'CSV and Parquet': {
    write: async (folder) => {
      const all = events(0, EVENTS).map((text) => JSON.parse(text) as Record<string, unknown>)
      const [identifies, tracks] = ['identify', 'track'].map((type) => all.filter((event) => event.type === type))
      const rows = identifies.map(({ messageId: id, userId, timestamp, traits }) =>
        [id, userId, timestamp, (traits as { name: string }).name].join(',')
      )
      await writeFile(join(folder, 'identifies.csv'), ['id,user_id,timestamp,name', ...rows].join('\n'))
      const columns = { id: 'messageId', user_id: 'userId', event: 'event', timestamp: 'timestamp' }
      await writeParquet(
        join(folder, 'signed_up.parquet'),
        Object.entries(columns).map(([name, key]) => ({
          name,
          type: 'STRING',
          data: tracks.map((event) => event[key])
        }))
      )
    },
    order: [...NUMBERS.filter((number) => number % 3 === 0), ...NUMBERS.filter((number) => number % 3 !== 0)]
  },
  'files without order, sorted': {
    write: async (folder) => {
      await writeFile(join(folder, '1.ndjson'), events(2500, EVENTS).reverse().join('\n'))
      await writeFile(join(folder, '2.ndjson'), events(0, 2500).join('\n'))
    },
    options: ['--sort']
  }
}

describe('ortto deliver', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'actions-ortto-'))
    await mkdir(join(folder, 'archive'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  const start = (origin: string, { shell = 'exec "$@"', wrap = [] as string[], more = [] as string[] } = {}) => {
    const args = ['deliver', join(folder, 'archive'), '--to', origin]
    const outputs = ['--results', join(folder, 'results.ndjson'), '--rejected', join(folder, 'rejected.ndjson')]
    const command = [...wrap, process.execPath, COMMAND, ...args, ...outputs, ...more]
    return spawn('bash', ['-c', shell, 'bash', ...command], {
      env: { ...process.env, ORTTO_API_KEY: 'pau-key' },
      stdio: ['ignore', 'pipe', 'pipe'],
      // With its children, so that all are killed.
      detached: true
    })
  }
  type Child = ReturnType<typeof start>
  const kill = ({ pid }: Child) => {
    try {
      process.kill(-(pid ?? 0), 'SIGKILL')
    } catch {
      // It has ended.
    }
  }
  const finish = async (child: Child) => {
    const text: string[] = []
    child.stdout.on('data', (data: Buffer) => text.push(data.toString()))
    child.stderr.on('data', (data: Buffer) => text.push(data.toString()))
    const [code] = (await once(child, 'close')) as [number | null]
    return { code, text: text.join('') }
  }
  const linesOf = async (name: string) =>
    (await readFile(join(folder, name), 'utf8'))
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>)

  /** The messages whose results the ledger has. */
  async function recorded(): Promise<Set<unknown>> {
    const ledger = await readFile(join(folder, 'archive.ledger'), 'utf8').catch(() => '')
    const commits = ledger
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line.slice(17)) as { kind: string; written: Record<string, number> })
      .filter(({ kind }) => kind === 'commit')
    const path = join(folder, 'results.ndjson')
    const bytes = commits[commits.length - 1]?.written[path] ?? 0
    const results = await readFile(path).catch(() => Buffer.alloc(0))
    const lines = results.subarray(0, bytes).toString().split('\n').slice(0, -1)
    return new Set(lines.map((line) => (JSON.parse(line) as { messageId: string }).messageId))
  }

  it.each(Object.keys(ARCHIVES))(
    'gives each event its true result, however often it is killed: %s',
    async (form) => {
      const { write, options = [], order = NUMBERS } = ARCHIVES[form]
      await write(join(folder, 'archive'))
      const seed = Date.now() % 2 ** 31
      const moments = fc.sample(fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 0, max: 1500 })), {
        seed,
        numRuns: KILLS
      })
      const ortto = new RecordingOrtto()
      const { origin, close } = await serve(ortto)
      const deliver = (...more: string[]) => start(origin, { more: [...options, ...more] })
      /** What was confirmed when a delivery was killed, and not in the ledger. */
      const inFlight = new Set<string>()
      let kills = 0
      try {
        for (const [afterRequests, milliseconds] of moments) {
          const child = deliver('--rate', String(RATE))
          let requests = 0
          ortto.onRequest = () => {
            requests += 1
            if (requests === afterRequests) {
              setTimeout(() => kill(child), milliseconds)
            }
          }
          const { code } = await finish(child)
          if (code !== null) {
            break
          }
          kills += 1
          const known = await recorded()
          ortto.confirmed.forEach((_, id) => (known.has(id) ? undefined : inFlight.add(id)))
        }
        ortto.onRequest = () => undefined
        await finish(deliver())
        expect({ seed, isKilledOften: kills >= 5 }).toEqual({ seed, isKilledOften: true })

        const all = order.map(messageId)
        const accepted = all.filter((id) => !ortto.isRejected(id))
        const results = await linesOf('results.ndjson')
        const delivered = results.filter(({ outcome }) => outcome === 'delivered').map((result) => result.messageId)
        const twice = [...ortto.confirmed].filter(([, count]) => count > 1).map(([id]) => id)
        // Nothing is lost, no success is false, no result is missing, and only what was in flight was sent twice.
        expect({ seed, lost: accepted.filter((id) => !ortto.confirmed.has(id)) }).toEqual({ seed, lost: [] })
        expect({ seed, false: delivered.filter((id) => !ortto.confirmed.has(String(id))) }).toEqual({ seed, false: [] })
        expect({ seed, results: results.map((result) => result.messageId) }).toEqual({ seed, results: all })
        expect({ seed, twice: twice.filter((id) => !inFlight.has(id)) }).toEqual({ seed, twice: [] })
        const rejected = (await linesOf('rejected.ndjson')).map((event) => event.messageId)
        expect({ seed, rejected }).toEqual({ seed, rejected: all.filter((id) => ortto.isRejected(id)) })

        // The second time there is nothing new, and a new file is delivered alone.
        const before = [...ortto.confirmed.values()].reduce((sum, count) => sum + count, 0)
        const second = await finish(deliver())
        expect(second.code).toBe(0)
        expect(second.text).toContain('nothing new')
        await writeFile(join(folder, 'archive', 'new.ndjson'), events(EVENTS, EVENTS + 10).join('\n'))
        expect((await finish(deliver())).code).toBe(0)
        expect([...ortto.confirmed.values()].reduce((sum, count) => sum + count, 0)).toBe(before + 10)
        expect((await readdir(folder)).sort()).toEqual([
          'archive',
          'archive.ledger',
          'rejected.ndjson',
          'results.ndjson'
        ])
      } finally {
        await close()
      }
    },
    600_000
  )

  it('loses nothing when the disk is full', async () => {
    await ARCHIVES['newline-delimited JSON'].write(join(folder, 'archive'))
    const ortto = new RecordingOrtto()
    const { origin, close } = await serve(ortto)
    try {
      // No file may have more than 100 KB, as if the disk were full.
      const { code, text } = await finish(start(origin, { shell: `trap '' XFSZ; ulimit -f 100; exec "$@"` }))
      expect([code, text]).toEqual([3, expect.stringMatching(/Stopped\. Cannot write .*results\.ndjson/)])
      expect((await finish(start(origin))).code).toBe(1)
    } finally {
      await close()
    }
    const all = Array.from({ length: EVENTS }, (_, index) => messageId(index))
    expect((await linesOf('results.ndjson')).map((result) => result.messageId)).toEqual(all)
    expect(all.filter((id) => !ortto.isRejected(id) && !ortto.confirmed.has(id))).toEqual([])
  }, 120_000)

  it('delivers more files than a process may open', async () => {
    for (let file = 0; file < 1000; file += 1) {
      await writeFile(
        join(folder, 'archive', `${String(file).padStart(4, '0')}.ndjson`),
        events(file * 2, file * 2 + 2).join('\n')
      )
    }
    const ortto = new RecordingOrtto()
    const { origin, close } = await serve(ortto)
    try {
      expect((await finish(start(origin, { shell: 'ulimit -n 64; exec "$@"' }))).code).toBe(1)
      expect((await finish(start(origin, { shell: 'ulimit -n 64; exec "$@"' }))).text).toContain('nothing new')
    } finally {
      await close()
    }
    expect(await linesOf('results.ndjson')).toHaveLength(2000)
  }, 120_000)

  it('sends nothing when its folder cannot be written to, and delivers with a ledger elsewhere', async () => {
    await ARCHIVES['newline-delimited JSON'].write(join(folder, 'archive'))
    const ortto = new RecordingOrtto()
    const { origin, close } = await serve(ortto)
    const elsewhere = join(folder, 'elsewhere')
    await mkdir(elsewhere)
    await chmod(elsewhere, 0o777)
    await chmod(folder, 0o555)
    // The superuser may write everywhere.
    const wrap = process.getuid?.() === 0 ? ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'] : []
    const outputs = ['--results', join(elsewhere, 'results'), '--rejected', join(elsewhere, 'rejected')]
    try {
      const refused = await finish(start(origin, { wrap, more: outputs }))
      expect(refused.code).toBe(2)
      expect(refused.text).toMatch(
        /Cannot use the ledger \S+archive\.ledger: EACCES.*Choose another place with --ledger\./
      )
      expect(ortto.confirmed.size).toBe(0)

      const ledger = ['--ledger', join(elsewhere, 'ledger')]
      expect((await finish(start(origin, { wrap, more: [...outputs, ...ledger] }))).code).toBe(1)
      expect(ortto.confirmed.size).toBeGreaterThan(EVENTS / 2)
    } finally {
      await chmod(folder, 0o755)
      await close()
    }
  }, 120_000)

  it('is refused while another one delivers, also from a container in which both have the same process ID', async () => {
    await ARCHIVES['newline-delimited JSON'].write(join(folder, 'archive'))
    const ortto = new RecordingOrtto()
    const { origin, close } = await serve(ortto)
    const wrap = ['unshare', '--user', '--map-root-user', '--pid', '--fork', '--kill-child']
    const [program, ...options] = wrap
    const trial = spawn(program, [...options, 'true'], { stdio: 'ignore' })
    const [trialCode] = (await once(trial, 'close')) as [number | null]
    const container = trialCode === 0 ? { wrap } : {}
    let release: () => void = () => undefined
    ortto.hold = new Promise<void>((resolve) => (release = resolve))
    try {
      const first = start(origin, container)
      await new Promise<void>((resolve) => (ortto.onRequest = () => resolve()))
      const second = await finish(start(origin, container))
      expect(second.code).toBe(2)
      expect(second.text).toContain('uses it; wait until it has ended')
      release()
      expect((await finish(first)).code).toBe(1)
    } finally {
      release()
      await close()
    }
    expect([...ortto.confirmed.values()].filter((count) => count > 1)).toEqual([])
    expect(await linesOf('results.ndjson')).toHaveLength(EVENTS)
  }, 120_000)
})
