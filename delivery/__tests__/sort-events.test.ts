import fc from 'fast-check'
import { mkdtemp, readFile, rm, stat, writeFile } from 'fs/promises'
import { tmpdir } from 'os'
import { basename, join } from 'path'
import { readAll, Records, Selector, sortItems } from '..'
import type { EventReport, ReadItem } from '..'
import { identify, itemOf, readLines, reportOf, track } from './harness'

const at = (second: number, members: object = {}) =>
  track('u1', { timestamp: new Date(second * 1000).toISOString(), ...members })

async function* listsOf(...lists: ReadItem[][]): AsyncGenerator<ReadItem[]> {
  for (const list of lists) {
    yield await Promise.resolve(list)
  }
}

async function collect(items: AsyncIterable<ReadItem[]>): Promise<ReadItem[]> {
  const all: ReadItem[] = []
  for await (const list of items) {
    all.push(...list)
  }
  return all
}

const placesOf = (items: readonly ReadItem[]) =>
  items.map(({ source }) => (source.kind === 'file' ? `${source.file}${source.line}` : ''))

describe('sorted events', () => {
  it('come in the order of their timestamps, those of one time in the order of the files', async () => {
    const first = [itemOf(1, at(5), 10, 'a'), itemOf(2, at(1), 10, 'a')]
    const second = [itemOf(1, at(3), 10, 'b'), itemOf(2, at(5), 10, 'b'), itemOf(3, at(0), 10, 'b')]

    expect(placesOf(await collect(sortItems(listsOf(first, second))))).toEqual(['b3', 'a2', 'b1', 'a1', 'b2'])
  })

  it('are sorted as many at a time as fit', async () => {
    const items = [9, 8, 7, 6, 5].map((second, index) => itemOf(index + 1, at(second), 10, 'a'))

    expect(placesOf(await collect(sortItems(listsOf(items), undefined, 20)))).toEqual(['a2', 'a1', 'a4', 'a3', 'a5'])
  })

  it('stay behind the one before them when they have no timestamp, or are no events', async () => {
    const problem = { code: 'not_json', message: 'Not JSON' } as const
    const items: ReadItem[] = [
      itemOf(1, at(5)),
      itemOf(2, identify('u1')),
      { source: { kind: 'file', file: 'events.ndjson', line: 3, place: 3 }, size: 1, raw: '{', problem },
      itemOf(4, at(1)),
      itemOf(5, at(6))
    ]

    const sorted = await collect(sortItems(listsOf(items)))
    expect(sorted.map(({ source }) => source.kind === 'file' && source.line)).toEqual([4, 1, 2, 3, 5])
  })

  it('stay together when they are of one value', async () => {
    const items = await readLines(
      JSON.stringify({ batch: [at(5, { event: 'A' }), at(1, { event: 'B' })] }),
      JSON.stringify(at(3, { event: 'C' }))
    )
    const sorted = await collect(sortItems(listsOf(items), undefined, 1))
    const together = await collect(sortItems(listsOf(items)))

    expect([sorted, together].map((list) => list.map(({ event }) => event?.event))).toEqual([
      ['A', 'B', 'C'],
      ['C', 'A', 'B']
    ])
  })

  it('are refused when a part of them was delivered, and they have changed since', async () => {
    const items = [itemOf(1, at(2)), itemOf(2, at(1))]
    const [{ window }] = await collect(sortItems(listsOf(items)))
    const before = { done: 1, count: window?.count ?? 0, digest: window?.digest ?? '' }

    expect(await collect(sortItems(listsOf([...items, itemOf(3, at(0))]), before))).toHaveLength(2)
    for (const changed of [[items[0]], [items[0], itemOf(2, at(0))]]) {
      await expect(collect(sortItems(listsOf(changed), before))).rejects.toThrow('have changed since a part of them')
    }
  })
})

describe('a sorted delivery', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'actions-ortto-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  const outputOf = (path: string) => readFile(join(folder, path), 'utf8').catch(() => '')

  it('is resumed where it was interrupted, and gives each event one result', async () => {
    const files = fc.array(fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 8 }), { minLength: 1, maxLength: 4 })
    const stops = fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 4 })
    const size = fc.integer({ min: 1, max: 2000 })
    const count = fc.integer({ min: 0, max: 40 })
    let run = 0
    await fc.assert(
      fc.asyncProperty(files, stops, size, count, async (contents, interrupted, maxBytes, maxChosen) => {
        run += 1
        const named = await Promise.all(
          contents.map(async (seconds, index) => {
            const path = join(folder, `${run}-${index}.ndjson`)
            const events = seconds.map((second, line) => at(second, { messageId: `${index}-${line}` }))
            await writeFile(path, events.map((event) => `${JSON.stringify(event)}\n`).join(''))
            const { size, mtimeMs: modifiedAt } = await stat(path)
            return { name: basename(path), path, size, modifiedAt, isFile: true }
          })
        )
        const ids: unknown[] = []
        const chosen: unknown[] = []
        const ledger = join(folder, `${run}.ledger`)
        const results = join(folder, `${run}.results`)
        /** Delivers so many events at most. */
        const deliver = async (limit: number) => {
          const records = await Records.open({ files: named, job: { id: 'job', target: 'Ortto' }, ledger, results })
          let left = limit
          const { lines, notChosen } = records.summary.counts
          const selector = new Selector({ limit: maxChosen }, lines - notChosen)
          const read = readAll(records.files, { onEnd: records.onEnd })
          for await (const items of selector.selectFrom(sortItems(read, records.windowBefore, maxBytes))) {
            const reports = items.slice(0, left).map(toReport)
            left -= reports.length
            ids.push(...reports.map(({ messageId }) => messageId))
            chosen.push(...reports.filter(({ skipped }) => !skipped).map(({ messageId }) => messageId))
            await records.add(reports)
          }
          await records.close(left > 0)
          return records
        }
        for (const limit of interrupted) {
          await deliver(limit)
        }
        await deliver(Infinity)
        const { files: unread } = await deliver(Infinity)

        const expected = contents.flatMap((seconds, index) => seconds.map((_, line) => `${index}-${line}`)).sort()
        expect([...ids].sort()).toEqual(expected)
        expect(chosen).toHaveLength(Math.min(maxChosen, expected.length))
        const lines = (await outputOf(`${run}.results`)).split('\n').filter((line) => line !== '')
        expect(lines.map((line) => (JSON.parse(line) as { messageId: string }).messageId)).toEqual(chosen)
        expect(unread).toEqual([])
      }),
      { numRuns: 60 }
    )
  })
})

function toReport({ source, size, end, window, raw, event, skipped }: ReadItem): EventReport {
  const results = skipped ? [] : reportOf(1).results
  return { source, size, end, window, raw, event, skipped, messageId: event?.messageId ?? undefined, results }
}
