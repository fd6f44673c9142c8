import { jetstreamManager } from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/transport-node'
import { spawn } from 'child_process'
import type { ChildProcess } from 'child_process'
import { once } from 'events'
import { mkdtemp, rm, writeFile } from 'fs/promises'
import { tmpdir } from 'os'
import { join } from 'path'
import pino from 'pino'
import { createInterface } from 'readline'
import { setTimeout as sleep } from 'timers/promises'
import type { SegmentEvent } from '@segment/actions-core'
import { presetMappings, Stopped } from '../../delivery'
import { serve } from '../../sandbox/http/serve'
import { connectTo, openStream, Publisher, readRejected, work } from '..'
import type { Layout, StreamOptions, WorkerOptions } from '..'

/** A NATS server with its own port and store. */
export interface Server {
  url: string
  /** Kills the server, as a crash would. Its store is kept. */
  kill: () => Promise<void>
  /** Starts the server again, with the same port and store. */
  restart: () => Promise<void>
  /** Kills the server, and deletes its store. */
  close: () => Promise<void>
}

/**
 * @param config further lines of the server's configuration
 * @param port a free one when it is not given
 */
export async function startServer(config = '', port = -1): Promise<Server> {
  const store = await mkdtemp(join(tmpdir(), 'actions-ortto-nats-'))
  const file = join(store, 'server.conf')
  await writeFile(file, config)
  let child: ChildProcess
  const start = async () => {
    const args = ['--jetstream', '--addr', '127.0.0.1', '--port', String(port), '--store_dir', store, '--config', file]
    child = spawn('nats-server', args, { stdio: ['ignore', 'ignore', 'pipe'] })
    const lines: string[] = []
    for await (const line of createInterface({ input: child.stderr ?? process.stdin })) {
      lines.push(line)
      port = Number(/Listening for client connections on .*:(\d+)/.exec(line)?.[1] ?? port)
      if (line.includes('Server is ready')) {
        break
      }
    }
    if (port === -1) {
      throw new Error(`nats-server did not start: ${lines.join(' ')}`)
    }
    child.stderr?.resume()
  }
  const kill = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
  }
  await start()
  return {
    url: `nats://127.0.0.1:${port}`,
    kill,
    restart: start,
    close: async () => {
      await kill()
      await rm(store, { recursive: true })
    }
  }
}

/** A connection to a server, and a stream with few partitions and a short acknowledgement timeout. */
export async function connectAndOpen(server: Server, options: StreamOptions = {}) {
  const nc = await connectTo({ servers: [server.url], name: 'test' })
  const layout = await openStream(nc, { partitions: 4, ackWait: 1500, ...options })
  return { nc, layout }
}

/** Resolves when a condition is true. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) {
    await sleep(20)
  }
}

/** The number of events in the stream, including those in progress. */
export async function countLeft(nc: NatsConnection, { name }: Pick<Layout, 'name'>): Promise<number> {
  return (await (await jetstreamManager(nc)).streams.info(name)).state.messages
}

/** The events on the rejected subject. */
export async function listRejected(nc: NatsConnection, layout: Pick<Layout, 'name'>) {
  const found: (Record<string, unknown> & { _rejected: { status: number; message: string }[] })[] = []
  for await (const { text } of readRejected(nc, layout)) {
    found.push(JSON.parse(text) as typeof found[number])
  }
  return found
}

export async function publishAll(nc: NatsConnection, layout: Layout, events: readonly object[]): Promise<void> {
  const publisher = new Publisher(nc, layout)
  await Promise.all(events.map((event) => publisher.publish(event as SegmentEvent)))
}

type Item = Record<string, unknown> & { user_id?: string; message_id?: string; traits?: { name?: string } }

/** Returns the response of a fake Ortto to the items of a request. */
export type Responder = (items: Item[], path: string) => Response | Promise<Response>

/** Starts a fake Ortto, to which workers deliver. */
export async function startOrtto(respond: Responder) {
  const { origin, close } = await serve({
    fetch: async (request: Request) => respond((await request.json()) as Item[], new URL(request.url).pathname)
  })
  const workers: { drain: () => Promise<string | undefined> }[] = []
  /** Starts a worker in this process. `drain` resolves with the reason if the worker stopped on its own. */
  const startWorker = (nc: NatsConnection, layout: Layout, delivery: Partial<WorkerOptions['delivery']> = {}) => {
    const stop = new AbortController()
    const log: Record<string, unknown>[] = []
    const ended = work({
      nc,
      layout,
      delivery: { to: origin, settings: { api_key: 'pau-key' }, mappings: presetMappings(), ...delivery },
      log: pino({ base: null }, { write: (line) => log.push(JSON.parse(line) as Record<string, unknown>) }),
      signal: stop.signal
    }).then(
      () => undefined,
      (error: Error) => {
        if (!(error instanceof Stopped)) {
          throw error
        }
        return error.message
      }
    )
    const drain = () => {
      stop.abort()
      return ended
    }
    const worker = { ended, drain, log, batches: () => log.filter(({ msg }) => msg === 'batch') }
    workers.push(worker)
    return worker
  }
  return {
    origin,
    startWorker,
    close: async () => {
      await Promise.all(workers.map(({ drain }) => drain()))
      await close()
    }
  }
}

export const identify = (userId: string, members: object = {}) => ({
  type: 'identify',
  userId,
  traits: { name: userId },
  ...members
})
export const track = (userId: string, number: number, members: object = {}) => ({
  type: 'track',
  event: 'Signed up',
  userId,
  messageId: `t-${number}`,
  timestamp: new Date(Date.parse('2026-03-01T00:00:00Z') + number * 1000).toISOString(),
  ...members
})

export const accept = () => Response.json({})
export const reject = (status: number, message = 'Busy') => Response.json({ message }, { status })
/** A response with errors for some items. */
export const acceptExcept = (errors: { index: number; status: number; message: string }[]) =>
  errors.length > 0 ? Response.json({ errors }, { status: 207 }) : accept()
