import { cp, mkdtemp, readdir, readFile, rm } from 'fs/promises'
import { tmpdir } from 'os'
import { join } from 'path'
import { createSandbox } from '../../sandbox'
import { serve } from '../../sandbox/http/serve'
import { Clock } from '../../sandbox/model/clock'
import { run } from '../ortto'

// Each input in the folder `cases` was made after a public report or question.

const CASES = join(__dirname, 'cases')

const ACCOUNT = {
  plan: { contacts: 1000 },
  fields: ['Plan', 'Phone'].map((name) => ({ name, type: 'text' })),
  traits: { firstName: 'First name', email: 'Email', plan: 'Plan', phone: 'Phone' },
  activities: [
    { name: 'Order completed', retentionDays: 'for ever', attributes: { total: { name: 'Total', type: 'number' } } }
  ]
}
const NOW = () => Date.parse('2026-11-21T00:00:00Z')

describe('a reported case', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'actions-ortto-'))
  })
  afterEach(async () => {
    delete process.env.ORTTO_API_KEY
    await rm(folder, { recursive: true })
  })

  const linesOf = async (name: string) =>
    (await readFile(join(folder, name), 'utf8'))
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>)

  /** Delivers an input. `items` went on the wire, each contact is as the local Ortto has it in the end. */
  async function deliver(name: string, ...options: string[]) {
    const input = join(folder, name)
    await cp(join(CASES, name), input, { recursive: true })
    const { app, account, apiKey } = createSandbox({ account: ACCOUNT, clock: new Clock(NOW) })
    process.env.ORTTO_API_KEY = apiKey
    const items: Record<string, unknown>[] = []
    const { origin, close } = await serve({
      fetch: async (request: Request) => {
        if (request.method === 'POST') {
          items.push(...((await request.clone().json()) as Record<string, unknown>[]))
        }
        return app.fetch(request)
      }
    })
    const out: string[] = []
    const outputs = ['--results', join(folder, 'results'), '--rejected', join(folder, 'rejected')]
    try {
      const output = { log: (text: string) => out.push(text), error: (text: unknown) => out.push(String(text)) }
      const code = await run(['deliver', input, '--to', origin, ...outputs, ...options], output)
      const contacts = account.contacts.all().map(({ ids, fields, ip, location }) => ({
        id: ids[0].value,
        fields: Object.fromEntries(fields),
        ip,
        location
      }))
      return { code, items, contacts, out: out.join('\n'), results: await linesOf('results') }
    } finally {
      await close()
    }
  }

  /** Its items on the wire, without what they all have */
  const withoutCommon = (items: Record<string, unknown>[]) =>
    items.map(({ message_id: _id, timestamp: _time, user_id: _user, event: _event, ...rest }) => rest)
  const idsOf = (items: Record<string, unknown>[]) => items.map((item) => item.message_id)

  it('keeps ids beyond 2^53 digit for digit, so that two people stay two', async () => {
    const { items, contacts } = await deliver('large-ids.ndjson')

    expect(items.map((item) => item.user_id)).toEqual(['7234567890123456781', '7234567890123456782'])
    expect(contacts.map(({ id, fields }) => [id, fields['First name']])).toEqual([
      ['7234567890123456781', 'Ann'],
      ['7234567890123456782', 'Bob']
    ])
  })

  it('takes the empty objects of PHP, which are [], for absent', async () => {
    const { items, results, out } = await deliver('empty-arrays.ndjson')

    expect(withoutCommon(items)).toEqual([{}, {}, { properties: { total: 1 } }, {}, {}, {}])
    expect(results.map(({ status, code }) => [status, code])).toEqual([
      [200, 'processed'],
      [422, 'nothing_valid'],
      [200, 'processed'],
      [200, 'processed'],
      [200, 'processed'],
      [200, 'processed']
    ])
    expect(out).toContain("5 events had [] or '' in the place of an object.")
  })

  it('delivers a contact without the part of its address that is no text', async () => {
    const { code, items, results } = await deliver('addresses.ndjson')

    expect([code, results.map(({ status }) => status)]).toEqual([0, Array(11).fill(200)])
    expect(items.map(({ location }) => location)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
      { city: 'Perth', post_code: '6000' },
      { country: 'AU' },
      undefined,
      { country: 'Australia', state: 'WA', city: 'Perth', post_code: '6000' },
      undefined,
      undefined
    ])
    expect(results.flatMap(({ messageId, notices }) => (notices ? [[messageId, notices]] : []))).toEqual([
      ['i2', ['empty_value']],
      ['i7', ['address_part']]
    ])
  })

  it('uses the traits of the context when the event has empty ones', async () => {
    const { items, out } = await deliver('empty-traits.ndjson')

    expect(withoutCommon(items)).toEqual([{ traits: { firstName: 'Ann', email: 'ann@example.org' } }])
    expect(out).toContain('1 event had empty traits. context.traits were used.')
  })

  it('gives an event without a timestamp the time at which it happened', async () => {
    const { items, out } = await deliver('original-timestamp-only.ndjson')

    expect(items.map(({ timestamp }) => timestamp)).toEqual(['2025-05-25T18:37:10.917Z', '2025-05-25T18:47:10.917Z'])
    expect(out).toContain('1 event had no timestamp. receivedAt - (sentAt - originalTimestamp) was used.')
    expect(out).toContain('1 event had no timestamp. originalTimestamp was used.')
  })

  it('selects an event without a timestamp by the time at which it happened', async () => {
    const { items } = await deliver('original-timestamp-only.ndjson', '--from', '2025-05-25T18:40:00Z')

    expect(idsOf(items)).toEqual(['r2'])
  })

  it('uses the request_ip of RudderStack', async () => {
    const { contacts, out } = await deliver('request-ip.ndjson')

    expect(contacts).toMatchObject([{ id: 'u1', ip: '203.0.113.75' }])
    expect(out).toContain('1 event had no context.ip. request_ip was used.')
  })

  it('does not let 0.0.0.0 replace the IP address of a contact', async () => {
    const { items, contacts } = await deliver('unspecified-ip.ndjson')

    expect(items.map(({ ip }) => ip)).toEqual(['203.0.113.7', undefined])
    expect(contacts).toMatchObject([{ ip: '203.0.113.7', fields: { 'First name': 'Anna' } }])
  })

  it.each([
    ['concatenated.json', ['i1', 't1', 't2'], [1, 1, 1]],
    ['pretty.json', ['i1', 't1'], [1, 10]],
    ['gzipped-twice.gz', ['i1', 't1'], [1, 2]]
  ])('reads each value of %s', async (name, ids, lines) => {
    const { code, items, results } = await deliver(name)

    expect([code, idsOf(items).sort()]).toEqual([0, ids])
    expect(results.map(({ messageId, line, status }) => [messageId, line, status])).toEqual(
      ids.map((id, index) => [id, lines[index], 200])
    )
  })

  it('keeps the bytes of a line that is not UTF-8', async () => {
    const { code, items, results } = await deliver('not-utf8.ndjson')

    expect([code, idsOf(items), results.map((result) => result.code)]).toEqual([1, ['t1'], ['not_utf8', 'processed']])
    const [line] = (await readFile(join(CASES, 'not-utf8.ndjson'), 'latin1')).split('\n')
    const [rejected] = await linesOf('rejected')
    expect(rejected).toMatchObject({ _line: Buffer.from(line, 'latin1').toString('base64'), encoding: 'base64' })
  })

  it('counts the events with consent preferences, and respects them when asked', async () => {
    const { items, out } = await deliver('consent.ndjson')
    expect(idsOf(items)).toEqual(['t1', 't2'])
    expect(out).toContain('Events with consent preferences: 2.')

    await rm(join(folder, 'results'))
    const asked = await deliver('consent.ndjson', '--consent', 'Analytics', '--again')
    expect(idsOf(asked.items)).toEqual(['t1'])
    expect(asked.results.map(({ code }) => code)).toEqual(['processed', 'no_consent'])
  })

  it('keeps an event here when its integrations turn Ortto off by any of its names', async () => {
    const { items, results } = await deliver('integrations.ndjson')

    expect(idsOf(items)).toEqual(['t5', 't6', 't7', 't8', 't9', 't10', 't11', 't13', 't14', 't15'])
    const skipped = results.filter(({ code }) => code === 'disabled_by_integrations')
    const named = skipped.map(({ message }) => /set "(.*?)" to false/.exec(String(message))?.[1])
    expect(named).toEqual(['All', 'all', 'Ortto', 'AutopilotApp', 'Ortto (Actions)', 'All'])
  })

  it('reads folders in the order of their dates, also when the month comes first', async () => {
    const { items } = await deliver('rudderstack-folders')

    expect(idsOf(items)).toEqual(['r1', 'r2'])
  })

  it('tells that an older identify event came after a newer one, and sorts when asked', async () => {
    const { items, out } = await deliver('segment-folders')
    expect(idsOf(items)).toEqual(['r2', 'r1'])
    expect(out).toContain('1 event came after a newer identify event of the same user.')

    await rm(join(folder, 'results'))
    const sorted = await deliver('segment-folders', '--sort', '--again')
    expect([idsOf(sorted.items), sorted.contacts[0].fields.Plan]).toEqual([['r1', 'r2'], 'paid'])
    expect(sorted.out).not.toContain('older')
  })

  it('sends phone numbers as they are written', async () => {
    const { code, items } = await deliver('phones.ndjson')
    const phones = items.map(({ traits }) => (traits as { phone: unknown }).phone)

    expect(code).toBe(0)
    expect(phones.slice(0, 4)).toEqual(['9112340345', '0412 345 678', '+61412345678', '61412345678'])
  })

  it('is a test for each input', async () => {
    const text = await readFile(__filename, 'utf8')
    const missing = (await readdir(CASES)).filter((name) => !text.includes(`'${name}'`))

    expect(missing).toEqual([])
  })
})
