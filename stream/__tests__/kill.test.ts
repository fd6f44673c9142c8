import { spawn } from 'child_process'
import type { ChildProcess } from 'child_process'
import { once } from 'events'
import { join } from 'path'
import { setTimeout as sleep } from 'timers/promises'
import { createSandbox } from '../../sandbox'
import type { Fault } from '../../sandbox'
import { serve } from '../../sandbox/http/serve'
import { connectAndOpen, countLeft, identify, listRejected, publishAll, startServer, track } from './harness'

const ORTTO = join(__dirname, '..', '..', 'dist', 'cli', 'ortto.js')

const ACCOUNT = {
  plan: { contacts: 10_000_000 },
  fields: [{ name: 'Name', type: 'text' }],
  traits: { name: 'Name' },
  activities: [{ name: 'Signed up', retentionDays: 'for ever' }]
}

const EVENTS = 20_000
const USERS = 1000
const BAD_EVERY = 500
const WORKERS = 3

/** Each way in which the sandbox fails, several of them more than once. */
const FAULTS: Fault[] = [
  { kind: 'status', status: 503, message: 'Down', once: true },
  { kind: 'break', once: true },
  { kind: 'status', status: 429, message: 'Slow down', once: true },
  { kind: 'not JSON', once: true },
  { kind: 'size limit', bytes: 40_000, once: false },
  { kind: 'stall', once: true },
  { kind: 'wrong indices', once: true },
  { kind: 'redirect', location: '/login', once: true },
  { kind: 'delay', milliseconds: 800, once: true },
  { kind: 'status', status: 500, message: 'Broken', once: true },
  { kind: 'break', once: true }
]

/** The first events create the users. One of every BAD_EVERY events is invalid. */
function eventOf(number: number): object {
  const user = `u${number % USERS}`
  if (number % BAD_EVERY === BAD_EVERY - 1) {
    return { ...track(user, number), userId: undefined }
  }
  const isName = number < USERS || number % 7 === 0
  return isName ? identify(user, { messageId: `i-${number}`, traits: { name: String(number) } }) : track(user, number)
}

/** The same numbers for the same seed: from 0 to 1. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32
    return state / 2 ** 32
  }
}

describe('three workers that are killed at random, while Ortto fails in different ways', () => {
  it('store every event once and in order, or reject it with the reason', async () => {
    const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 32))
    console.log(`Seed ${seed}: SEED=${seed} npm run test:stream -- kill`)
    const random = randomFrom(seed)
    const server = await startServer()
    const { nc, layout } = await connectAndOpen(server, { partitions: 12 })
    const { app, account, apiKey, faults } = createSandbox({ account: ACCOUNT })
    const { origin, close } = await serve(app)
    const workers: ChildProcess[] = []
    const startWorker = () =>
      spawn(process.execPath, [ORTTO, 'work', '--nats', server.url, '--to', origin, '--rate', '1500'], {
        env: { ...process.env, ORTTO_API_KEY: apiKey },
        stdio: 'ignore'
      })
    try {
      workers.push(...Array.from({ length: WORKERS }, startWorker))
      const events = Array.from({ length: EVENTS }, (_, number) => eventOf(number))
      const part = Math.ceil(EVENTS / FAULTS.length)
      for (const [index, fault] of FAULTS.entries()) {
        await publishAll(nc, layout, events.slice(index * part, (index + 1) * part))
        faults.clear('size limit')
        faults.add(fault)
        await sleep(random() * 2000)
        const victim = Math.floor(random() * WORKERS)
        workers[victim].kill('SIGKILL')
        workers[victim] = startWorker()
      }
      while ((await countLeft(nc, layout)) > 0) {
        await sleep(100)
      }
      expect(faults.all()).toEqual([])

      const bad = events.filter((_, number) => number % BAD_EVERY === BAD_EVERY - 1)
      const rejected = await listRejected(nc, layout)
      expect(rejected.map(({ messageId }) => messageId).sort()).toEqual(
        bad.map((event) => ('messageId' in event ? event.messageId : '')).sort()
      )
      expect(rejected.every(({ _rejected: [{ message }] }) => message.includes('neither a User ID nor'))).toBe(true)

      const expected = events.filter((event) => !('traits' in event) && !bad.includes(event))
      const stored = account.activities.all()
      expect(stored).toHaveLength(expected.length)
      expect(new Set(stored.map(({ timestamp }) => timestamp)).size).toBe(expected.length)
      expect(stored.every(({ state }) => state === 'attached')).toBe(true)
      const latest = new Map<string, string>()
      for (const { ids, timestamp } of stored) {
        const [{ value }] = ids
        expect((latest.get(value) ?? '') < timestamp).toBe(true)
        latest.set(value, timestamp)
      }

      const names = new Map<string, string>()
      events.forEach((_, number) => {
        if ('traits' in eventOf(number)) {
          names.set(`u${number % USERS}`, String(number))
        }
      })
      const held = account.contacts.all().map(({ ids, fields }) => [ids[0].value, fields.get('Name')] as const)
      expect(new Map(held)).toEqual(names)
    } finally {
      workers.forEach((worker) => worker.kill('SIGTERM'))
      await Promise.all(workers.map(async (worker) => worker.exitCode ?? worker.signalCode ?? once(worker, 'exit')))
      await close()
      await nc.close()
      await server.close()
    }
  }, 170_000)
})
