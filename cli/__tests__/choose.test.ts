import { mkdtemp, readFile, rm, writeFile } from 'fs/promises'
import { tmpdir } from 'os'
import { join } from 'path'
import { presetMappings } from '../../delivery'
import { createSandbox } from '../../sandbox'
import { serve } from '../../sandbox/http/serve'
import { run } from '../ortto'

const ACCOUNT = {
  plan: { contacts: 1_000_000 },
  traits: {},
  activities: [{ name: 'Signed up', retentionDays: 'for ever' }]
}

const track = (number: number, event = 'Signed up') => ({
  type: 'track',
  event,
  userId: `u${number}`,
  messageId: `m${number}`,
  timestamp: '2026-03-01T00:00:00Z'
})

/** Runs `ortto …args` here. */
async function ortto(...args: string[]) {
  const out: string[] = []
  const errors: string[] = []
  const code = await run(args, { log: (text) => out.push(text), error: (text) => errors.push(String(text)) })
  return { code, out: out.join('\n'), errors: errors.join('\n') }
}

describe('ortto deliver, with chosen events', () => {
  let folder: string
  let close: () => Promise<void> = () => Promise.resolve()
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'actions-ortto-'))
  })
  afterEach(async () => {
    delete process.env.ORTTO_API_KEY
    await close()
    close = () => Promise.resolve()
    await rm(folder, { recursive: true })
  })

  const file = async (name: string, events: readonly object[]) => {
    await writeFile(join(folder, name), events.map((event) => `${JSON.stringify(event)}\n`).join(''))
    return join(folder, name)
  }
  const serveSandbox = async (account: object = ACCOUNT) => {
    const { app, apiKey } = createSandbox({ account })
    const sent: string[] = []
    const served = await serve({
      fetch: async (request: Request) => {
        if (/\/(track|identify)$/.test(request.url)) {
          const items = (await request.clone().json()) as { user_id: string }[]
          sent.push(...items.map(({ user_id }) => user_id))
        }
        return app.fetch(request)
      }
    })
    close = served.close
    process.env.ORTTO_API_KEY = apiKey
    return { origin: served.origin, sent }
  }

  it('sends those alone, and counts the others', async () => {
    const { origin, sent } = await serveSandbox()
    const events = await file('e.ndjson', [track(1), track(2, 'Other'), track(3), track(4), { type: 'page' }])

    const { code, out } = await ortto('deliver', events, '--to', origin, '--event', 'Signed up', '--limit', '2')

    expect(code).toBe(0)
    expect(sent).toEqual(['u1', 'u3'])
    expect(out).toContain('Lines: 5')
    expect(out).toContain('2 delivered, 0 rejected, 3 not chosen')
  })

  it('remembers each choice in the ledger', async () => {
    const { origin, sent } = await serveSandbox()
    const events = await file('e.ndjson', [track(1), track(2)])
    const choice = ['--filter', 'userId = "u1"']

    await ortto('deliver', events, '--to', origin, ...choice)
    const again = await ortto('deliver', events, '--to', origin, ...choice)
    expect(again.out).toContain('nothing new')
    expect(sent).toEqual(['u1'])

    await ortto('deliver', events, '--to', origin)
    expect(sent).toEqual(['u1', 'u1', 'u2'])
  })

  it('counts to the limit in each run, also of a file that has grown', async () => {
    const { origin, sent } = await serveSandbox()
    const events = await file('e.ndjson', [track(1), track(2), track(3)])
    const args = ['deliver', events, '--to', origin, '--limit', '2']
    await file('e.ndjson', [track(1)])
    await ortto(...args)
    await file('e.ndjson', [track(1), track(2), track(3), track(4)])
    await ortto(...args)

    // A run that has ended is over: the limit is one of each run.
    expect(sent).toEqual(['u1', 'u2', 'u3'])
  })

  it('sends only what failed, as the results of an earlier run say', async () => {
    const first = await serveSandbox()
    const events = await file('e.ndjson', [track(1), track(2, 'Late'), track(3, 'Late')])
    const results = join(folder, 'results.ndjson')
    expect((await ortto('deliver', events, '--to', first.origin, '--results', results)).code).toBe(1)
    await close()
    const second = await serveSandbox({ ...ACCOUNT, activities: [{ name: 'Late', retentionDays: 'for ever' }] })

    const args = ['deliver', events, '--to', second.origin, '--only-failed', results]
    const { code, out } = await ortto(...args, '--results', join(folder, 'again.ndjson'))

    expect([code, second.sent]).toEqual([0, ['u2', 'u3']])
    expect(out).toContain('2 delivered, 0 rejected, 1 not chosen')
    expect((await readFile(join(folder, 'again.ndjson'), 'utf8')).trim().split('\n')).toHaveLength(2)
    expect((await ortto(...args)).out).toContain('nothing new')
  })

  it('sends what failed through the mappings in which it failed, as long as they have these names', async () => {
    const first = await serveSandbox()
    const events = await file('e.ndjson', [{ ...track(1, 'Late'), context: { ip: '203.0.113.7' } }])
    const [contact, activity] = presetMappings().map((mapping) => ({ ...mapping, trigger: undefined }))
    const both = [{ ...contact, subscribe: 'type = "track"' }, activity]
    const mappings = join(folder, 'mappings.json')
    await writeFile(mappings, JSON.stringify(both))
    const results = join(folder, 'results.ndjson')
    await ortto('deliver', events, '--to', first.origin, '--mappings', mappings, '--results', results)
    expect(first.sent).toHaveLength(2)
    await close()

    const second = await serveSandbox({ ...ACCOUNT, activities: [{ name: 'Late', retentionDays: 'for ever' }] })
    const args = ['deliver', events, '--to', second.origin, '--mappings', mappings, '--only-failed', results]
    await ortto(...args)
    expect(second.sent).toHaveLength(1)

    await writeFile(mappings, JSON.stringify([both[0], { ...activity, name: 'Renamed' }]))
    await ortto(...args)
    expect(second.sent).toHaveLength(3)
  })

  it('says when what failed is not in the input', async () => {
    const { origin } = await serveSandbox()
    const events = await file('e.ndjson', [track(1, 'Late')])
    const results = join(folder, 'results.ndjson')
    await ortto('deliver', events, '--to', origin, '--results', results)
    const other = await file('other.ndjson', [track(1, 'Late')])

    const { out } = await ortto('deliver', other, '--to', origin, '--only-failed', results)

    expect(out).toContain('Events of --only-failed that are not in the input: 1. Name the same files')
  })

  it('sends all events of the users of a sample, also the anonymous ones', async () => {
    const { origin, sent } = await serveSandbox()
    const users = Array.from({ length: 300 }, (_, number) => number)
    const anonymous = users.map((number) => ({ ...track(number), userId: undefined, anonymousId: `a${number}` }))
    const known = users.map((number) => ({ ...track(number), anonymousId: `a${number}` }))
    const events = await file('e.ndjson', [...anonymous, ...known])

    const { code } = await ortto('deliver', events, '--to', origin, '--sample', '10%')

    expect(code).toBe(0)
    const named = sent.filter((user) => user !== undefined)
    expect(named.length).toBeGreaterThan(5)
    expect(named.length).toBeLessThan(100)
    expect(sent).toHaveLength(2 * named.length)
  })

  it.each([
    [['--filter', 'type ='], '--filter cannot be read: it is no complete condition, such as type = "track".'],
    [['--sample', '1'], 'Expected a percentage above 0%'],
    [['--sample', '0%'], 'Expected a percentage above 0%'],
    [['--limit', '0'], 'Expected a whole number from 1'],
    [['--only-failed', 'none.ndjson'], 'none.ndjson cannot be read']
  ])('refuses %j', async (args, message) => {
    const events = await file('e.ndjson', [track(1)])

    const { code, errors } = await ortto('deliver', events, ...args)

    expect(code).toBe(2)
    expect(errors).toContain(message)
  })
})
