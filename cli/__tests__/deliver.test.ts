import { fork } from 'child_process'
import fc from 'fast-check'
import { link, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'fs/promises'
import { tmpdir } from 'os'
import { join } from 'path'
import { gzipSync } from 'zlib'
import { createSandbox } from '../../sandbox'
import { serve } from '../../sandbox/http/serve'
import type { ReportData } from '../delivery-report'
import { run } from '../ortto'

const ROOT = join(__dirname, '..', '..')

const ACCOUNT = {
  plan: { contacts: 1_000_000 },
  fields: [{ name: 'Name', type: 'text' }],
  traits: { name: 'Name' },
  activities: [{ name: 'Signed up', retentionDays: 'for ever' }]
}

/** Midnight: the local Ortto rejects activities older than 90 days. */
const YESTERDAY = Date.parse(new Date(Date.now() - 24 * 60 * 60_000).toISOString().slice(0, 10))

const identify = (userId: string) => ({ type: 'identify', userId, messageId: `i-${userId}`, traits: { name: userId } })
const track = (userId: string, number: number) => ({
  type: 'track',
  event: 'Signed up',
  userId,
  messageId: `t-${number}`,
  timestamp: new Date(YESTERDAY + number * 1000).toISOString()
})
const ndjson = (events: readonly object[]) => events.map((event) => `${JSON.stringify(event)}\n`).join('')

/** Runs `ortto …args` here. */
async function ortto(...args: string[]) {
  const out: string[] = []
  const errors: string[] = []
  const code = await run(args, { log: (text) => out.push(text), error: (text) => errors.push(String(text)) })
  return { code, out: out.join('\n'), errors }
}

describe('ortto deliver', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'actions-ortto-'))
  })
  afterEach(async () => {
    delete process.env.ORTTO_API_KEY
    await rm(folder, { recursive: true })
  })

  const file = async (name: string, content: string | Buffer) => {
    await writeFile(join(folder, name), content)
    return join(folder, name)
  }
  const linesOf = async (name: string) =>
    (await readFile(join(folder, name), 'utf8'))
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>)

  /** A sandbox of another process, as far as the command can see. `onRequest` sees each that has events. */
  const serveSandbox = async (onRequest: (path: string) => unknown = () => undefined) => {
    const { app, account, apiKey } = createSandbox({ account: ACCOUNT })
    const fetch = async (request: Request) => {
      const { pathname } = new URL(request.url)
      const answer = pathname === '/v1/me' ? undefined : await onRequest(pathname)
      return answer instanceof Response ? answer : app.fetch(request)
    }
    const { origin, close } = await serve({ fetch })
    process.env.ORTTO_API_KEY = apiKey
    return { origin, close, account, apiKey }
  }

  it('delivers files, folders and archives to a local Ortto, and sums up', async () => {
    await mkdir(join(folder, 'archive', 'old'), { recursive: true })
    await file('archive/1.ndjson', ndjson([identify('u1'), track('u1', 1)]))
    await file('archive/old/2.json.gz', gzipSync(JSON.stringify([identify('u2'), { type: 'page', userId: 'u2' }])))
    const single = await file('3.txt', ndjson([{ type: 'identify', traits: {} }]))
    const { code, out, errors } = await ortto('deliver', join(folder, 'archive'), single)

    expect(errors).toEqual([])
    expect(code).toBe(1)
    expect(out).toContain('3 files → Ortto (Actions) → a temporary local Ortto at http://127.0.0.1:')
    expect(out).toMatch(/^2 +Upsert Contact +200 +Processed by Ortto\.$/m)
    expect(out).toMatch(/^1 +Upsert Contact +400 +This event has neither a User ID nor an Anonymous ID/m)
    expect(out).toMatch(/^Lines: 5, in [\d.]+ s\. Results: 3 delivered, 1 rejected, 1 matched no mapping\.$/m)
    expect(out).toContain('Contacts in the local Ortto: 2. Activities: 1.')
  })

  it('ends with 0 when all was delivered', async () => {
    expect((await ortto('deliver', await file('a.ndjson', ndjson([identify('u1')])))).code).toBe(0)
  })

  it('prints one object for machines', async () => {
    const { code, out } = await ortto('deliver', await file('a.ndjson', ndjson([identify('u1'), {}])), '--json')

    expect(code).toBe(1)
    expect(JSON.parse(out)).toMatchObject({
      summary: { lines: 2, delivered: 1, rejected: 1 },
      canBeResumed: false,
      sandbox: { contacts: 1, activities: 0 }
    })
  })

  it('takes an account for the local Ortto', async () => {
    const account = await file(
      'account.json',
      '{"traits":{},"activities":[{"name":"Signed up","retentionDays":"for ever"}]}'
    )
    const input = await file('a.ndjson', ndjson([identify('u1'), track('u1', 1)]))
    const { out } = await ortto('deliver', input, '--account', account)

    expect(out).toMatch(/^1 +Upsert Contact +422 +The item contains nothing valid for the contact$/m)
    expect(out).toContain('Contacts in the local Ortto: 0. Activities: 1.')
  })

  it('writes a line for each result, and the rejected events ready to be delivered again', async () => {
    const input = await file('a.ndjson', ndjson([identify('u1'), { type: 'identify', traits: { name: 'A' } }]))
    const args = ['--results', join(folder, 'results.ndjson'), '--rejected', join(folder, 'rejected.ndjson')]
    await ortto('deliver', input, ...args)

    expect(await linesOf('results.ndjson')).toMatchObject([
      { file: input, line: 1, messageId: 'i-u1', mapping: 'Upsert Contact', action: 'upsertContact', status: 200 },
      { file: input, line: 2, status: 400, errorType: 'PAYLOAD_VALIDATION_FAILED' }
    ])
    const [rejected] = await linesOf('rejected.ndjson')
    expect(rejected).toMatchObject({ type: 'identify', _rejected: [{ line: 2, status: 400 }] })

    await file('mended.ndjson', ndjson([{ ...rejected, userId: 'u2' }]))
    expect((await ortto('deliver', join(folder, 'mended.ndjson'))).code).toBe(0)
  })

  describe('empties no file that is named as something else', () => {
    it('when an input among others is an output', async () => {
      const one = await file('one.ndjson', ndjson([identify('u1')]))
      const two = await file('two.ndjson', ndjson([identify('u2')]))
      const { code, errors } = await ortto('deliver', one, two, '--rejected', two)

      expect([code, errors[0]]).toEqual([2, expect.stringContaining('choose another file')])
      expect(await linesOf('two.ndjson')).toHaveLength(1)
    })

    it('when a folder holds nothing but what it would write', async () => {
      await mkdir(join(folder, 'in'))
      const results = await file('in/results.ndjson', '{"status":200}\n')
      const { code, errors } = await ortto('deliver', join(folder, 'in'), '--results', results)

      expect([code, errors[0]]).toEqual([2, expect.stringContaining('except for the outputs of this delivery')])
      expect(await linesOf('in/results.ndjson')).toHaveLength(1)
    })
  })

  it('does not read its own ledger in a folder as an input when it resumes', async () => {
    await mkdir(join(folder, 'in'))
    await file('in/1.ndjson', ndjson(Array.from({ length: 600 }, (_, index) => identify(`u${index}`))))
    let requests = 0
    const { origin, close, account } = await serveSandbox(() =>
      (requests += 1) === 2 ? Response.json({ message: 'No' }, { status: 401 }) : undefined
    )
    const args = ['deliver', join(folder, 'in'), '--to', origin, '--ledger', join(folder, 'in', 'ledger.json')]
    const codes = [(await ortto(...args)).code, (await ortto(...args)).code]
    await close()

    expect(codes).toEqual([3, 0])
    expect(account.contacts.count).toBe(600)
  })

  it('says how many events were repaired, and how', async () => {
    const raw = {
      type: 'track',
      event: 'Signed up',
      messageId: 'm',
      originalTimestamp: new Date(YESTERDAY).toISOString()
    }
    const events = [
      { ...raw, userId: 'a', context: { ip: '203.0.113.7' }, properties: [] },
      { ...raw, userId: 'b' },
      { ...identify('c'), timestamp: '2026-01-02T00:00:00Z' },
      { ...identify('c'), timestamp: '2026-01-01T00:00:00Z' }
    ]
    const path = await file('events.ndjson', `${ndjson(events)}{"payload":${JSON.stringify(track('d', 1))}}\n`)
    const { code, out } = await ortto('deliver', path, '--from', '2026-01-01')

    expect(code).toBe(0)
    expect(out).toContain('2 events had no timestamp. originalTimestamp was used.')
    expect(out).toContain("1 event had [] or '' in the place of an object. It was left out.")
    expect(out).toContain('1 event came after a newer identify event of the same user.')
    expect(out).toContain('1 event came inside another value, such as a batch or an envelope.')
    const { out: json } = await ortto('deliver', path, '--from', '2026-01-01', '--json')
    expect(JSON.parse(json)).toMatchObject({
      summary: { notices: { unwrapped: 1, empty_value: 1, original_timestamp: 2, older_identify: 1 } }
    })
  })

  it('shows what would go out, and sends nothing', async () => {
    const input = await file('a.ndjson', ndjson([identify('u1'), track('u1', 1), { type: 'page' }]))
    const { code, out } = await ortto('deliver', input, '--dry-run', '--to', 'ortto')

    expect(code).toBe(0)
    expect(out).toContain(`${input}:1 POST /v1/identify {"message_id":"i-u1"`)
    expect(out).toContain(`${input}:2 POST /v1/track {`)
    expect(out).toContain(`${input}:3 No mapping matches this event, so it was not sent.`)
    expect(out).toMatch(/^1 +no_matching_mapping +/m)
    const { plan } = JSON.parse((await ortto('deliver', input, '--dry-run', '--json')).out) as { plan: ReportData }
    expect(plan.mappings[1]).toMatchObject({
      action: 'trackActivity',
      count: 1,
      samples: [{ item: { user_id: 'u1' } }]
    })
  })

  it('says how many events carry consent, and sends only those that allow a category', async () => {
    const consent = { context: { consentManagement: { allowedConsentIds: ['ads'], deniedConsentIds: ['marketing'] } } }
    const input = await file('a.ndjson', ndjson([{ ...identify('u1'), ...consent }, identify('u2')]))
    const all = await ortto('deliver', input, '--dry-run')
    const some = await ortto('deliver', input, '--consent', 'ads')
    const none = await ortto('deliver', input, '--consent', 'ads', '--consent', 'marketing')

    expect(all.out).toContain('Results: 2 would be sent, 0 rejected.')
    expect(all.out).toContain('Events with consent preferences: 1. Only --consent respects them')
    expect(some.out).toContain('Results: 1 delivered, 0 rejected, 1 without consent.')
    expect(none.out).toContain('Results: 0 delivered, 0 rejected, 2 without consent.')
  })

  it('delivers with mappings of its own, of the time that is wanted', async () => {
    const mappings = [
      {
        name: 'Everyone',
        subscribe: 'type = "track"',
        partnerAction: 'upsertContact',
        mapping: { user_id: { '@path': '$.userId' }, traits: { name: { '@path': '$.messageId' } } }
      }
    ]
    const input = await file('a.ndjson', ndjson([1, 2, 3, 4].map((number) => track(`u${number}`, number))))
    const args = ['--mappings', await file('mappings.json', JSON.stringify(mappings))]
    const at = (second: number) => new Date(YESTERDAY + second * 1000).toISOString()
    const span = ['--from', at(2), '--until', at(4)]
    const { out } = await ortto('deliver', input, ...args, ...span, '--dry-run')

    expect(out.match(/POST \/v1\/identify .*/g)).toEqual([
      'POST /v1/identify {"user_id":"u2","traits":{"name":"t-2"}}',
      'POST /v1/identify {"user_id":"u3","traits":{"name":"t-3"}}'
    ])
    expect(out).toContain('2 outside the time range')
  })

  it('goes on where it was when it is called again', async () => {
    const events = [identify('u1'), ...Array.from({ length: 1200 }, (_, index) => track('u1', index))]
    const input = await file('a.ndjson', ndjson(events))
    let requests = 0
    const { origin, close, account } = await serveSandbox(() =>
      (requests += 1) > 2 && requests < 4 ? Response.json({ message: 'No such key' }, { status: 401 }) : undefined
    )
    try {
      const args = ['deliver', input, '--to', origin, '--results', join(folder, 'results.ndjson')]
      const first = await ortto(...args)
      expect(first.code).toBe(3)
      expect(first.out).toContain('Stopped. The API key is refused: No such key. Run the same command to resume.')
      expect(await readdir(folder)).toContain('a.ndjson.ledger')

      const second = await ortto(...args)
      expect(second.code).toBe(0)
      expect(second.out).toContain(`Resuming after line 501 of ${input}.`)
      expect(second.out).toMatch(/^Lines: 1,201, in [\d.]+ s\. Results: 1,201 delivered, 0 rejected\.$/m)
    } finally {
      await close()
    }
    expect(account.activities.all()).toHaveLength(1200)
    expect((await linesOf('results.ndjson')).map(({ line }) => line)).toEqual(events.map((_, index) => index + 1))
  })

  it('adds contacts to the audience that a mapping only names', async () => {
    const mapping = {
      user_id: { '@path': '$.userId' },
      audience_update_mode: 'add',
      onMappingSave: { inputs: { audience_name: 'VIP' } }
    }
    const entry = { name: 'Members', subscribe: 'type = "identify"', partnerAction: 'upsertContact', mapping }
    const mappings = await file('mappings.json', JSON.stringify([entry]))
    const { origin, close, account } = await serveSandbox()
    try {
      const input = await file('a.ndjson', ndjson([identify('u1')]))
      await ortto('deliver', input, '--to', origin, '--mappings', mappings)
    } finally {
      await close()
    }
    const [{ name }] = account.audiences.all()
    const [contact] = account.contacts.all()

    expect([name, contact.memberships.get('VIP')]).toMatchObject(['VIP', { isWanted: true }])
  })

  it('goes on after 1,000 equal rejections when it is told so', async () => {
    const input = await file('a.ndjson', ndjson([...Array<object>(1500).fill({ type: 'identify' }), identify('u1')]))
    const first = await ortto('deliver', input)
    const second = await ortto('deliver', input, '--keep-going')

    expect([first.code, first.out]).toEqual([3, expect.stringContaining('or use --keep-going to continue anyway.')])
    expect([second.code, second.out]).toEqual([1, expect.stringContaining('Results: 1 delivered, 1,500 rejected.')])
  })

  it('says in the summary what was retried, and why', async () => {
    let requests = 0
    const { origin, close } = await serveSandbox((path) =>
      path === '/v1/identify' && (requests += 1) === 1 ? Response.json({ message: 'Oops' }, { status: 500 }) : undefined
    )
    const input = await file('a.ndjson', ndjson([identify('u1'), identify('u2')]))
    const { code, out } = await ortto('deliver', input, '--to', origin)
    await close()

    expect(code).toBe(0)
    expect(out).toMatch(/^Retried {2}Status {2}Reason$/m)
    expect(out).toMatch(/^2 {8}500 {5}Oops$/m)
  })

  it('stores each event once, however often it is killed', async () => {
    const users = Array.from({ length: 2000 }, (_, index) => `u${index}`)
    const events = Array.from({ length: 6000 }, (_, index) =>
      index < users.length ? identify(users[index]) : track(users[(index * 7) % users.length], index)
    )
    await mkdir(join(folder, 'archive'))
    await file('archive/1.ndjson', ndjson(events.slice(0, 2500)))
    await file('archive/2.ndjson.gz', gzipSync(ndjson(events.slice(2500))))
    const seed = Date.now() % 2 ** 31
    const pick = fc.sample(fc.tuple(fc.integer({ min: 1, max: 6 }), fc.boolean()), { seed, numRuns: 60 })
    let [kills, requests] = [0, 0]
    let child: ReturnType<typeof fork> | undefined
    const { app, account, apiKey } = createSandbox({ account: ACCOUNT })
    const { origin, close } = await serve({
      fetch: async (request: Request) => {
        if (request.method === 'GET') {
          return app.fetch(request)
        }
        const [after, isStored] = pick[kills]
        requests += 1
        const isLast = kills < 8 && requests >= after
        const response = isLast && !isStored ? undefined : await app.fetch(request)
        if (isLast) {
          child?.kill('SIGKILL')
        }
        return response ?? new Response(null, { status: 500 })
      }
    })
    const results = join(folder, 'results.ndjson')
    const deliverOnce = () =>
      new Promise<number | null>((resolve) => {
        requests = 0
        child = fork(
          join(ROOT, 'cli', 'ortto.ts'),
          ['deliver', join(folder, 'archive'), '--to', origin, '--results', results],
          { execArgv: ['--import', 'tsx'], env: { ...process.env, ORTTO_API_KEY: apiKey }, stdio: 'ignore' }
        )
        child.once('exit', (code) => resolve(code))
      })
    try {
      let code = await deliverOnce()
      while (code === null) {
        kills += 1
        code = await deliverOnce()
      }
      // Contacts that are sent again bring nothing new, which is no refusal.
      expect({ seed, code }).toEqual({ seed, code: 0 })
      expect(kills).toBeGreaterThan(1)
    } finally {
      await close()
    }
    const stored = account.activities.all().map(({ timestamp }) => timestamp)
    expect({ seed, stored: stored.length }).toEqual({ seed, stored: events.length - users.length })
    expect(new Set(stored).size).toBe(stored.length)
    expect(account.contacts.count).toBe(users.length)
    expect((await linesOf('results.ndjson')).map(({ messageId }) => messageId)).toEqual(
      events.map(({ messageId }) => messageId)
    )
  }, 120_000)

  describe('tells in one line, and does nothing, when', () => {
    const cases: [string, (input: string) => string[], string][] = [
      ['there is no such file', () => [join('none', 'a.ndjson')], 'There is no file or folder none/a.ndjson'],
      ['the target is none', (input) => [input, '--to', 'mars'], '--to must be sandbox, ortto or a URL'],
      ['the key would go in the clear', (input) => [input, '--to', 'http://example.com'], 'not sent in the clear'],
      ['there is no key', (input) => [input, '--to', 'ortto'], 'There is no API key. Set ORTTO_API_KEY'],
      ['the key file is none', (input) => [input, '--to', 'ortto', '--key-file', 'none'], 'Cannot read the API key'],
      ['the rate is none', (input) => [input, '--rate', '0'], 'Expected a whole number from 1'],
      ['the time is none', (input) => [input, '--from', 'May'], 'Expected a date'],
      ['the mappings are not there', (input) => [input, '--mappings', 'none.json'], 'Cannot read none.json'],
      ['the results would overwrite the input', (input) => [input, '--results', input], 'choose another file'],
      ['both outputs are one', (input) => [input, '--results', 'x', '--rejected', 'x'], 'choose another file'],
      ['the results would be the ledger', (input) => [input, '--results', `${input}.ledger`], 'choose another file'],
      [
        'the account is none',
        (input) => [input, '--account', join(__dirname, '..', '..', 'package.json')],
        'package.json: The account is not valid'
      ],
      ['a dry run should be remembered', (input) => [input, '--dry-run', '--ledger', 'x'], '--dry-run rejects nothing'],
      ['the results cannot be written', (input) => [input, '--results', 'none/x'], 'Cannot write none/x'],
      [
        'an account is for another',
        (input) => [input, '--to', 'ortto', '--account', 'x'],
        'are only for the local Ortto of --to sandbox'
      ],
      ['the option is none', (input) => [input, '--fast'], "unknown option '--fast'"],
      ['the files are missing', () => [], "missing required argument 'inputs'"]
    ]
    it.each(cases)('%s', async (_when, args, message) => {
      const input = await file('a.ndjson', ndjson([identify('u1')]))
      const { code, errors } = await ortto('deliver', ...args(input))

      expect(code).toBe(2)
      expect(errors.join('\n')).toContain(message)
      expect((await readdir(folder)).sort()).toEqual(['a.ndjson'])
    })

    it.each([
      ['hard', link],
      ['symbolic', symlink]
    ])('the results would overwrite the input by a %s link', async (_kind, connect) => {
      const input = await file('a.ndjson', ndjson([identify('u1')]))
      await connect(input, join(folder, 'other'))
      const { code, errors } = await ortto('deliver', input, '--results', join(folder, 'other'))

      expect([code, errors.join('\n')]).toEqual([2, expect.stringContaining('choose another file')])
      expect(await readFile(input, 'utf8')).toBe(ndjson([identify('u1')]))
    })

    it('the ledger cannot be written', async () => {
      const { origin, close } = await serveSandbox()
      const input = await file('a.ndjson', ndjson([identify('u1')]))
      const { code, errors } = await ortto('deliver', input, '--to', origin, '--ledger', '/proc/none')
      await close()

      expect(code).toBe(2)
      expect(errors[0]).toContain('Cannot use the ledger /proc/none')
    })

    it('the ledger is of another delivery that was interrupted', async () => {
      const { origin, close } = await serveSandbox((path) =>
        path === '/v1/track' ? Response.json({ message: 'No such key' }, { status: 401 }) : undefined
      )
      const input = await file('a.ndjson', ndjson([identify('u1'), track('u1', 1)]))
      await ortto('deliver', input, '--to', origin)
      const { code, errors } = await ortto('deliver', input, '--to', origin, '--from', '2026-01-01')
      await close()

      expect(code).toBe(2)
      expect(errors[0]).toContain('that was interrupted, with other mappings, options or another target')
    })
  })

  it('stops when the disk is full, and has not lost what it could not write', async () => {
    const { origin, close, account } = await serveSandbox()
    const input = await file('a.ndjson', ndjson([identify('u1')]))
    const { code, out } = await ortto('deliver', input, '--to', origin, '--results', '/dev/full')
    await close()

    expect(code).toBe(3)
    expect(out).toContain('Stopped. Cannot write /dev/full: ENOSPC')
    expect(account.contacts.count).toBe(1)
  })

  it('goes on although its results lie in the folder that it reads', async () => {
    await mkdir(join(folder, 'archive'))
    await file('archive/1.ndjson', ndjson([identify('u1'), track('u1', 1)]))
    let isRefusing = true
    const { origin, close } = await serveSandbox((path) =>
      isRefusing && path === '/v1/track' ? Response.json({ message: 'No such key' }, { status: 401 }) : undefined
    )
    const args = ['deliver', join(folder, 'archive'), '--to', origin, '--rejected', join(folder, 'archive', 'r.ndjson')]
    const first = await ortto(...args)
    isRefusing = false
    const second = await ortto(...args)
    await close()

    expect([first.code, second.code]).toEqual([3, 0])
    expect(second.out).toContain('Resuming after')
  })

  it('stops when an input is gone that was there, and can go on', async () => {
    const one = await file('1.ndjson', ndjson([identify('u1')]))
    const more = Array.from({ length: 9000 }, (_, index) => identify(`u${index}`))
    const [two, three] = [await file('2.ndjson', ndjson(more)), await file('3.ndjson', ndjson([identify('v')]))]
    const { origin, close, account } = await serveSandbox(() => rm(three, { force: true }))
    const { code, out } = await ortto('deliver', one, two, three, '--to', origin)
    expect([code, out]).toEqual([3, expect.stringContaining(`Stopped. There is no file or folder ${three}`)])
    expect(out).toContain('Lines: 9,001, ')

    await file('3.ndjson', ndjson([identify('v')]))
    const again = await ortto('deliver', one, two, three, '--to', origin)
    await close()
    expect(again.code).toBe(0)
    expect(account.contacts.count).toBe(9001)
  })

  it("delivers events with odd ids, and tells the framework's word on them", async () => {
    const odd = [{ toString: 1 }, ['a'], 5, true, null].map((userId) => ({ ...identify('u'), userId }))
    const { out } = await ortto('deliver', await file('a.ndjson', ndjson([...odd, identify('u9')])))

    expect(out).toContain('Lines: 6, ')
    expect(out).toMatch(/User ID must be a string but it was an object/)
  })

  it('takes traits that no account can have a mapping for, and empty files', async () => {
    await mkdir(join(folder, 'archive'))
    await file('archive/0.ndjson', '')
    await file('archive/1.ndjson', '{"type":"identify","userId":"u1","traits":{"__proto__":"x","shoe":38}}\n')
    const { code, out } = await ortto('deliver', join(folder, 'archive'))

    expect([code, out]).toEqual([0, expect.stringContaining('Contacts in the local Ortto: 1.')])
  })

  it('says of a dry run that events would be sent, not that they were delivered', async () => {
    const { out } = await ortto('deliver', await file('a.ndjson', ndjson([identify('u1')])), '--dry-run')

    expect(out).toMatch(/^Would be sent$/m)
    expect(out).not.toContain('Processed')
    expect(out).toContain('Results: 1 would be sent, 0 rejected.')
  })

  it('reads times as the destination does: without a zone they are UTC', async () => {
    const at = (timestamp: unknown, number: number) => ({ ...track('u1', number), timestamp })
    const times = ['2026-03-01T22:00:00', '20260301T220000Z', 1772402400, '2026-03-02T00:00:00Z', { toString: 1 }]
    const input = await file('a.ndjson', ndjson(times.map(at)))
    const { out } = await ortto('deliver', input, '--dry-run', '--from', '2026-03-01', '--until', '2026-03-02')

    expect(out.match(/POST/g)).toHaveLength(3)
    expect(out).toContain('1 outside the time range')
    expect(out).toContain('a.ndjson:5 This event has no timestamp that can be read')
  })

  it('reports a damaged file, and delivers what can be read of it', async () => {
    const whole = gzipSync(ndjson(Array.from({ length: 5000 }, (_, index) => identify(`u${index}-${Math.sin(index)}`))))
    const input = await file('a.ndjson.gz', whole.subarray(0, whole.length - 10_000))
    const { code, out } = await ortto('deliver', input)

    expect(code).toBe(1)
    expect(out).toMatch(/^1 +- +400 +.*(cut off|damaged)/m)
    expect(out).toMatch(/^Lines: \d,\d{3}, in/m)
  })

  it('never shows the key', async () => {
    const { origin, close, apiKey } = await serveSandbox(() =>
      Response.json({ message: `Wrong: ${process.env.ORTTO_API_KEY ?? ''}` }, { status: 401 })
    )
    const input = await file('a.ndjson', ndjson([identify('u1')]))
    const { out, errors } = await ortto('deliver', input, '--to', origin)
    const ledger = await readFile(`${input}.ledger`, 'utf8')
    await close()

    expect(out).toContain('Wrong: ***')
    expect(`${out}${errors.join()}${ledger}`).not.toContain(apiKey)
  })

  it('takes the key from a file', async () => {
    const { origin, close, apiKey, account } = await serveSandbox()
    delete process.env.ORTTO_API_KEY
    const key = await file('key.txt', `  ${apiKey}\n`)
    await ortto('deliver', await file('a.ndjson', ndjson([identify('u1')])), '--to', origin, '--key-file', key)
    await close()

    expect(account.contacts.count).toBe(1)
  })
})

describe('before it reads anything, ortto deliver', () => {
  const input = join(ROOT, 'examples', 'events.ndjson')
  let folder: string
  let close: () => Promise<void>
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'actions-ortto-'))
    process.env.ORTTO_API_KEY = 'pau-key'
    close = () => Promise.resolve()
  })
  afterEach(async () => {
    delete process.env.ORTTO_API_KEY
    await close()
    await rm(folder, { recursive: true })
  })

  /** Delivers to a server that gives this response to `/me`. */
  const deliverTo = async (respond: (path: string) => Response | Promise<Response>, ...args: string[]) => {
    const paths: string[] = []
    const server = await serve({
      fetch: (request: Request) => {
        paths.push(new URL(request.url).pathname)
        return respond(new URL(request.url).pathname)
      }
    })
    close = server.close
    const ledger = ['--ledger', join(folder, 'ledger')]
    return { ...(await ortto('deliver', input, '--to', server.origin, ...ledger, ...args)), paths }
  }

  it('says that nobody listens at the URL, and that it can be run again', async () => {
    const { origin, close: end } = await serve({ fetch: () => new Response() })
    await end()
    const { code, errors } = await ortto('deliver', input, '--to', origin)

    expect(code).toBe(3)
    expect(errors).toEqual([
      `${origin}: The API key could not be checked: Ortto could not be reached: the connection was refused. ` +
        'Try again in a few minutes. Nothing was sent. Check --to and the network, and run the same command again.'
    ])
  })

  it.each([
    [401, 'Ortto refused the API key.'],
    [404, 'Check that --to is the URL of an Ortto server.']
  ])('says that the key or the URL is wrong, for a response %d', async (status, words) => {
    const { code, errors, paths } = await deliverTo(() => Response.json({ message: 'No' }, { status }))

    expect([code, errors]).toEqual([2, [expect.stringContaining(words)]])
    expect(paths).toEqual(['/v1/me'])
  })

  it('says that the key is malformed, without a request', async () => {
    process.env.ORTTO_API_KEY = 'key'
    const { code, errors, paths } = await deliverTo(() => new Response())

    expect([code, errors]).toEqual([2, [expect.stringContaining('is not an Ortto API key')]])
    expect(paths).toEqual([])
  })

  it('goes on when Ortto only has too much to do for now', async () => {
    const { app } = createSandbox({ apiKey: 'pau-key' })
    const { paths, out } = await deliverTo((path) =>
      path === '/v1/me' ? Response.json({}, { status: 429 }) : app.request(path, { method: 'POST', body: '[]' })
    )

    expect(paths.length).toBeGreaterThan(1)
    expect(out).toContain('The API key is refused')
  })

  it('stops when an audience cannot be connected, with the reason of Ortto', async () => {
    const mappings = join(folder, 'mappings.json')
    const mapping = { user_id: { '@path': '$.userId' }, onMappingSave: { inputs: { audience_name: 'VIP' } } }
    const entry = { name: 'Members', subscribe: 'type = "identify"', partnerAction: 'upsertContact', mapping }
    await writeFile(mappings, JSON.stringify([entry]))
    const { code, errors, paths } = await deliverTo(
      (path) =>
        path === '/v1/me' ? Response.json({}) : Response.json({ message: 'Too many audiences' }, { status: 400 }),
      '--mappings',
      mappings
    )

    expect([code, errors]).toEqual([
      2,
      ['The audience "VIP" of the mapping "Members" cannot be connected: Too many audiences. Nothing was sent.']
    ])
    expect(paths).toEqual(['/v1/me', '/v1/audiences/create'])
  })
})

describe('ortto check', () => {
  afterEach(() => {
    delete process.env.ORTTO_API_KEY
  })

  it('says whether Ortto takes the key', async () => {
    const { app } = createSandbox({ apiKey: 'pau-good' })
    const { origin, close } = await serve(app)
    try {
      process.env.ORTTO_API_KEY = 'pau-good'
      expect(await ortto('check', '--to', origin)).toEqual({
        code: 0,
        out: `The API key is valid. ${origin} accepted it.`,
        errors: []
      })
      process.env.ORTTO_API_KEY = 'pus-bad'
      const bad = await ortto('check', '--to', origin)
      expect([bad.code, bad.errors[0]]).toEqual([1, expect.stringContaining('Ortto refused the API key')])
      process.env.ORTTO_API_KEY = 'bad'
      expect((await ortto('check', '--to', origin)).errors[0]).toContain('is not an Ortto API key')

      process.env.ORTTO_API_KEY = 'pau-good'
      const unreached = await ortto('check', '--to', 'http://127.0.0.1:1')
      expect([unreached.code, unreached.errors[0]]).toEqual([
        3,
        expect.stringContaining('It is not known whether the API key is valid')
      ])
    } finally {
      await close()
    }
  })
})

describe('ortto', () => {
  it('lists its commands, and helps with each', async () => {
    const { code, out } = await ortto('--help')
    expect(code).toBe(0)
    for (const command of ['deliver', 'check', 'estimate', 'sandbox']) {
      expect(out).toContain(command)
      const help = await ortto(command, '--help')
      expect([help.code, help.out]).toEqual([0, expect.stringContaining('Examples:')])
    }
  })

  it.each([[['fly']], [[]]])('ends with 2 when it is called wrongly: %j', async (args) => {
    expect((await ortto(...args)).code).toBe(2)
  })
})
