import { execFileSync, fork } from 'child_process'
import { existsSync, mkdtempSync, rmSync } from 'fs'
import { tmpdir } from 'os'
import { join } from 'path'
import { once } from 'events'
import { writeEvents } from './events'

/**
 * How fast events get to a server on this machine: the destination and `ortto deliver`, against the destination that is
 * live today and the floor. Every round runs all of them; ratios are medians over the rounds.
 * Run: npm run bench:deliver [-- events rounds]
 */

const [, , EVENTS = '100000', ROUNDS = '5'] = process.argv
const CONTESTANTS = ['floor', 'live', 'destination', 'deliver']
const SMALL = 50_000

interface Measured {
  events: number
  seconds: number
  cpu: number
  peak: number
}

function measure(contestant: string, file: string, origin: string): Measured {
  const script = join(__dirname, 'contestant.js')
  const env = { ...process.env, ORTTO_API_KEY: 'pau-key' }
  const printed = execFileSync(process.execPath, [script, contestant, file, origin], { encoding: 'utf8', env })
  return JSON.parse(printed) as Measured
}

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)]
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)))
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column])).join('  ')).join('\n')
}

async function main(): Promise<void> {
  const contestants = CONTESTANTS.filter((one) => one !== 'live' || existsSync('bench/live/node_modules'))
  if (contestants.length < CONTESTANTS.length) {
    console.log('Without the live destination; install it with: npm ci --prefix bench/live --ignore-scripts\n')
  }
  const folder = mkdtempSync(join(tmpdir(), 'actions-ortto-'))
  const sink = fork(join(__dirname, 'sink.js'))
  try {
    const [port] = (await once(sink, 'message')) as [number]
    const origin = `http://127.0.0.1:${port}`
    const file = join(folder, 'events.ndjson')
    await writeEvents(file, Number(EVENTS))
    const rounds = Array.from({ length: Number(ROUNDS) }, () =>
      Object.fromEntries(contestants.map((one) => [one, measure(one, file, origin)]))
    )
    const rows = contestants.map((one) => {
      const rate = (round: Record<string, Measured>, name: string) => round[name].events / round[name].seconds
      const ratio = (name: string) =>
        contestants.includes(name)
          ? median(rounds.map((round) => rate(round, one) / rate(round, name))).toFixed(2)
          : '-'
      return [
        one,
        median(rounds.map((round) => rate(round, one))).toFixed(0),
        ratio('live'),
        ratio('floor'),
        median(rounds.map((round) => (round[one].cpu / round[one].events) * 1e6)).toFixed(1),
        median(rounds.map((round) => round[one].peak)).toFixed(0)
      ]
    })
    console.log(table([['', 'events a second', 'of live', 'of the floor', 'CPU µs an event', 'peak MB'], ...rows]))

    const small = join(folder, 'small.ndjson')
    await writeEvents(small, SMALL)
    const large = join(folder, 'large.ndjson')
    await writeEvents(large, 20 * SMALL)
    const [one, other] = [small, large].map((path) => measure('deliver', path, origin).peak)
    console.log(
      `\ndeliver, peak of memory: ${one.toFixed(0)} MB for ${SMALL} events, ${other.toFixed(0)} MB for ${
        20 * SMALL
      }: ` + `${(other / one).toFixed(2)} times`
    )
  } finally {
    sink.disconnect()
    rmSync(folder, { recursive: true })
  }
}

void main()
