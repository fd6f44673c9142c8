import fc from 'fast-check'
import type { Mapping, ReadItem } from '..'
import { presetMappings } from '..'
import {
  deliverTo,
  deliverToSandbox,
  except,
  identify,
  itemOf,
  itemsOf,
  randomFrom,
  refusing,
  took,
  track,
  users
} from './harness'

const MINUTE = 60_000

describe('delivering events', () => {
  it('stores contacts and activities in Ortto, and has a verdict for each line in order', async () => {
    const { rows, account, bodies } = await deliverToSandbox([track('u1'), identify('u1'), identify('')])

    expect(rows.map(({ line, mapping, status, item }) => [line, mapping?.name, status, item !== undefined])).toEqual([
      [1, 'Track Activity', 200, true],
      [2, 'Upsert Contact', 200, true],
      [3, 'Upsert Contact', 400, false]
    ])
    expect(bodies).toHaveLength(2)
    expect(account.contacts.all()).toHaveLength(1)
    expect(account.contacts.all()[0].activities).toEqual(account.activities.all())
  })

  it('reports a line that is no event, and goes on', async () => {
    const problem = { code: 'not_json' as const, message: 'This line is not JSON.' }
    const items: ReadItem[] = [
      { source: { kind: 'file', file: 'a', line: 1, place: 1 }, size: 5, problem, raw: '{oops' },
      itemOf(2, identify('u1'), 5, 'a')
    ]
    const { reports } = await deliverTo(took, feed(items))

    expect(reports).toMatchObject([
      { source: { file: 'a', line: 1 }, raw: '{oops', problem, results: [] },
      { source: { file: 'a', line: 2 }, results: [{ status: 200, outcome: 'delivered', code: 'processed' }] }
    ])
  })

  it('says which events no mapping takes, and which are kept from Ortto', async () => {
    const { reports, bodies } = await deliverToSandbox(
      [
        { type: 'page', userId: 'u1' },
        identify('u1', { integrations: { All: false } }),
        identify('u1', { integrations: { 'Ortto (Actions)': false } }),
        identify('u1', { integrations: { AutopilotApp: false } }),
        identify('u1', { integrations: { 'Our Ortto': false } })
      ],
      { integrations: ['Our Ortto'] }
    )

    expect(reports.map(({ skipped, results }) => [skipped?.code, results])).toEqual([
      ['no_matching_mapping', []],
      ...Array<unknown>(4).fill(['disabled_by_integrations', []])
    ])
    expect(reports.map(({ skipped }) => skipped?.message)).toEqual([
      'No mapping matches this event, so it was not sent.',
      'Not sent: the event\'s `integrations` set "All" to false and do not name Ortto.',
      'Not sent: the event\'s `integrations` set "Ortto (Actions)" to false.',
      'Not sent: the event\'s `integrations` set "AutopilotApp" to false.',
      'Not sent: the event\'s `integrations` set "Our Ortto" to false.'
    ])
    expect(bodies).toHaveLength(0)
  })

  it('sends only the events that allow each consent category that is asked for', async () => {
    const segment = (preferences: object) => ({ context: { consent: { categoryPreferences: preferences } } })
    const { reports } = await deliverToSandbox(
      [
        identify('u1', segment({ Advertising: true, Analytics: true })),
        identify('u2', segment({ Advertising: true, Analytics: false })),
        identify('u3')
      ],
      { consent: ['Advertising', 'Analytics'] }
    )

    expect(reports.map(({ skipped, results }) => [skipped?.code, results.length])).toEqual([
      [undefined, 1],
      ['no_consent', 0],
      ['no_consent', 0]
    ])
    expect(reports.map(({ skipped }) => skipped?.message)).toEqual([
      undefined,
      'Not sent: the event\'s consent preferences do not allow "Analytics".',
      'Not sent: the event has no consent preferences, and does not allow "Advertising".'
    ])
  })

  it('has a verdict for each mapping that takes an event', async () => {
    const everything = presetMappings().map((mapping, _, [, { trigger }]) => ({
      ...mapping,
      trigger,
      subscribe: 'type = "track"'
    }))
    const { rows } = await deliverToSandbox([track('u1')], { mappings: everything })

    expect(rows.map(({ line, mapping }) => [line, mapping?.name])).toEqual([
      [1, 'Upsert Contact'],
      [1, 'Track Activity']
    ])
  })

  it('sends 500 events in a request at most, and so many as the mapping says', async () => {
    const sizes = async (members: Partial<Mapping>) => {
      const [contacts] = presetMappings()
      const { bodies, statuses } = await deliverToSandbox(users(1001), { mappings: [{ ...contacts, ...members }] })
      expect(statuses).toEqual(Array(1001).fill(200))
      return bodies.map((items) => items.length).sort((one, other) => other - one)
    }

    expect(await sizes({})).toEqual([500, 500, 1])
    expect(await sizes({ batchSize: 400 })).toEqual([400, 400, 201])
  })

  it('sends 4 MiB of events in a request at most', async () => {
    const large = users(10).map((event, index) => itemOf(index + 1, event, 1.5 * 2 ** 20))
    const sizes: number[] = []
    await deliverTo((_, items) => {
      sizes.push(items.length)
      return took()
    }, feed(large))

    expect(sizes).toEqual([2, 2, 2, 2, 2])
  })

  it('loses no event because the framework cannot map another one', async () => {
    const events = [identify('u1'), identify('u2', { context: null }), identify('u3')]
    const { statuses, rows, account } = await deliverToSandbox(events)

    expect(statuses).toEqual([200, 400, 200])
    expect(rows[1].message).toContain('cannot map this event')
    expect(account.contacts.all().map(({ ids }) => ids[0].value)).toEqual(['u1', 'u3'])
  })

  it('makes at most 8 requests at a time, and reads no further than it can send', async () => {
    let [inFlight, most, read] = [0, 0, 0]
    const endless = async function* () {
      for (;;) {
        const lines = Array.from({ length: 100 }, () => ++read)
        yield await Promise.resolve(lines.map((line) => itemOf(line, identify(`u${line}`))))
      }
    }
    const stop = new AbortController()
    const held: (() => void)[] = []
    const { stopped } = await deliverTo(
      async () => {
        inFlight += 1
        most = Math.max(most, inFlight)
        if (inFlight === 8) {
          // Nothing is answered until all that can be under way is.
          setImmediate(() => {
            stop.abort()
            held.forEach((release) => release())
          })
        }
        await new Promise<void>((resolve) => (stop.signal.aborted ? resolve() : held.push(resolve)))
        inFlight -= 1
        return took()
      },
      endless(),
      { signal: stop.signal }
    )

    expect(stopped).toBe('It was interrupted.')
    expect(most).toBe(8)
    expect(read).toBeLessThanOrEqual(8100)
  })

  it('waits no longer than a moment for more events, when they come slowly', async () => {
    let release: () => void = () => undefined
    const slow = async function* () {
      yield await Promise.resolve([itemOf(1, identify('u1'), 100, '-')])
      await new Promise<void>((resolve) => (release = resolve))
      yield [itemOf(2, identify('u2'), 100, '-')]
    }
    const users_: unknown[] = []
    await deliverTo((_, items) => {
      users_.push(items.map(({ user_id }) => user_id))
      release()
      return took()
    }, slow())

    expect(users_).toEqual([['u1'], ['u2']])
  })

  it('sends so many events a second as it may, at most', async () => {
    const { time, statuses } = await deliverTo(took, users(2000), { rate: 100 })

    expect(statuses).toEqual(Array(2000).fill(200))
    expect(time.now()).toBeGreaterThanOrEqual(15_000)
    expect(time.now()).toBeLessThanOrEqual(20_000)
  })
})

describe('what another try may mend', () => {
  it.each([408, 429, 500, 502, 503])('is tried again: a request that is answered %d', async (status) => {
    let tries = 0
    const { statuses, delivery } = await deliverTo(() => ((tries += 1) < 3 ? refusing(status) : took()), users(10))

    expect(statuses).toEqual(Array(10).fill(200))
    expect(tries).toBeGreaterThanOrEqual(3)
    expect(delivery.retries.total).toBeGreaterThanOrEqual(20)
  })

  it.each([400, 413, 422, 501])('is not a request that is answered %d', async (status) => {
    let tries = 0
    const { statuses } = await deliverTo(() => {
      tries += 1
      return refusing(status)
    }, users(1))

    expect([statuses, tries]).toEqual([[status], 1])
  })

  it('is tried again alone, when the rest of the request was taken', async () => {
    const asked: number[] = []
    const { statuses } = await deliverTo((_, items) => {
      asked.push(items.length)
      return asked.length === 1 ? except([{ index: 1, status: 500, message: 'Oops' }]) : took()
    }, users(3))

    expect(statuses).toEqual([200, 200, 200])
    expect(asked).toEqual([3, 1])
  })

  it('is given up when it fails again and again while Ortto takes others', async () => {
    let tries = 0
    const { rows, time } = await deliverTo((_, items) => {
      const index = items.findIndex(({ user_id }) => user_id === 'u1')
      tries += index < 0 ? 0 : 1
      return except(index < 0 ? [] : [{ index, status: 500, message: 'Oops' }])
    }, users(3))

    expect(rows.map(({ status, message }) => [status, message])).toEqual([
      [200, 'Processed by Ortto.'],
      [500, 'Oops'],
      [200, 'Processed by Ortto.']
    ])
    expect(tries).toBeGreaterThanOrEqual(8)
    expect(time.now()).toBeGreaterThanOrEqual(2 * MINUTE)
  })

  it('is given up when Ortto says again and again that it is over its limit, but takes those that follow', async () => {
    const { rows, stopped } = await deliverTo(
      (_, items) => {
        const index = items.findIndex(({ user_id }) => user_id === 'u1')
        return except(index < 0 ? [] : [{ index, status: 429, message: 'Too many' }])
      },
      users(3000),
      { mappings: presetMappings().map((mapping) => ({ ...mapping, batchSize: 10 })) }
    )

    expect(stopped).toBeUndefined()
    expect(rows).toHaveLength(3000)
    expect(rows.filter(({ status }) => status !== 200)).toMatchObject([{ line: 2, status: 429, isRetryable: true }])
  })

  it('is given up for the one event that makes each request fail, and no other', async () => {
    const { statuses } = await deliverTo(
      (_, items) => (items.some(({ user_id }) => user_id === 'u77') ? refusing(500) : took()),
      users(1000)
    )

    expect(statuses.map((status, index) => [index, status]).filter(([, status]) => status !== 200)).toEqual([[77, 500]])
  })

  it('delivers all events in whole batches when half of all requests fail at random', async () => {
    const seed = Date.now() % 1_000_000
    const random = randomFrom(seed)
    const batches: number[] = []
    const { statuses } = await deliverTo((_, items) => {
      batches.push(items.length)
      return random() < 0.5 ? refusing(500) : took()
    }, users(20_000))

    expect([seed, statuses.filter((status) => status !== 200)]).toEqual([seed, []])
    // 40 batches need two requests each on average. If they were sent in ever smaller parts, there would be thousands.
    expect([seed, batches.length < 200]).toEqual([seed, true])
  })

  it('finds the event that makes each request fail also while other requests fail at random', async () => {
    const seed = Date.now() % 1_000_000
    const random = randomFrom(seed)
    const { statuses } = await deliverTo(
      (_, items) => (random() < 0.3 || items.some(({ user_id }) => user_id === 'u77') ? refusing(500) : took()),
      users(3000)
    )

    const others = statuses.map((status, index) => [index, status]).filter(([, status]) => status !== 200)
    expect([seed, others]).toEqual([seed, [[77, 500]]])
  })

  it.each([
    ['not JSON', () => new Response('<html>')],
    ['of items that were not sent', () => except([{ index: 700, status: 400, message: 'Bad' }])]
  ])('is an answer that is %s', async (_what, answer) => {
    let tries = 0
    const { statuses } = await deliverTo(() => ((tries += 1) === 1 ? answer() : took()), users(2))

    expect([statuses, tries]).toEqual([[200, 200], 2])
  })
})

describe('when Ortto is over its limit', () => {
  it('waits as long as it asks for', async () => {
    let tries = 0
    const { time, statuses } = await deliverTo(
      () => ((tries += 1) === 1 ? refusing(429, 'Slow down', { 'retry-after': '120' }) : took()),
      users(1)
    )

    expect(statuses).toEqual([200])
    expect(time.now()).toBeGreaterThanOrEqual(120_000)
  })

  it('stops after five minutes of nothing else, and can go on later', async () => {
    const { stopped, rows, time } = await deliverTo(() => refusing(429, 'Too many'), users(10))

    expect(stopped).toBe('Ortto has been over its limit for five minutes: Too many')
    expect(rows).toEqual([])
    expect(time.now()).toBeGreaterThanOrEqual(5 * MINUTE)
    expect(time.now()).toBeLessThan(8 * MINUTE)
  })

  it('stops at once when it asks for a longer wait than that', async () => {
    const { stopped } = await deliverTo(() => refusing(429, 'Full', { 'retry-after': '7200' }), users(10))

    expect(stopped).toBe('Ortto asks to wait 120 minutes: Full')
  })
})

describe('a delivery stops, with all that was confirmed', () => {
  it('when the API key is refused', async () => {
    let tries = 0
    const { stopped, statuses } = await deliverTo(
      () => ((tries += 1) < 3 ? took() : refusing(401, 'No such key')),
      users(20_000)
    )

    expect(stopped).toBe('The API key is refused: No such key')
    expect(new Set(statuses)).toEqual(new Set([200]))
    expect(statuses).toHaveLength(1000)
  })

  it('but not when one event among others is refused like a key', async () => {
    const { statuses, rows } = await deliverTo(
      (_, items) => except(items.length > 1 ? [{ index: 1, status: 403, message: 'This contact is locked' }] : []),
      users(3)
    )

    expect(statuses).toEqual([200, 403, 200])
    expect(rows[1].message).toBe('This contact is locked')
  })

  it('when Ortto takes nothing for five minutes', async () => {
    const { stopped, rows } = await deliverTo(() => refusing(503, 'Down'), users(600))

    expect(stopped).toBe('Ortto has accepted nothing for five minutes: Down')
    expect(rows).toEqual([])
  })

  it('when each of the first 1,000 results is the same rejection', async () => {
    const message = 'No mappings configured for contacts'
    const none = (_: string, items: unknown[]) => except(items.map((_item, index) => ({ index, status: 422, message })))
    const { stopped, rows } = await deliverTo(none, users(3000))

    expect(stopped).toBe(`Each of the first 1000 results is the same rejection: ${message}`)
    expect(rows).toEqual([])
  })

  it('also when there are many more', async () => {
    const none = (_: string, items: unknown[]) =>
      except(items.map((_item, index) => ({ index, status: 422, message: 'None' })))
    const { stopped, rows } = await deliverTo(none, inGoes(users(20_000), [300]))

    expect(stopped).toContain('Each of the first 1000 results is the same rejection: None')
    expect(rows).toEqual([])
  })

  it('also after more events that are not for Ortto than it holds', async () => {
    const none = (_: string, items: unknown[]) =>
      except(items.map((_item, index) => ({ index, status: 422, message: 'None' })))
    const pages = Array.from({ length: 9000 }, () => ({ type: 'page', userId: 'u1' }))
    const { stopped, reports } = await deliverTo(none, inGoes([...pages, ...users(3000)], [300]))

    expect(stopped).toContain('Each of the first 1000 results is the same rejection: None')
    expect(reports.every(({ skipped }) => skipped !== undefined)).toBe(true)
  })

  it('but not when they say that Ortto has it all already', async () => {
    const known = (_: string, items: unknown[]) =>
      except(items.map((_item, index) => ({ index, status: 422, message: 'There is nothing new in it' })))

    expect((await deliverTo(known, users(1500))).statuses).toEqual(Array(1500).fill(422))
  })

  it('but not when fewer are, or one is another', async () => {
    const answer = (_: string, items: { user_id?: string }[]) =>
      except(
        items.flatMap(({ user_id }, index) => (user_id === 'u999' ? [] : [{ index, status: 422, message: 'None' }]))
      )

    expect((await deliverTo(answer, users(3000))).statuses).toHaveLength(3000)
    expect((await deliverTo(answer, users(900))).statuses).toEqual(Array(900).fill(422))
  })

  it('when it is told to: what is under way is waited for', async () => {
    const stop = new AbortController()
    const { stopped, statuses } = await deliverTo(
      () => {
        stop.abort()
        return took()
      },
      users(20_000),
      { signal: stop.signal }
    )

    expect(stopped).toBe('It was interrupted.')
    expect(statuses.length).toBeGreaterThanOrEqual(500)
    expect(new Set(statuses)).toEqual(new Set([200]))
    expect(statuses.length).toBeLessThanOrEqual(8000)
  })

  it('when the events cannot be read any more', async () => {
    const broken = async function* () {
      yield* itemsOf(users(2))
      throw new Error('The disk is gone')
    }

    expect(await deliverTo(took, broken())).toMatchObject({ stopped: 'The disk is gone', statuses: [200, 200] })
  })
})

describe('the order of the events of one user', () => {
  /** Few users, few ids that link them, contacts and activities. */
  const event = fc.record({
    kind: fc.constantFrom('identify', 'track'),
    userId: fc.constantFrom('u1', 'u2', 'u3'),
    anonymousId: fc.constantFrom(undefined, 'a1', 'a2')
  })

  it(
    'is kept across the actions and through retries',
    () =>
      fc.assert(
        fc.asyncProperty(
          fc.array(event, { maxLength: 60 }),
          fc.array(fc.constantFrom(200, 200, 200, 429, 500), { minLength: 1, maxLength: 200 }),
          fc.array(fc.constantFrom(200, 200, 503), { minLength: 1, maxLength: 20 }),
          fc.integer({ min: 1, max: 7 }),
          fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 10 }),
          async (kinds, itemStatuses, requestStatuses, batchSize, goes) => {
            const events = kinds.map(({ kind, userId, anonymousId }, index) =>
              kind === 'identify'
                ? identify(userId, { anonymousId, traits: { name: String(index) } })
                : track(userId, { anonymousId, messageId: String(index), timestamp: '2026-01-01T00:00:00Z' })
            )
            const holds = new Map<string | undefined, number>()
            const taken = new Set<number>()
            const early: string[] = []
            let requests = 0
            const tries = new Map<number, number>()
            const next = (list: number[], count: number) => list[count % list.length]
            const { statuses, stopped } = await deliverTo(
              (path, sent) => {
                const failure = next(requestStatuses, requests++)
                // Sooner or later everything is taken.
                if (failure !== 200 && requests < 4) {
                  return refusing(failure)
                }
                return except(
                  sent.flatMap((item, index) => {
                    const position = Number(path === '/v1/track' ? item.message_id : item.traits?.name)
                    const count = (tries.get(position) ?? 0) + 1
                    tries.set(position, count)
                    const status = count > 3 ? 200 : next(itemStatuses, position * 7 + count)
                    if (status !== 200) {
                      return [{ index, status, message: 'Busy' }]
                    }
                    taken.add(position)
                    if (path === '/v1/identify') {
                      holds.set(item.user_id, position)
                    } else {
                      const missing = events.findIndex(
                        ({ type, userId }, at) =>
                          at < position && type === 'identify' && userId === item.user_id && !taken.has(at)
                      )
                      early.push(...(missing < 0 ? [] : [`${position} before ${missing}`]))
                    }
                    return []
                  })
                )
              },
              inGoes(events, goes),
              { mappings: presetMappings().map((mapping) => ({ ...mapping, batchSize })) }
            )

            expect(stopped).toBeUndefined()
            expect(statuses).toEqual(events.map(() => 200))
            expect(early).toEqual([])
            for (const userId of ['u1', 'u2', 'u3']) {
              const last = events.map((one) => one.type === 'identify' && one.userId === userId).lastIndexOf(true)
              expect(holds.get(userId) ?? -1).toBe(last)
            }
          }
        ),
        { numRuns: 60 }
      ),
    60_000
  )

  it('does not hang on a user whose ids come in changing pairs', async () => {
    const tracks = ['phone', 'laptop', 'phone', 'laptop', 'phone'].map((anonymousId) => track('u1', { anonymousId }))
    let requests = 0
    const { statuses } = await deliverTo((_, items) => {
      requests += 1
      return except(
        requests <= 2 ? items.map((_item, index) => ({ index, status: 500, message: 'Oops' })).slice(0, 1) : []
      )
    }, inGoes(tracks, [2, 1]))

    expect(statuses).toEqual([200, 200, 200, 200, 200])
  })

  it('keeps what activities bring of a contact: the later holds', async () => {
    const bring = (name: string) =>
      track('u1', { messageId: name, timestamp: '2026-01-01T00:00:00Z', context: { traits: { name } } })
    const stored: unknown[] = []
    let requests = 0
    const { statuses } = await deliverTo(
      (_, items) => {
        requests += 1
        const isFirst = requests === 1
        stored.push(...items.slice(isFirst ? 1 : 0).map(({ traits }) => traits?.name))
        return except(isFirst ? [{ index: 0, status: 500, message: 'Oops' }] : [])
      },
      [bring('old'), bring('new')]
    )

    expect(statuses).toEqual([200, 200])
    expect(stored).toEqual(['new', 'old', 'new'])
  })

  it('is not kept for an anonymous id that all users have', async () => {
    const events = Array.from({ length: 3000 }, (_, index) =>
      index % 2 === 0 ? identify(`u${index}`, { anonymousId: 'all' }) : track(`u${index}`, { anonymousId: 'all' })
    )
    let requests = 0
    const { statuses } = await deliverTo(() => {
      requests += 1
      return took()
    }, events)

    expect(statuses).toEqual(Array(3000).fill(200))
    expect(requests).toBeLessThan(40)
  })

  it('does not keep the events of one user from going out together', async () => {
    const sizes: number[] = []
    await deliverTo(
      (_, items) => {
        sizes.push(items.length)
        return took()
      },
      Array.from({ length: 1200 }, () => track('u1'))
    )

    expect(sizes).toEqual([500, 500, 200])
  })

  it.each([
    ['tells of a contact that was sent again what Ortto said when it took it', 422, 'Nothing new', [200, 200]],
    [
      'calls no contact delivered that was refused when it was sent again: an earlier one has won',
      400,
      'Bad',
      [200, 400]
    ]
  ])('%s', async (_what, status, message, expected) => {
    let requests = 0
    const { statuses } = await deliverTo(
      (_, items) => {
        requests += 1
        return requests === 1
          ? except([{ index: 0, status: 500, message: 'Oops' }])
          : except(items.flatMap((_item, index) => (index === 1 ? [{ index, status, message }] : [])))
      },
      [identify('u1'), identify('u1')]
    )

    expect([statuses, requests]).toEqual([expected, 2])
  })

  it.each([
    [206, 200, 'delivered'],
    [200, 206, 'partial']
  ])('gives an activity that was sent again its last result: first %i, then %i', async (first, second, outcome) => {
    let requests = 0
    const { reports } = await deliverTo(
      () => {
        requests += 1
        const status = requests === 1 ? first : second
        return except([
          ...(requests === 1 ? [{ index: 0, status: 503, message: 'Down' }] : []),
          ...(status === 206 ? [{ index: 1, status, message: 'Its contact was not stored' }] : [])
        ])
      },
      ['m1', 'm2'].map((messageId) => track('u1', { messageId, timestamp: '2026-03-01T00:00:00Z' }))
    )

    expect(requests).toBe(2)
    expect(reports.map(({ results }) => results[0].outcome)).toEqual(['delivered', outcome])
  })
})

/** The events in goes of these sizes, between which others have their turn. */
async function* inGoes(events: readonly object[], sizes: readonly number[]): AsyncGenerator<ReadItem[]> {
  let line = 0
  for (let go = 0; line < events.length; go += 1) {
    const some = events.slice(line, line + sizes[go % sizes.length])
    yield some.map((event) => itemOf(++line, event))
    await new Promise((resolve) => setTimeout(resolve, go % 3))
  }
}

async function* feed(lines: ReadItem[]): AsyncGenerator<ReadItem[]> {
  yield await Promise.resolve(lines)
}
