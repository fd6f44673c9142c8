import { reportOf } from '../../delivery/__tests__/harness'
import type { MessageSource } from '../../delivery'
import { Settler } from '../settler'

const SOURCE: MessageSource = { kind: 'message', subject: 'events.0', partition: 0, sequence: 7 }
const rejected = { outcome: 'rejected', code: 'invalid_data', status: 400, message: 'Bad' } as const

/** A settler with one message in progress, and what becomes of it. */
function start() {
  const settled: string[] = []
  const records: { text: string; key: string }[] = []
  const message = { ack: () => settled.push('acknowledged'), term: () => settled.push('terminated') }
  const partition = {
    get: (sequence: number) => (sequence === SOURCE.sequence ? message : undefined),
    finish: (sequence: number) => settled.push(`finished ${sequence}`)
  }
  const publisher = {
    reject: (text: string, key: string) => {
      records.push({ text, key })
      return Promise.resolve()
    }
  }
  const log = { info: () => undefined, error: () => undefined }
  const settler = new Settler(new Map([[0, partition as never]]), publisher as never, log)
  return { settler, settled, records }
}

describe('a message with several events', () => {
  const event = (number: number, result: object = {}) =>
    reportOf(number, [result], { source: SOURCE, ordinal: number, raw: `{"type":"track","messageId":"m${number}"}` })

  it('is acknowledged once, when none of them was rejected', async () => {
    const { settler, settled, records } = start()
    await settler.settle([event(1), event(2), event(3)], 0)

    expect(settled).toEqual(['acknowledged', 'finished 7'])
    expect(records).toEqual([])
  })

  it('is terminated once, after each rejected event is on the rejected subject under a key of its own', async () => {
    const { settler, settled, records } = start()
    await settler.settle([event(1, rejected), event(2), event(3, rejected)], 0)

    expect(settled).toEqual(['terminated', 'finished 7'])
    expect(records.map(({ text }) => JSON.parse(text) as unknown)).toMatchObject([
      { messageId: 'm1', _rejected: [{ status: 400 }] },
      { messageId: 'm3', _rejected: [{ status: 400 }] }
    ])
    expect(new Set(records.map(({ key }) => key)).size).toBe(2)
  })
})
