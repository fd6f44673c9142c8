import { mkdtemp, rm, writeFile } from 'fs/promises'
import { tmpdir } from 'os'
import { join } from 'path'
import { Readable } from 'stream'
import { run } from '../ortto'

const EXAMPLES = join(__dirname, '..', '..', 'examples', 'events.ndjson')
const PLAN = ['--contacts', '5000', '--activities', '5']

const identify = (userId: string, members: object = {}) => ({
  type: 'identify',
  userId,
  traits: { name: userId },
  timestamp: '2026-03-01T00:00:00Z',
  ...members
})
const track = (userId: string, members: object = {}) => ({
  type: 'track',
  event: 'Signed up',
  userId,
  messageId: 'm1',
  timestamp: '2026-03-01T00:00:00Z',
  ...members
})
const times = <Value>(count: number, value: Value) => Array.from({ length: count }, () => value)
const ndjson = (events: readonly object[]) => events.map((event) => `${JSON.stringify(event)}\n`).join('')

/** Runs `ortto estimate …args`. */
async function estimate(...args: string[]) {
  const out: string[] = []
  const errors: string[] = []
  const progress: (string | undefined)[] = []
  const code = await run(['estimate', ...args], {
    log: (text) => out.push(text),
    error: (text) => errors.push(String(text)),
    progress: (line) => progress.push(line)
  })
  return { code, out: out.join('\n'), errors, progress }
}

describe('ortto estimate', () => {
  let folder: string
  beforeEach(async () => {
    jest.spyOn(Date, 'now').mockReturnValue(Date.parse('2026-03-10T12:00:00Z'))
    folder = await mkdtemp(join(tmpdir(), 'actions-ortto-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  const file = async (name: string, content: string) => {
    await writeFile(join(folder, name), content)
    return join(folder, name)
  }
  const events = (...list: object[]) => file('events.ndjson', ndjson(list))

  it('tells what the examples would use, and what stays here', async () => {
    const { code, out, errors } = await estimate(EXAMPLES, ...PLAN)

    expect({ code, errors }).toEqual({ code: 0, errors: [] })
    expect(out).toContain('18 lines, for a plan of 5,000 contacts and 5 activities. Nothing was sent.')
    expect(out).toMatch(
      /^identify +50,000 +9 +1% +8 contacts, and 1 of the activities \(with traits or an audience\)$/m
    )
    expect(out).toMatch(/^track +125,000 +6 +1% +6 activities$/m)
    expect(out).toContain('\nThe delivery fits into one day.\n')
    expect(out).toContain('\n1 activity contains traits: the default mapping sends traits and context.traits, so each')
    expect(out).toContain('\nRejected before sending: 2\n')
    expect(out).toMatch(/^1 +Track Activity +The Timestamp "last Tuesday" cannot be read/m)
    expect(out).toContain('\nNot sent, but not rejected: 2\n')
    expect(out).toMatch(/^1 +- +No mapping matches this event/m)
    expect(out).toContain('- Activities older than 90 days: 6. Ortto rejects them with 422, unless your account keeps')
    expect(out).toContain('The oldest activity is from 2025-07-11, 242 days ago.')
  })

  it('tells how many days it takes, and which limit decides', async () => {
    const { out } = await estimate(await events(...times(21, identify('u1'))), '--contacts', '1', '--activities', '1')

    expect(out).toMatch(/^identify +10 +21 +210% +21 contacts$/m)
    expect(out).toContain(
      '\nThe delivery takes 3 days because of the identify limit. It stops when a limit is used up.'
    )
  })

  it('takes another factor for the track limit', async () => {
    const { out } = await estimate(await events(track('u1')), ...PLAN, '--track-factor', '10')

    expect(out).toMatch(/^track +250,000 +1 +1% +1 activity$/m)
  })

  it('tells of each file when there is more than one', async () => {
    await file('a.ndjson', ndjson([identify('u1'), track('u2'), { type: 'page' }]))
    await file('b.ndjson', ndjson([{ type: 'identify' }, track('u2', { timestamp: '2026-03-09T00:00:00Z' })]))
    const { out } = await estimate(folder, ...PLAN, '--retention', 'for ever')
    const { out: withAge } = await estimate(folder, ...PLAN, '--retention', '5')

    expect(out).toContain('2 files: 5 lines, for a plan')
    expect(out).toMatch(/^Days +Identify +Track +Rejected +Not sent +Waiting +File$/m)
    expect(out).toMatch(/^1 +1 \(1%\) +1 \(1%\) +0 +1 +1 +\S+a\.ndjson$/m)
    expect(out).toMatch(/^1 +0 \(0%\) +1 \(1%\) +1 +0 +1 +\S+b\.ndjson$/m)
    expect(withAge).toMatch(/^1 +1 \(1%\) +1 \(1%\) +0 +1 +0 +1 +\S+a\.ndjson$/m)
    expect(withAge).toContain('- Activities older than 5 days: 1. Ortto rejects them with 422, unless')
  })

  it('shows a hundred files at most', async () => {
    for (let number = 1; number <= 101; number++) {
      await file(`${number}.ndjson`, ndjson([identify('u1')]))
    }

    const { out } = await estimate(folder, ...PLAN)
    expect(out.match(/\.ndjson$/gm)).toHaveLength(100)
    expect(out).toMatch(/^… and 1 other file: use --json to see all$/m)
  })

  it('names the mapping that sends context.traits when it is not the default one', async () => {
    const mappings = (traits: object) =>
      JSON.stringify([
        {
          name: 'Purchases',
          subscribe: 'type = "track"',
          partnerAction: 'trackActivity',
          mapping: { user_id: { '@path': '$.userId' }, event: { '@path': '$.event' }, traits }
        }
      ])
    const input = await events(track('u1', { context: { traits: { name: 'Lana' } } }), identify('u1'))
    const sends = await file('sends.json', mappings({ '@path': '$.context.traits' }))
    const keeps = await file('keeps.json', mappings({ '@path': '$.traits' }))

    expect((await estimate(input, ...PLAN, '--mappings', sends)).out).toContain(
      '1 activity contains traits: the mapping "Purchases" sends context.traits, so each also counts as an identify event'
    )
    const { out } = await estimate(input, ...PLAN, '--mappings', keeps)
    expect(out).not.toContain('traits')
    expect(out).toContain('Activities without a message ID or a timestamp: 1. Ortto cannot deduplicate them')
  })

  it('tells what waits in the backlog, what of it is discarded, and how to avoid that', async () => {
    const { out } = await estimate(await events(...times(60, track('u1')), identify('u1'), track('u2')), ...PLAN)

    expect(out).toContain("- Activities that come before their contact: 61. They wait in Ortto's backlog, unless")
    expect(out).toContain(
      'with a contact later in the files: 60. Ortto keeps the oldest 50 for each contact and day, so 10 would'
    )
    expect(out).toContain('To avoid this, deliver the contacts first.')
    expect(out).toContain('- Of these, with no contact in the files: 1.')
  })

  it('says nothing of rules that nothing meets', async () => {
    const { out } = await estimate(await events(identify('u1')), ...PLAN)

    expect(out).not.toMatch(/Rejected|Not sent|In Ortto|traits/)
  })

  it('counts contacts in which there is nothing to store', async () => {
    const { out } = await estimate(await events(identify('u1', { traits: {} })), ...PLAN)

    expect(out).toContain(
      '- Contacts with no traits, location, IP address or audience: 1. Ortto rejects them with 422.'
    )
  })

  it('shows the ten most frequent reasons', async () => {
    const bad = Array.from({ length: 12 }, (_, index) => track('u1', { timestamp: `Tuesday ${index}` }))
    const { out } = await estimate(await events(...bad, bad[11]), ...PLAN)

    expect(out).toContain('\nRejected before sending: 13\n')
    expect(out).toMatch(/^2 +Track Activity +The Timestamp "Tuesday 11"/m)
    expect(out).toContain('\n… and 2 other reasons')
  })

  it('counts only events of the wanted time, and those that integrations let through', async () => {
    const input = await events(
      identify('u1'),
      identify('u2', { timestamp: '2026-03-05T00:00:00Z' }),
      identify('u3', { timestamp: '2026-03-05T00:00:00Z', integrations: { 'Our Ortto': false } }),
      identify('u4', { timestamp: '2026-03-09T00:00:00Z' })
    )
    const time = ['--from', '2026-03-02', '--until', '2026-03-06']
    const { out } = await estimate(input, ...PLAN, ...time, '--integration', 'Our Ortto')

    expect(out).toContain('events.ndjson: 2 lines (and 2 outside the time range), for a plan')
    expect(out).toMatch(/^identify +50,000 +1 /m)
    expect(out).toMatch(/^1 +- +Not sent: the event's `integrations` set "Our Ortto" to false\.$/m)
  })

  it('says what would be repaired in the events', async () => {
    const input = await events(
      track('u1', { timestamp: undefined, originalTimestamp: '2026-03-01T00:00:00Z' }),
      track('u2', { timestamp: undefined, originalTimestamp: '2026-03-01T00:00:00Z', properties: [] })
    )
    const { out } = await estimate(input, ...PLAN)
    const json = await estimate(input, ...PLAN, '--json')

    expect(out).toContain('\n2 events had no timestamp. originalTimestamp was used.\n')
    expect(JSON.parse(json.out)).toMatchObject({ notices: { original_timestamp: 2, empty_value: 1 } })
  })

  it('says how many events carry consent, and counts only those that allow a category', async () => {
    const consent = (allows: boolean) => ({ context: { consent: { categoryPreferences: { Advertising: allows } } } })
    const input = await events(identify('u1', consent(true)), identify('u2', consent(false)), identify('u3'))
    const all = await estimate(input, ...PLAN)
    const some = await estimate(input, ...PLAN, '--consent', 'Advertising')

    expect(all.out).toMatch(/^Events with consent preferences: 2\. Only --consent respects them/m)
    expect(all.out).toMatch(/^identify +50,000 +3 /m)
    expect(some.out).toMatch(/^identify +50,000 +1 /m)
    expect(some.out).toMatch(/^1 +- +Not sent: the event's consent preferences do not allow "Advertising"\.$/m)
  })

  it('tells of files without events that nothing would be sent', async () => {
    const { code, out } = await estimate(await file('events.ndjson', ''), ...PLAN)

    expect(code).toBe(0)
    expect(out).toContain('events.ndjson: 0 lines, for a plan')
    expect(out).toContain('\nNothing would be sent.')
  })

  it('reads standard input', async () => {
    const input = Readable.from([Buffer.from(ndjson([identify('u1')]))])
    jest.spyOn(process, 'stdin', 'get').mockReturnValue(input as typeof process.stdin)

    expect((await estimate('-', ...PLAN)).out).toContain('standard input: 1 line, for a plan')
  })

  it('prints everything as one JSON object', async () => {
    const input = await events(identify('u1'), track('u1'), track('u2'))
    const { code, out } = await estimate(input, ...PLAN, '--retention', '30', '--json')
    const counts = {
      lines: 3,
      identify: 1,
      track: 2,
      both: 0,
      rejected: 0,
      ignored: 0,
      skipped: 0,
      consent: 0,
      empty: 0,
      missingDedupeKey: 0,
      tooOld: 0,
      waiting: 1
    }

    expect(code).toBe(0)
    expect(JSON.parse(out)).toEqual({
      plan: { contacts: 5000, activities: 5, trackFactor: 5, retentionDays: 30 },
      notices: {},
      limits: { identify: 50_000, track: 125_000 },
      total: counts,
      days: 1,
      decidedBy: 'identify',
      files: [{ file: input, days: 1, ...counts }],
      contextTraits: [],
      reasons: [],
      activityNames: 1,
      warnings: [],
      backlog: { known: 0, discarded: 0, unknown: 1 },
      oldest: { timestamp: '2026-03-01T00:00:00.000Z', days: 9 },
      outside: 0
    })
  })

  it('shows how far it is, and takes that away at the end', async () => {
    const { progress } = await estimate(await events(identify('u1'), track('u1')), ...PLAN)

    expect(progress.slice(-2)).toEqual(['2 events', undefined])
  })

  it('says that a delivery would stop, when everything is refused for one reason', async () => {
    const { code, out, errors } = await estimate(await events(...times(1000, { type: 'identify' })), ...PLAN)

    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(errors.join()).toMatch(
      /^A delivery of these events would stop: Each of the first 1000 results is the same rejection: .*/
    )
  })

  it.each([
    [['--activities', '5'], "required option '--contacts <number>' not specified"],
    [['--contacts', '5'], "required option '--activities <number>' not specified"],
    [['--contacts', '0', '--activities', '5'], 'Expected a whole number from 1'],
    [['--contacts', '5', '--activities', '1.5'], 'Expected a whole number from 1'],
    [[...PLAN, '--retention', 'long'], 'Expected a whole number from 1'],
    [[...PLAN, '--mappings', 'no-such-file.json'], 'Cannot read no-such-file.json: there is no such file or folder.'],
    [[...PLAN, 'no-such-folder'], 'There is no file or folder no-such-folder: check its name.']
  ])('ends %j with 2 and what is wrong', async (args, message) => {
    const { code, out, errors } = await estimate(EXAMPLES, ...args)

    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(errors.join('\n')).toContain(message)
  })

  it('says how it is used', async () => {
    const { code, out } = await estimate('--help')

    expect(code).toBe(0)
    expect(out).toContain('ortto estimate archive/ --contacts 5000 --activities 5')
  })
})
