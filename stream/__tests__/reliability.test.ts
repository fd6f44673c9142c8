import type { NatsConnection } from '@nats-io/transport-node'
import { readFile, writeFile } from 'fs/promises'
import { join } from 'path'
import { Fault } from '../../sandbox'
import { connectTo } from '..'
import { countStored, runCase, WAYS } from './fault-cases'
import { pageOf } from './fault-page'
import type { TestedFault } from './fault-page'
import { ACTIONS } from './fault-ways'
import { startServer } from './harness'
import type { Server } from './harness'

const PAGE = join(__dirname, '..', '..', 'docs', 'reliability.md')

const status = (code: number, lasts = '') => ({
  title: `status ${code}, ${lasts || 'once'}`,
  effect: 'Ortto rejects the request, and processes nothing.',
  fault: { kind: 'status', status: code, ...(lasts ? { once: false } : {}) }
})

/** Each fault of the sandbox. A lasting fault is on until a delivery fails, and then it is switched off. */
const FAULTS: { title: string; effect: string; fault?: object }[] = [
  { title: 'no fault', effect: 'Ortto processes all requests.' },
  ...[400, 401, 403, 408, 413, 422, 429, 500, 501, 503].map((code) => status(code)),
  status(429, 'lasting'),
  status(503, 'lasting'),
  {
    title: 'redirect, once',
    effect: 'Ortto processes nothing, and responds with a redirect.',
    fault: { kind: 'redirect' }
  },
  {
    title: 'redirect, lasting',
    effect: 'Ortto processes nothing, and responds with a redirect.',
    fault: { kind: 'redirect', once: false }
  },
  {
    title: 'size limit of 600 bytes',
    effect: 'A request with one event is below the limit, and a request with ten events is above it.',
    fault: { kind: 'size limit', bytes: 600, once: false }
  },
  {
    title: 'size limit of 60 bytes',
    effect: 'Each event is above the limit.',
    fault: { kind: 'size limit', bytes: 60, once: false }
  },
  {
    title: 'delay of 300 ms, once',
    effect: 'Ortto processes the events, and responds late, but before the timeout.',
    fault: { kind: 'delay', milliseconds: 300 }
  },
  {
    title: 'delay of 15 s, once',
    effect: 'Ortto processes the events, and responds after the timeout of 10 seconds.',
    fault: { kind: 'delay', milliseconds: 15_000 }
  },
  {
    title: 'stall, once',
    effect: 'Ortto processes the events, and the response stops in the middle.',
    fault: { kind: 'stall' }
  },
  {
    title: 'break, once',
    effect: 'Ortto processes the events, and the connection breaks in the middle of the response.',
    fault: { kind: 'break' }
  },
  {
    title: 'break, lasting',
    effect: 'Ortto processes the events, and the connection breaks in the middle of each response.',
    fault: { kind: 'break', once: false }
  },
  {
    title: 'not JSON, once',
    effect: 'Ortto processes the events, and responds with 200 and a web page.',
    fault: { kind: 'not JSON' }
  },
  {
    title: 'not JSON, lasting',
    effect: 'Ortto processes the events, and responds with 200 and a web page, each time.',
    fault: { kind: 'not JSON', once: false }
  },
  {
    title: 'wrong indices, once',
    effect: 'Ortto processes the events, and reports an error for an event that was not sent.',
    fault: { kind: 'wrong indices' }
  },
  {
    title: 'wrong indices, lasting',
    effect: 'Ortto processes the events, and reports an error for an event that was not sent, each time.',
    fault: { kind: 'wrong indices', once: false }
  }
]

describe('with each fault, each action and each way to deliver', () => {
  let server: Server
  let nc: NatsConnection
  let tested: TestedFault[]

  beforeAll(async () => {
    server = await startServer()
    nc = await connectTo({ servers: [server.url], name: 'test' })
    tested = await Promise.all(
      FAULTS.map(async ({ title, effect, fault }) => ({
        title,
        effect,
        fault,
        rows: await Promise.all(
          WAYS.flatMap((way) =>
            ACTIONS.map(async (action) => {
              const result = await runCase(way, action, fault && Fault.parse(fault), nc)
              return { way, action, result }
            })
          )
        )
      }))
    )
  }, 150_000)
  afterAll(async () => {
    await nc.close()
    await server.close()
  })

  it('every kind of fault is tested', () => {
    const kinds = Fault.options.map(({ shape }) => shape.kind.value)
    expect(new Set(FAULTS.flatMap(({ fault }) => (fault ? [Fault.parse(fault).kind] : [])))).toEqual(new Set(kinds))
  })

  it.each(FAULTS)('$title: no event is lost, stored twice, or reported as delivered but not stored', (one) => {
    const rows = tested.filter(({ title }) => title === one.title).flatMap((found) => found.rows)
    expect(rows).toHaveLength(WAYS.length * ACTIONS.length)
    for (const { way, action, result } of rows) {
      const { sent, last, reasons, lost, storedTwice, falseSuccesses } = result
      const counts = { lost, storedTwice, falseSuccesses, neither: sent - countStored(last) - reasons.length }
      expect({ way, action, ...counts }).toEqual({
        way,
        action,
        lost: 0,
        storedTwice: 0,
        falseSuccesses: 0,
        neither: 0
      })
      expect(reasons).not.toContain('')
      expect(last.counted).toBe(way === 'serve' ? countStored(last) : undefined)
    }
  })

  it('docs/reliability.md contains the results', async () => {
    const page = pageOf(tested)
    if (process.env.RENEW !== undefined) {
      await writeFile(PAGE, page)
    }
    const current = await readFile(PAGE, 'utf8').catch(() => '')
    if (current !== page) {
      throw new Error(`${firstDifference(current, page)}\nUpdate it with: RENEW=1 npm run test:stream -- reliability`)
    }
  })
})

function firstDifference(current: string, page: string): string {
  const [before, now] = [current.split('\n'), page.split('\n')]
  const index = now.findIndex((line, at) => line !== before[at])
  const line = index === -1 ? now.length : index
  return `docs/reliability.md is out of date in line ${line + 1}:\n- ${before[line] ?? ''}\n+ ${now[line] ?? ''}`
}
