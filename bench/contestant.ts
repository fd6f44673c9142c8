import { createReadStream } from 'fs'
import { Agent, request } from 'http'
import { createRequire } from 'module'
import { join } from 'path'
import { createInterface } from 'readline'
import type * as Core from '@segment/actions-core'
import { deliver } from '../cli/deliver'
import type { SummaryState } from '../delivery'
import { atOrigin } from '../delivery/target/at-origin'
import ortto from '../src'
import type { Settings } from '../src/generated-types'

/**
 * One way to bring the events of a file to a server, in batches of a size (`deliver` chooses its own), in a process of
 * its own: prints what it took. What it takes to load is not measured.
 */

const SETTINGS = { api_key: 'pau-key' }

const [, , contestant, file, origin, batchSize] = process.argv
const BATCH = Number(batchSize)

type Definition = Core.DestinationDefinition<Settings>

/** The destination that is live today, as a black box, with the framework that it came with. */
function liveDestination(): Core.Destination<Settings> {
  const require = createRequire(join(process.cwd(), 'bench', 'live', 'package.json'))
  const { Destination } = require('@segment/actions-core') as typeof Core
  const { manifest } = require('@segment/action-destinations') as {
    manifest: Record<string, { definition: Definition }>
  }
  return new Destination(atOrigin(manifest['682db7017819e7e055f55cb4'].definition, origin))
}

function ourDestination(): Core.Destination<Settings> {
  const { Destination } = createRequire(__filename)('@segment/actions-core') as typeof Core
  return new Destination(atOrigin(ortto, origin))
}

async function* eventsOf(path: string): AsyncGenerator<Core.SegmentEvent> {
  for await (const line of createInterface({ input: createReadStream(path) })) {
    yield JSON.parse(line) as Core.SegmentEvent
  }
}

/** A plain loop over `onBatch`, with the two presets. */
async function loop(destination: Core.Destination<Settings>): Promise<number> {
  const presets = (destination.definition.presets ?? []).flatMap((one) => (one.type === 'automatic' ? [one] : []))
  const batches = new Map(presets.map((preset): [typeof preset, Core.SegmentEvent[]] => [preset, []]))
  let delivered = 0
  const send = async (preset: Core.Subscription, events: Core.SegmentEvent[]) => {
    const subscription = {
      partnerAction: preset.partnerAction,
      subscribe: preset.subscribe,
      mapping: preset.mapping ?? {}
    }
    const [{ multistatus = [] }] = await destination.onBatch(events, { ...SETTINGS, subscription })
    delivered += multistatus.filter(({ status }) => status === 200).length
    destination.responses.length = 0
  }
  for await (const event of eventsOf(file)) {
    for (const [preset, events] of batches) {
      if (preset.subscribe === `type = "${event.type}"`) {
        events.push(event)
        if (events.length === BATCH) {
          await send(preset, events.splice(0))
        }
      }
    }
  }
  for (const [preset, events] of batches) {
    if (events.length > 0) {
      await send(preset, events)
    }
  }
  return delivered
}

/**
 * The command `ortto deliver`, with its summary and its ledger. Each round delivers the file again. It takes the key
 * from ORTTO_API_KEY.
 */
async function command(): Promise<number> {
  const printed: string[] = []
  const output = { log: (line: string) => printed.push(line), error: console.error }
  await deliver([file], { to: origin, integration: [], json: true, again: true }, output)
  const { summary } = JSON.parse(printed.join('')) as { summary: SummaryState }
  return summary.delivered
}

/** What nobody can do without: parse, stringify, and a POST on a connection that is kept. */
async function floor(): Promise<number> {
  const agent = new Agent({ keepAlive: true })
  const post = (events: unknown[]) =>
    new Promise<void>((resolve, reject) => {
      const body = JSON.stringify(events)
      const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
      request(`${origin}/v1/track`, { method: 'POST', agent, headers }, (response) => {
        response.resume().on('end', resolve)
      })
        .on('error', reject)
        .end(body)
    })
  let sent = 0
  let events: unknown[] = []
  for await (const event of eventsOf(file)) {
    sent += 1
    if (events.push(event) === BATCH) {
      await post(events)
      events = []
    }
  }
  if (events.length > 0) {
    await post(events)
  }
  return sent
}

/** Each loads what it needs, and resolves with what is measured. */
const CONTESTANTS: Record<string, () => () => Promise<number>> = {
  floor: () => floor,
  live: () => loopOver(liveDestination()),
  destination: () => loopOver(ourDestination()),
  deliver: () => command
}

function loopOver(destination: Core.Destination<Settings>): () => Promise<number> {
  return () => loop(destination)
}

async function main(): Promise<void> {
  const run = CONTESTANTS[contestant]()
  const start = performance.now()
  const before = process.cpuUsage()
  const events = await run()
  const seconds = (performance.now() - start) / 1000
  const { user, system } = process.cpuUsage(before)
  const { maxRSS } = process.resourceUsage()
  console.log(JSON.stringify({ events, seconds, cpu: (user + system) / 1e6, peak: maxRSS / 1024 }))
  process.exit()
}

void main()
