import { jetstreamManager } from '@nats-io/jetstream'
import type { SegmentEvent } from '@segment/actions-core'
import { fork, spawn } from 'child_process'
import type { ChildProcess } from 'child_process'
import { once } from 'events'
import { mkdtempSync, rmSync, writeFileSync } from 'fs'
import { tmpdir } from 'os'
import { join } from 'path'
import { createInterface } from 'readline'
import { setTimeout as sleep } from 'timers/promises'
import ortto from '../src'
import { connectTo, openStream, Publisher, readStatus } from '../stream'
import { eventOf } from './events'
import { median } from './measure'

/**
 * How many events a second 1, 2 and 4 workers deliver from a stream, when each answer takes 50 ms. Every round runs all
 * of them, each with a server of its own; figures are medians. The events of a batch decide what is measured: with
 * few of them the time of the answers, with many of them this machine.
 * The workers have shared the partitions before, and stand still while the events are published.
 * Run: npm run bench:stream [-- events rounds batch-size]
 */

const [, , EVENTS = '3000', ROUNDS = '5', BATCH_SIZE = '2'] = process.argv
const WORKERS = [1, 2, 4]
const ANSWER = 50

interface Measured {
  published: number
  delivered: number
}

async function startServer(store: string): Promise<{ child: ChildProcess; url: string }> {
  const args = ['--jetstream', '--addr', '127.0.0.1', '--port', '-1', '--store_dir', store]
  const child = spawn('nats-server', args, { stdio: ['ignore', 'ignore', 'pipe'] })
  let port = ''
  for await (const line of createInterface({ input: child.stderr })) {
    port = /Listening for client connections on .*:(\d+)/.exec(line)?.[1] ?? port
    if (line.includes('Server is ready')) {
      break
    }
  }
  child.stderr.resume()
  return { child, url: `nats://127.0.0.1:${port}` }
}

async function measure(workers: number, origin: string, mappings: string): Promise<Measured> {
  const store = mkdtempSync(join(tmpdir(), 'actions-ortto-'))
  const server = await startServer(store)
  const nc = await connectTo({ servers: [server.url], name: 'bench' })
  const layout = await openStream(nc)
  const args = ['dist/cli/ortto.js', 'work', '--nats', server.url, '--to', origin, '--mappings', mappings]
  const env = { ...process.env, ORTTO_API_KEY: 'pau-bench' }
  const running = Array.from({ length: workers }, () => spawn(process.execPath, args, { env, stdio: 'ignore' }))
  const jsm = await jetstreamManager(nc)
  const left = async () => (await jsm.streams.info(layout.name)).state.messages
  try {
    const isShared = async () => {
      const { workers: found } = await readStatus(nc, layout.name)
      return found.length === workers && found.every(({ partitions }) => partitions === layout.partitions / workers)
    }
    while (!(await isShared())) {
      mustRun(running)
      await sleep(100)
    }
    running.forEach((worker) => worker.kill('SIGSTOP'))
    const publisher = new Publisher(nc, layout)
    const startedAt = performance.now()
    const events = Array.from({ length: Number(EVENTS) }, (_, number) => eventOf(number) as SegmentEvent)
    await Promise.all(events.map((event) => publisher.publish(event)))
    const publishedAt = performance.now()
    running.forEach((worker) => worker.kill('SIGCONT'))
    while ((await left()) > 0) {
      mustRun(running)
      await sleep(50)
    }
    return {
      published: (Number(EVENTS) / (publishedAt - startedAt)) * 1000,
      delivered: (Number(EVENTS) / (performance.now() - publishedAt)) * 1000
    }
  } finally {
    running.forEach((worker) => {
      worker.kill('SIGTERM')
      // One that was stopped hears it when it goes on.
      worker.kill('SIGCONT')
    })
    await Promise.all(running.map(async (worker) => worker.exitCode ?? once(worker, 'exit')))
    await nc.close()
    server.child.kill()
    await once(server.child, 'exit')
    rmSync(store, { recursive: true })
  }
}

/** @throws Error when a worker has ended, and what is waited for may never come */
function mustRun(workers: readonly ChildProcess[]): void {
  const ended = workers.find(({ exitCode, signalCode }) => exitCode !== null || signalCode !== null)
  if (ended) {
    throw new Error(`A worker has ended with ${String(ended.exitCode ?? ended.signalCode)}.`)
  }
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'actions-ortto-'))
  const mappings = join(folder, 'mappings.json')
  const presets = (ortto.presets ?? []).filter(({ type }) => type === 'automatic')
  const sized = presets.map((preset) => ({ ...preset, mapping: { ...preset.mapping, batch_size: Number(BATCH_SIZE) } }))
  writeFileSync(mappings, JSON.stringify(sized))
  const sink = fork(join(__dirname, 'sink.js'), [String(ANSWER)])
  try {
    const [port] = (await once(sink, 'message')) as [number]
    const rounds: Map<number, Measured>[] = []
    for (let round = 0; round < Number(ROUNDS); round += 1) {
      const measured = new Map<number, Measured>()
      for (const workers of WORKERS) {
        measured.set(workers, await measure(workers, `http://127.0.0.1:${port}`, mappings))
      }
      rounds.push(measured)
    }
    const of = (workers: number, name: keyof Measured) => rounds.map((round) => round.get(workers)?.[name] ?? 0)
    console.log(`${EVENTS} events, batches of ${BATCH_SIZE}, answers that take ${ANSWER} ms, ${ROUNDS} rounds`)
    for (const workers of WORKERS) {
      const rate = median(of(workers, 'delivered'))
      const ratio = median(of(workers, 'delivered').map((value, round) => value / of(1, 'delivered')[round]))
      console.log(`${workers} workers: ${rate.toFixed(0)} events a second, ${ratio.toFixed(2)} times one worker`)
    }
    const published = WORKERS.flatMap((workers) => of(workers, 'published'))
    console.log(`published: ${median(published).toFixed(0)} events a second`)
  } finally {
    sink.disconnect()
    rmSync(folder, { recursive: true })
  }
}

void main()
