import fc from 'fast-check'
import { mkdtemp, readFile, rm, stat, symlink, writeFile } from 'fs/promises'
import { tmpdir } from 'os'
import { join } from 'path'
import { Delivery, presetMappings, readEvents } from '../../delivery'
import type { EventReport } from '../../delivery'
import { Selector } from '../../delivery'
import { emptySummary } from '../../delivery/records/summary'
import { createSandbox } from '../../sandbox'
import { serve } from '../../sandbox/http/serve'
import { DeliveryReport, FATES, sumOf } from '../delivery-report'
import type { FateCounts, FateRow, ReportData } from '../delivery-report'
import { run } from '../ortto'
import { formatHtml } from '../report-html'

const HEAD = {
  startedAt: '2026-03-01T00:00:00.000Z',
  endedAt: '2026-03-01T00:00:01.000Z',
  target: 'Ortto',
  inputs: ['archive'],
  earlierLines: 0,
  summary: emptySummary()
}
const HOSTILE = `</script><script>alert(1)</script><img src=x onerror="alert(1)">'\u202e\u0000&amp;`

/** Runs `ortto …args` here. */
async function ortto(...args: string[]) {
  const out: string[] = []
  const errors: string[] = []
  const code = await run(args, { log: (text) => out.push(text), error: (text) => errors.push(String(text)) })
  return { code, out: out.join('\n'), errors: errors.join('\n') }
}

/** The report of a delivery of these lines to an Ortto that answers each item with one of the statuses, in turn. */
async function reportOn(lines: readonly string[], statuses: readonly number[], limit: number | undefined) {
  let turn = 0
  const { origin, close } = await serve({
    fetch: async (request: Request) => {
      const items = (await request.json()) as object[]
      const errors = items.flatMap((_, index) => {
        const status = statuses[turn++ % statuses.length]
        return status === 200 ? [] : [{ index, status, message: status === 422 ? 'Nothing new' : `No ${HOSTILE}` }]
      })
      return Response.json(errors.length > 0 ? { errors } : {}, { status: errors.length > 0 ? 207 : 200 })
    }
  })
  const report = new DeliveryReport(false)
  const reports: EventReport[] = []
  try {
    const delivery = new Delivery({
      to: origin,
      settings: { api_key: 'pau-0123456789' },
      mappings: presetMappings(),
      isSingleAttempt: true
    })
    for await (const list of delivery.run(itemsOf(lines, new Selector({ limit })))) {
      report.add(list)
      reports.push(...list)
    }
  } finally {
    await close()
  }
  return { data: report.toData(HEAD, (code) => `redeliver ${code}`), reports }
}

async function* itemsOf(lines: readonly string[], selector: Selector) {
  const open = async function* () {
    yield await Promise.resolve(Buffer.from(lines.join('\n')))
  }
  for await (const items of readEvents({ name: 'e.ndjson', path: 'unused' }, { open })) {
    yield items.map((item) => selector.select(item))
  }
}

const event = fc.record(
  {
    type: fc.constantFrom('identify', 'track', 'page', 'track'),
    event: fc.constantFrom('A', 'B', HOSTILE, '', 5),
    name: fc.constantFrom('Home', HOSTILE),
    userId: fc.constantFrom('u1', 'u2', 'u3'),
    timestamp: fc.constantFrom('2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z', 'none'),
    context: fc.constantFrom({ ip: '::1' }, { app: { namespace: 'ortto.com' } }),
    integrations: fc.constantFrom({ All: false }, {})
  },
  { requiredKeys: ['type'] }
)
const lines = fc.array(
  fc.oneof({ weight: 8, arbitrary: event.map((one) => JSON.stringify(one)) }, fc.constant('{oops')),
  {
    minLength: 1,
    maxLength: 25
  }
)
const statuses = fc.array(fc.constantFrom(200, 200, 422, 400, 206, 500), { minLength: 1, maxLength: 5 })

describe('the report of a delivery', () => {
  it('has sums that equal the input, for random archives', async () => {
    const limit = fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined })
    await fc.assert(
      fc.asyncProperty(lines, statuses, limit, async (all, answers, max) => {
        const { data, reports } = await reportOn(all, answers, max)

        const { fates, byName, byDay, byRetries, mappings, reasons } = data
        const leftOut = (fates.not_chosen ?? 0) + (fates.outside_time_range ?? 0)
        const sent: FateCounts = Object.fromEntries(
          (['delivered', 'partial', 'unchanged', 'rejected'] as const).map((fate) => [fate, fates[fate] ?? 0])
        )
        const total = (rows: readonly FateRow[]) => rows.reduce((sum, { count }) => sum + count, 0)
        expect([data.lines, sumOf(fates)]).toEqual([all.length, all.length])
        expect([total(byName), total(byDay)]).toEqual([all.length - leftOut, all.length - leftOut])
        for (const row of [...byName, ...byDay]) {
          expect(sumOf(row.fates)).toBe(row.count)
        }
        for (const fate of FATES.filter((one) => one !== 'not_chosen')) {
          expect(byName.reduce((sum, row) => sum + (row.fates[fate] ?? 0), 0)).toBe(fates[fate] ?? 0)
        }
        expect(byRetries.reduce((sum, { count }) => sum + count, 0)).toBe(sumOf(sent))
        // Presets: an event matches one mapping at most, so its results are its fate.
        expect(mappings.reduce((sum, { count }) => sum + count, 0)).toBe(sumOf(sent))
        const fine = (fates.delivered ?? 0) + leftOut
        expect(reasons.reduce((sum, { count }) => sum + count, 0)).toBe(all.length - fine)
        for (const { count, names, samples } of reasons) {
          expect(samples).toHaveLength(Math.min(3, count))
          expect(names.length).toBeGreaterThan(0)
        }
        const outcomes = reports.flatMap(({ results }) => results.map(({ outcome }) => outcome))
        expect(fates.delivered ?? 0).toBe(outcomes.filter((outcome) => outcome === 'delivered').length)
      }),
      { numRuns: 60 }
    )
  }, 60_000)

  it('takes names from events, and messages from Ortto, as text', async () => {
    const all = ['track', 'page', 'identify'].map((type) =>
      JSON.stringify({ type, event: HOSTILE, name: HOSTILE, userId: HOSTILE, messageId: HOSTILE })
    )
    const { data } = await reportOn(all, [400], undefined)
    const page = formatHtml({ ...data, inputs: [HOSTILE], target: HOSTILE, stopped: HOSTILE })

    expect(page).not.toMatch(/<script|<img|onerror="/)
    expect(['\u0000', '\u202e'].filter((character) => page.includes(character))).toEqual([])
    expect(page).toContain('&lt;img src=x onerror=&quot;alert(1)&quot;&gt;')
    expect(page).not.toMatch(/(src|href|url)\s*[=(]\s*["']?(https?:|\/\/)/)
    expect(page).toContain(`default-src 'none'`)
  })

  it('keeps its size, whatever names the events have', () => {
    const report = new DeliveryReport(false)
    const [mapping] = presetMappings()
    for (let number = 0; number < 3000; number += 1) {
      report.add([
        {
          source: { kind: 'file', file: 'a', line: number + 1, place: number + 1 },
          size: 1,
          event: { type: 'track', event: `E${number}`, timestamp: `${1000 + number}-01-01` },
          results: [
            {
              mapping,
              outcome: 'rejected',
              code: 'invalid_data',
              status: 400,
              isRetryable: false,
              message: `M${number}`,
              notes: [`N${number}`],
              item: {},
              isRecognizable: true
            }
          ]
        }
      ])
    }
    const { byName, reasons, notes } = report.toData(HEAD, () => undefined)

    expect([byName.length, notes.length]).toEqual([1001, 1001])
    expect(byName.find(({ name }) => name === '(others)')?.count).toBe(2000)
    expect(reasons).toMatchObject([{ code: 'invalid_data', count: 3000, samples: [{}, {}, {}] }])
  })
})

describe('ortto deliver --report', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'actions-ortto-'))
  })
  afterEach(async () => {
    delete process.env.ORTTO_API_KEY
    await rm(folder, { recursive: true })
  })
  const file = async (name: string, content: string) => {
    await writeFile(join(folder, name), content)
    return join(folder, name)
  }
  const track = (number: number, name: string) =>
    JSON.stringify({
      type: 'track',
      event: name,
      userId: `u${number}`,
      messageId: `m${number}`,
      timestamp: new Date().toISOString()
    })

  it('has a command for each reason that delivers just its events', async () => {
    const account = { plan: { contacts: 1000 }, traits: {}, activities: [{ name: 'Known', retentionDays: 'for ever' }] }
    const events = await file(
      'e.ndjson',
      [track(1, 'Known'), track(2, 'New'), `{"type":"page"}`, track(3, 'New')].join('\n')
    )
    const { app, apiKey } = createSandbox({ account })
    const { origin, close } = await serve(app)
    process.env.ORTTO_API_KEY = apiKey
    const results = join(folder, "it's results.ndjson")
    try {
      const path = join(folder, 'r.json')
      const args = ['deliver', events, '--to', origin, '--results', results, '--report', path]
      expect((await ortto(...args)).code).toBe(1)

      const data = JSON.parse(await readFile(path, 'utf8')) as ReportData
      const reason = data.reasons.find(({ code }) => code === 'no_activity_mapping')
      expect(reason).toMatchObject({ count: 2, names: [{ name: 'track: New', count: 2 }], fate: 'rejected' })
      const quoted = `'${results.replace("'", `'\\''`)}'`
      const command = `ortto deliver ${events} --to ${origin} --only-failed ${quoted} --code no_activity_mapping`
      expect(reason?.redeliver).toBe(command)

      const again = await ortto(
        'deliver',
        events,
        '--to',
        origin,
        '--only-failed',
        results,
        '--code',
        'no_activity_mapping'
      )
      expect(again.out).toContain('0 delivered, 2 rejected, 2 not chosen')
    } finally {
      await close()
    }
  })

  it('counts what was retried, and what an earlier run had done', async () => {
    const events = await file('e.ndjson', track(1, 'Known'))
    const { app, apiKey } = createSandbox({
      account: { plan: { contacts: 1000 }, traits: {}, activities: [{ name: 'Known', retentionDays: 'for ever' }] }
    })
    let failures = 2
    const fetch = (request: Request) =>
      request.url.endsWith('/track') && failures-- > 0 ? new Response('', { status: 503 }) : app.fetch(request)
    const { origin, close } = await serve({ fetch })
    process.env.ORTTO_API_KEY = apiKey
    try {
      const path = join(folder, 'r.json')
      await ortto('deliver', events, '--to', origin, '--report', path)

      const data = JSON.parse(await readFile(path, 'utf8')) as ReportData
      expect(data.byRetries).toEqual([{ retries: 2, count: 1, fates: { delivered: 1 } }])
    } finally {
      await close()
    }
  }, 60_000)

  it('is a page for its owner only, which replaces an older report', async () => {
    const events = await file('e.ndjson', track(1, 'Order completed'))
    const path = join(folder, 'r.html')
    for (const _ of [1, 2]) {
      expect((await ortto('deliver', events, '--report', path)).code).toBe(0)
    }

    expect(await readFile(path, 'utf8')).toMatch(/^<!doctype html><!-- ortto report -->[^]*track: Order completed/)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
  })

  it('replaces a link, and not the file that it leads to', async () => {
    const events = await file('e.ndjson', track(1, 'Order completed'))
    const other = await file('other.html', '<!doctype html><!-- ortto report -->kept')
    await symlink(other, join(folder, 'r.html'))
    await ortto('deliver', events, '--report', join(folder, 'r.html'))

    expect(await readFile(other, 'utf8')).toMatch(/kept$/)
  })

  it.each([
    ['r.txt', '', '--report must be a file with the ending .html or .json.'],
    ['r.html', '<html>mine</html>', 'is there already, and is no report: choose another file.'],
    ['none/r.html', undefined, 'Cannot write']
  ])('is not written to %s', async (name, content, message) => {
    const events = await file('e.ndjson', track(1, 'Order completed'))
    const path = content === undefined ? join(folder, name) : await file(name, content)
    const { code, errors } = await ortto('deliver', events, '--report', path)

    expect([code, errors]).toEqual([2, expect.stringContaining(message)])
    expect(content === undefined || (await readFile(path, 'utf8')) === content).toBe(true)
  })
})
