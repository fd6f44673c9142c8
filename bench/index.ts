import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'fs'
import { tmpdir } from 'os'
import { join } from 'path'
import { median, table, Track } from './measure'
import type { Contestant, Measured } from './measure'
import { plot } from './plot'
import { profile } from './profile'

/**
 * How fast, and with how many bytes, events get to a server on this machine: the destination and `ortto deliver`,
 * against the destination that is live today and the floor. Every round runs all, ratios are medians over the rounds.
 * Run: npm run bench [-- events rounds]. With RENEW=1 it writes docs/performance.md and its plots.
 */

const [, , EVENTS = '100000', ROUNDS = '5'] = process.argv
const CONTESTANTS: Contestant[] = ['floor', 'live', 'destination', 'deliver']
const LOOPS: Contestant[] = ['floor', 'live', 'destination']
/** Sizes of a batch, and how many events take about as long as any others. */
const BATCHES = [
  { size: 1, events: 4000 },
  { size: 10, events: 20_000 },
  { size: 100, events: 50_000 },
  { size: 500, events: 50_000 }
]
const MEMORY = [10_000, 50_000, 100_000, 1_000_000]
/** Shares of requests that fail */
const FAILING = [0.05, 0.5]
const PAGE = 'docs/performance.md'
const PLOT = 'docs/performance.svg'

type Round<Name extends string> = Record<Name, Measured>

/** What one round after the other brought. */
async function rounds<Name extends Contestant>(names: readonly Name[], run: (name: Name) => Promise<Measured>) {
  const all: Round<Name>[] = []
  for (let round = 0; round < Number(ROUNDS); round += 1) {
    const found: [Name, Measured][] = []
    for (const name of names) {
      found.push([name, await run(name)])
    }
    all.push(Object.fromEntries(found) as Round<Name>)
  }
  return all
}

const rateOf = ({ events, seconds }: Measured) => events / seconds
const costOf = ({ events, seconds }: Measured) => (seconds / events) * 1e6
const whole = (value: number) => Math.round(value).toLocaleString('en')

async function speed(track: Track): Promise<{ text: string; picture: string }> {
  const file = await track.file(Number(EVENTS))
  const found = await rounds(CONTESTANTS, (name) => track.run(name, file, 500))
  const of = (name: Contestant, value: (measured: Measured) => number) => median(found.map((one) => value(one[name])))
  const ratio = (name: Contestant, other: Contestant) =>
    median(found.map((one) => rateOf(one[name]) / rateOf(one[other]))).toFixed(2)
  const rows = CONTESTANTS.map((name) => [
    name,
    whole(of(name, rateOf)),
    ratio(name, 'live'),
    ratio(name, 'floor'),
    of(name, ({ cpu, events }) => (cpu / events) * 1e6).toFixed(1),
    whole(of(name, ({ bytes, events }) => bytes / events)),
    whole(of(name, ({ peak }) => peak))
  ])
  const head = ['', 'events a second', 'of live', 'of the floor', 'CPU µs an event', 'bytes an event', 'peak MB']
  const groups = CONTESTANTS.map((name) => ({ label: name, values: [of(name, rateOf)] }))
  return { text: table(head, rows), picture: plot('Events a second: more is better', [], groups) }
}

async function batches(track: Track): Promise<{ text: string; picture: string }> {
  const groups: { label: string; values: number[] }[] = []
  const rows: string[][] = []
  for (const { size, events } of BATCHES) {
    const file = await track.file(events)
    const found = await rounds(LOOPS, (name) => track.run(name, file, size))
    const values = LOOPS.map((name) => median(found.map((one) => costOf(one[name]))))
    const ratio = median(found.map((one) => costOf(one.live) / costOf(one.destination)))
    const bytes = LOOPS.slice(1).map((name) => median(found.map((one) => one[name].bytes / one[name].events)))
    groups.push({ label: `batches of ${size}`, values })
    rows.push([String(size), ...values.map((value) => value.toFixed(1)), ratio.toFixed(2), ...bytes.map(whole)])
  }
  const head = ['batch', 'floor µs', 'live µs', 'destination µs', 'times live', 'live bytes', 'destination bytes']
  return { text: table(head, rows), picture: plot('Microseconds an event: less is better', LOOPS, groups) }
}

async function memory(track: Track): Promise<string> {
  const rows: string[][] = []
  for (const events of MEMORY) {
    const { peak } = await track.run('deliver', await track.file(events), 500)
    rows.push([whole(events), whole(peak)])
  }
  return table(['events', 'peak MB of deliver'], rows)
}

/** `deliver` while a share of all requests fail at random, and while none does. */
async function failures(track: Track, folder: string): Promise<string> {
  const file = await track.file(Number(EVENTS))
  const rows: string[][] = []
  for (const share of FAILING) {
    const failing = await Track.open(folder, share)
    const ratios: number[] = []
    for (let round = 0; round < Number(ROUNDS); round += 1) {
      const normal = await track.run('deliver', file, 500)
      ratios.push(rateOf(await failing.run('deliver', file, 500)) / rateOf(normal))
    }
    failing.close()
    rows.push([`${share * 100} %`, median(ratios).toFixed(2)])
  }
  return table(['requests that fail', 'of the speed without failures'], rows)
}

async function profiles(track: Track, folder: string): Promise<string> {
  const file = await track.file(Number(EVENTS))
  const ofDestination = await profile(track, 'destination', file, folder)
  const ofDeliver = new Map(await profile(track, 'deliver', file, folder))
  const names = new Set([...ofDestination.map(([work]) => work), ...ofDeliver.keys()])
  const shares = new Map(ofDestination)
  const percent = (value = 0) => `${value.toFixed(0)} %`
  return table(
    ['time goes to', 'destination', 'deliver'],
    [...names].map((work) => [work, percent(shares.get(work)), percent(ofDeliver.get(work))])
  )
}

async function main(): Promise<void> {
  if (!existsSync('bench/live/node_modules')) {
    throw new Error('The live destination is missing. Install it with: npm ci --prefix bench/live --ignore-scripts')
  }
  const folder = mkdtempSync(join(tmpdir(), 'actions-ortto-'))
  const track = await Track.open(folder)
  try {
    const bySpeed = await speed(track)
    console.log(`${bySpeed.text}\n`)
    const byBatch = await batches(track)
    console.log(`${byBatch.text}\n`)
    const byMemory = await memory(track)
    console.log(`${byMemory}\n`)
    const byFailures = await failures(track, folder)
    console.log(`${byFailures}\n`)
    const byProfile = await profiles(track, folder)
    console.log(byProfile)
    if (process.env.RENEW) {
      renew({ speed: bySpeed.text, batches: byBatch.text, memory: byMemory, failures: byFailures, profile: byProfile })
      writeFileSync(PLOT, bySpeed.picture)
      writeFileSync(PLOT.replace('.svg', '-batches.svg'), byBatch.picture)
    }
  } finally {
    track.close()
    rmSync(folder, { recursive: true })
  }
}

/** Puts each text between its marks, `<!-- name -->` and `<!-- end -->`. */
function renew(texts: Record<string, string>): void {
  const page = Object.entries(texts).reduce(
    (text, [name, found]) =>
      text.replace(
        new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- end -->)`),
        (_, start: string, end: string) => `${start}${found}\n${end}`
      ),
    readFileSync(PAGE, 'utf8')
  )
  writeFileSync(PAGE, page)
}

main().catch((error: Error) => {
  console.error(error.message)
  process.exitCode = 1
})
