import { Delivery, presetMappings, Records } from '../../delivery'
import { Summary } from '../../delivery/records/summary'
import { reportOf } from '../../delivery/__tests__/harness'
import { duration, Progress } from '../progress'

describe('the progress of a delivery', () => {
  const start = async (size: number) => {
    const files = [{ name: 'a', path: 'a', size, isFile: size > 0 }]
    const records = await Records.open({ files, job: 'job' })
    const delivery = new Delivery({ to: 'nowhere', settings: { api_key: 'pau-key' }, mappings: presetMappings() })
    const lines: string[] = []
    const progress = new Progress(files, records, delivery, {
      log: () => undefined,
      error: () => undefined,
      progress: (line) => lines.push(line ?? '')
    })
    await records.add([reportOf(1), reportOf(2, [{ status: 400, outcome: 'rejected' }])])
    return { progress, lines }
  }

  it('tells how much of the files was read, the events, their rate and results, and the time left', async () => {
    const { progress, lines } = await start(1000)
    progress.onBytes(250)
    progress.show()

    expect(lines[0]).toMatch(
      /^\[#####\.{15}\] {2}2 events {2}\d+\/s {2}1 delivered {2}1 rejected {2}0 retried {2}\d+:\d\d left$/
    )
  })

  it('counts what an earlier time has read, but not for the time left', () => {
    const files = ['a', 'b'].map((name) => ({ name, path: name, size: 500, isFile: true }))
    const records = { start: { file: 1, line: 1, place: 1 }, summary: new Summary() }
    const lines: string[] = []
    const output = { log: () => undefined, error: () => undefined, progress: (line?: string) => lines.push(line ?? '') }
    const progress = new Progress(files, records, { pause: 0, retried: 0 }, output)
    progress.show()
    progress.onBytes(500)
    progress.show()

    expect(lines[0]).toMatch(/^\[#{10}\.{10}\] .* retried$/)
    expect(lines[1]).toMatch(/^\[#{20}\] .* 0:00 left$/)
  })

  it('tells nothing of the end when nobody knows it', async () => {
    const { progress, lines } = await start(0)
    progress.show()

    expect(lines[0]).toMatch(/^2 events {2}\d+\/s {2}1 delivered {2}1 rejected {2}0 retried$/)
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
