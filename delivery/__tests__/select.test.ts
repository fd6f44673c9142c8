import fc from 'fast-check'
import { mkdtemp, rm, writeFile } from 'fs/promises'
import { tmpdir } from 'os'
import { join } from 'path'
import { FailedEvents, readTrigger, Sample, Selector } from '..'
import type { ReadItem, Selection } from '..'
import { formatResults } from '../records/record-lines'
import { itemOf, reportOf } from './harness'

const itemsFrom = (events: readonly object[]) => events.map((event, index) => itemOf(index + 1, event))

async function sampleOf(share: number, items: readonly ReadItem[]): Promise<Sample> {
  return Sample.of(
    share,
    (async function* () {
      yield await Promise.resolve(items)
    })()
  )
}

const ids = fc.option(fc.constantFrom('u1', 'u2', 'u3', 4), { nil: undefined })
const event = fc.record(
  {
    type: fc.constantFrom('identify', 'track', 'page'),
    event: fc.constantFrom('A', 'B', 5),
    userId: ids,
    anonymousId: fc.option(fc.constantFrom('a1', 'a2', 'a3'), { nil: undefined }),
    timestamp: fc.constantFrom('2026-01-01', '2026-01-02', '2026-01-03', 'none')
  },
  { requiredKeys: ['type'] }
)
const problem = { code: 'not_json', message: 'Not JSON' } as const
const items = fc
  .array(fc.oneof({ weight: 5, arbitrary: event }, fc.constant(undefined)), { maxLength: 30 })
  .map((list) =>
    list.map((one, index): ReadItem => {
      const { source, size } = itemOf(index + 1, one ?? {})
      return one ? itemOf(index + 1, one) : { source, size, problem, raw: '{oops' }
    })
  )

const fql = (text: string) => {
  const trigger = readTrigger(text)
  return typeof trigger === 'string' ? undefined : trigger
}

const selection = fc.record<Selection>(
  {
    from: fc.constant(Date.parse('2026-01-02')),
    until: fc.constant(Date.parse('2026-01-03')),
    filter: fc.constantFrom(fql('type = "track"'), fql('userId = "u1" or anonymousId = "a1"')),
    names: fc.constantFrom(['A'], ['A', 'B']),
    limit: fc.nat(10)
  },
  { requiredKeys: [] }
)

describe('what is chosen', () => {
  it('adds up to what was read, with what is left out, in its order', () => {
    fc.assert(
      fc.property(items, selection, (all, choice) => {
        const selector = new Selector(choice)
        const selected = all.map((item) => selector.select(item))

        const { from, until, limit = Infinity } = choice
        const chosen = selected.filter(({ skipped }) => skipped === undefined)
        expect(selected.map(({ source, event }) => [source, event])).toEqual(
          all.map(({ source, event }) => [source, event])
        )
        expect(chosen.length).toBeLessThanOrEqual(limit)
        for (const item of chosen) {
          const time = Date.parse(String(item.event?.timestamp))
          const isTimed = 'problem' in item || (time >= (from ?? -Infinity) && time < (until ?? Infinity))
          expect(isTimed || (from === undefined && until === undefined)).toBe(true)
        }
        const rest = new Selector({ ...choice, limit: undefined })
        const unlimited = all.filter((item) => rest.select(item).skipped === undefined)
        expect(chosen.map(({ source }) => source)).toEqual(
          unlimited.slice(0, Math.min(limit, unlimited.length)).map(({ source }) => source)
        )
      })
    )
  })

  it('is the same when it is read in two runs', () => {
    fc.assert(
      fc.property(items, selection, fc.nat(30), (all, choice, cut) => {
        const whole = new Selector(choice)
        const first = new Selector(choice)
        const before = all.slice(0, cut).map((item) => first.select(item))
        const chosen = before.filter(({ skipped }) => skipped === undefined).length
        const second = new Selector(choice, chosen)

        expect([...before, ...all.slice(cut).map((item) => second.select(item))]).toEqual(
          all.map((item) => whole.select(item))
        )
      })
    )
  })

  it('is what a condition, or a name, says', () => {
    const events = [
      { type: 'track', event: 'A' },
      { type: 'page', event: 'A' },
      { type: 'track', event: 'B' }
    ]
    const linesOf = (choice: Selection) => {
      const selector = new Selector(choice)
      return itemsFrom(events).flatMap((item, index) => (selector.select(item).skipped ? [] : [index]))
    }

    expect(linesOf({ names: ['A'] })).toEqual([0])
    expect(linesOf({ filter: fql('event = "A"') })).toEqual([0, 1])
    expect(linesOf({ filter: fql('event = "A"'), names: ['A', 'B'] })).toEqual([0])
  })
})

describe('a sample', () => {
  it('has all events of each of its users, and of no other', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(event, { maxLength: 40 }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        async (events, share) => {
          const list = itemsFrom(events)
          const sample = await sampleOf(share, list)
          const idsOf = (one: typeof events[number]) => (one.userId === undefined ? [] : [String(one.userId)])
          const decided = new Map(
            events.flatMap((one) => idsOf(one).map((id) => [id, sample.has(one as never)] as const))
          )
          for (const one of events) {
            const [user] = idsOf(one)
            // Somebody who is known by an anonymous ID, and elsewhere by a user ID
            const known = events.flatMap((other) => (other.anonymousId === one.anonymousId ? idsOf(other) : []))
            const owners = user !== undefined ? [user] : one.anonymousId === undefined ? [] : known
            if (owners.length > 0) {
              expect(sample.has(one as never)).toBe(owners.some((id) => decided.get(id)))
            }
          }
        }
      )
    )
  })

  it('is the same in every run, and part of a larger one', async () => {
    const list = itemsFrom(Array.from({ length: 2000 }, (_, index) => ({ type: 'identify', userId: `u${index}` })))
    const usersOf = async (share: number) => {
      const sample = await sampleOf(share, list)
      return list.flatMap(({ event }) => (event && sample.has(event) ? [event.userId] : []))
    }
    const [one, again, five, all] = [await usersOf(0.01), await usersOf(0.01), await usersOf(0.05), await usersOf(1)]

    expect(one).toEqual(again)
    expect(five).toEqual(expect.arrayContaining(one))
    expect(all).toHaveLength(2000)
    // Fixed, since the hash is.
    expect([one.length, five.length]).toEqual([expect.any(Number), expect.any(Number)])
    expect(one.length).toBeGreaterThan(5)
    expect(five.length).toBeLessThan(200)
  })
})

describe('the events that failed', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'actions-ortto-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  const read = async (...lines: string[]) => {
    await writeFile(join(folder, 'results.ndjson'), lines.map((line) => `${line}\n`).join(''))
    return FailedEvents.read(join(folder, 'results.ndjson'))
  }
  const failure = { outcome: 'rejected', status: 422, code: 'no_contact_mapping' } as const

  it('are those whose last result in a mapping is a rejection, and the lines that are no events', async () => {
    const failed = await read(
      ...formatResults([
        reportOf(1),
        reportOf(2, [failure]),
        reportOf(3, [failure]),
        reportOf(4, [{}, failure]),
        reportOf(5, [], { problem }),
        reportOf(6, [], { skipped: { code: 'no_matching_mapping', message: 'No mapping' } }),
        reportOf(3)
      ])
    )

    const selector = new Selector({ failed })
    const lines = Array.from({ length: 7 }, (_, index) => itemOf(index + 1, { type: 'identify' }, 100, 'a'))
    expect(lines.flatMap((item, index) => (selector.select(item).skipped ? [] : [index + 1]))).toEqual([2, 4, 5])
    expect(failed.missingCount).toBe(0)
  })

  it('are counted when they are not in what is read', async () => {
    const failed = await read(...formatResults([reportOf(1, [failure]), reportOf(2, [failure])]))

    new Selector({ failed }).select(itemOf(1, { type: 'identify' }, 100, 'a'))

    expect(failed.missingCount).toBe(1)
  })

  it('are told apart on one line, by their places', async () => {
    const one = reportOf(1, [failure])
    const failed = await read(...formatResults([{ ...one, source: { kind: 'file', file: 'a', line: 1, place: 50 } }]))
    const at = (place: number): ReadItem => ({
      ...itemOf(1, { type: 'identify' }),
      source: { kind: 'file', file: 'a', line: 1, place }
    })

    expect([failed.take(at(1)), failed.take(at(50))]).toEqual([undefined, expect.objectContaining(at(50))])
  })

  it.each(['{oops', '{"type":"identify"}', '5'])('are not read from another file: %s', async (line) => {
    await expect(read(line)).rejects.toThrow(/^Line 1 of .*results.ndjson is not a result that --results wrote/)
  })

  it('are not read from a file that is not there', async () => {
    await expect(FailedEvents.read(join(folder, 'none'))).rejects.toThrow(/none cannot be read/)
  })
})
