import { readFileSync, writeFileSync } from 'fs'
import { join } from 'path'
import { parseArgs } from 'util'
import { surviveBrokenSockets } from '../delivery/target/broken-sockets'
import { randomCases, systematicCases } from './live/cases'
import { isLiveInstalled, loadLive, loadOurs } from './live/destinations'
import { BEHAVIOR, ENTRIES, METADATA } from './live/differences'
import type { Entry } from './live/differences'
import { compareMetadata } from './live/metadata'
import { observe } from './live/observe'
import { describeCase, describeMetadata, describeUnlisted } from './live/report'
import { END, renderTable, replaceTable, START } from './live/table'

const HELP = `Usage: npm run check:live [-- options]

Gives the live destination and ours the same events and the same responses. Fails on a difference that is not in
scripts/live/differences.ts, on an entry there that no case shows, and when the README's table is not current.

  --write            write the README's table
  --readme <path>    another file for the table
  --case <number>    only show what the two do with this case

SEED=<number> chooses the random cases.`

const RANDOM_CASES = 1000
const SEED = Number(process.env.SEED ?? 1)

const { values: options } = parseArgs({
  options: {
    write: { type: 'boolean', default: false },
    readme: { type: 'string', default: join(__dirname, '..', 'README.md') },
    case: { type: 'string' },
    help: { type: 'boolean', default: false }
  }
})

/** Resolves with the exit code. */
async function checkLive(): Promise<number> {
  if (options.help) {
    console.log(HELP)
    return 0
  }
  if (!isLiveInstalled()) {
    console.error('The live destination is not installed. Run: npm ci --prefix bench/live --ignore-scripts')
    return 2
  }
  const [live, ours] = [loadLive(), loadOurs()]
  const cases = [...systematicCases(), ...randomCases(SEED, RANDOM_CASES)]
  if (options.case !== undefined) {
    const chosen = cases.slice(Number(options.case), Number(options.case) + 1)
    const observed = await observe(chosen, live, ours)
    observed.forEach((one) => console.log(describeCase(one)))
    return 0
  }

  console.log(`Seed ${SEED}: SEED=${SEED} npm run check:live`)
  const observed = await observe(cases, live, ours)
  const behavior = observed.flatMap(({ differences }) => differences)
  const metadata = compareMetadata(live.definition, ours.definition)
  const unused = [...findUnused(BEHAVIOR, behavior), ...findUnused(METADATA, metadata)]
  const problems = [
    ...describeUnlisted(observed, SEED),
    ...metadata.filter((one) => !METADATA.some((entry) => entry.matches(one))).map(describeMetadata),
    ...unused.map(({ id }) => `No case needs the entry "${id}" of the list. Remove it, or add a case.`),
    ...updateTable()
  ]
  problems.forEach((problem) => console.error(`\n${problem}`))
  const counts = `${cases.length} cases, ${behavior.length + metadata.length} differences, ${ENTRIES.length} entries`
  console.log(problems.length === 0 ? `ok  ${counts}: every difference is listed` : `\n${counts}`)
  return problems.length === 0 ? 0 : 1
}

/** The entries without which every difference would be listed all the same. */
function findUnused<One>(
  entries: readonly (Entry & { matches: (difference: One) => boolean })[],
  differences: readonly One[]
): Entry[] {
  const matching = differences.map((difference) => entries.filter((entry) => entry.matches(difference)))
  const needed = new Set(matching.filter((found) => found.length === 1).flat())
  return entries.filter((entry) => !needed.has(entry))
}

/** The problem of the README's table, if it has one. */
function updateTable(): string[] {
  const document = readFileSync(options.readme, 'utf8')
  const updated = replaceTable(document, renderTable(ENTRIES))
  if (updated === undefined) {
    return [`${options.readme} has no place for the table: it needs the marks ${START} and ${END}.`]
  }
  if (updated === document) {
    return []
  }
  if (!options.write) {
    return [`The table in ${options.readme} is not current. Run: npm run check:live -- --write`]
  }
  writeFileSync(options.readme, updated)
  return []
}

surviveBrokenSockets()
// The live destination's requests throw outside of any promise when a response breaks off.
process.on('uncaughtException', (error: Error & { code?: string }) => {
  if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') {
    console.error(error)
    process.exit(1)
  }
})

// Deliveries that never end would keep the process alive.
checkLive().then(
  (code) => process.exit(code),
  (error) => {
    console.error(error)
    process.exit(1)
  }
)
