import { itemOf, reportOf } from '../../delivery/__tests__/harness'
import { Retries } from '../../delivery/engine/retries'
import type { Waiting } from '../../delivery/engine/retries'
import { Summary } from '../../delivery/records/summary'
import { duration, Progress } from '../progress'

describe('the progress of a delivery', () => {
  /** A delivery of one file of 1,000 bytes, of which a quarter has results; the rest was only read. */
  const start = (size: number, waiting?: Waiting) => {
    const files = [{ name: 'a', path: 'a', size, isFile: size > 0, modifiedAt: 0 }]
    const summary = new Summary()
    const texts: string[] = []
    const output = { log: () => undefined, error: () => undefined, progress: (text?: string) => texts.push(text ?? '') }
    const progress = new Progress(files, { summary }, { waiting, retries: new Retries() }, output)
    const deliver = async () => {
      const items = progress.watch(
        (async function* () {
          progress.onBytes(250)
          yield await Promise.resolve([itemOf(1, {}), itemOf(2, {})])
          progress.onBytes(750)
          yield [itemOf(3, {})]
        })()
      )
      for await (const list of items) {
        expect(list.length).toBeGreaterThan(0)
      }
      summary.add([reportOf(1), reportOf(2, [{ status: 400, outcome: 'rejected' }])])
      progress.show()
      return texts[0].split('\n')
    }
    return deliver()
  }

  it('shows how much of the files has results, whatever was read', async () => {
    const lines = await start(1000)

    expect(lines[0]).toMatch(/^\[#####\.{15}\] {2}25% {2}2 events {2}[\d,]+\/s {2}\d+:\d\d left$/)
    expect(lines.slice(1)).toEqual(['1 delivered  1 rejected  0 retried'])
  })

  it('says nothing of the end when the size is not known', async () => {
    expect((await start(0))[0]).toMatch(/^2 events {2}[\d,]+\/s$/)
  })

  it('shows why it waits on a line of its own', async () => {
    const lines = await start(1000, { status: 429, code: 'rate_limited', milliseconds: 5000 })

    expect(lines[2]).toMatch(/^Waiting: 429, more events than the plan allows\. Next attempt at \d\d:\d\d:\d\d\.$/)
    lines.forEach((line) => expect(line.length).toBeLessThanOrEqual(80))
  })

  describe('without a terminal', () => {
    const showAfter = (milliseconds: number, isJSON: boolean) => {
      // A whole number: the difference of others may be a little less than what was added.
      const start = 1000
      const now = jest.spyOn(performance, 'now').mockReturnValue(start)
      const errors: unknown[] = []
      const output = { log: () => undefined, error: (text: unknown) => errors.push(text) }
      const waiting = { status: 503, code: 'unreachable', milliseconds: 1000 }
      const delivery = { waiting, retries: new Retries() }
      const progress = new Progress([], { summary: new Summary() }, delivery, output, isJSON)
      now.mockReturnValue(start + milliseconds)
      progress.show()
      progress.show()
      return errors
    }

    it('is one line every 30 seconds', () => {
      expect(showAfter(29_999, false)).toEqual([])
      expect(showAfter(30_000, false)).toEqual([
        expect.stringMatching(
          /^0 events .* {2}Waiting: 503, Ortto cannot be reached\. Next attempt at \d\d:\d\d:\d\d\.$/
        )
      ])
    })

    it('is JSON for machines', () => {
      const [line] = showAfter(30_000, true)

      expect(JSON.parse(String(line))).toMatchObject({
        progress: { events: 0, waiting: { status: 503, code: 'unreachable' } }
      })
    })
  })

  it.each([
    [0, '0:00'],
    [65, '1:05'],
    [3599.5, '1:00:00'],
    [7325, '2:02:05']
  ])('writes %d seconds as %s', (seconds, text) => {
    expect(duration(seconds)).toBe(text)
  })
})
