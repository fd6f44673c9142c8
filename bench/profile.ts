import { mkdtempSync, readdirSync, readFileSync } from 'fs'
import { join } from 'path'
import type { Profiler } from 'inspector'
import type { Contestant, Track } from './measure'

/** What a function's time is spent on, by where it stands: the first that fits. */
const WORK: [name: string, isSo: (place: string) => boolean][] = [
  ['garbage collection', (place) => place.startsWith('(garbage collector)')],
  ['waiting', (place) => place.startsWith('(idle)')],
  ['reading and parsing', (place) => /readEvent|eventsOf|split-json|read-bytes|readline/.test(place)],
  ['mapping', (place) => /mapping-kit|dist\/cjs\/get\.js|compile-mapping|map-ahead|RegExp|real-type-of/.test(place)],
  ['copying', (place) => /remove-(empty-values|undefined)|arrify/.test(place)],
  ['validation', (place) => /schema-validation|ajv|validate\d+/.test(place)],
  ['writing JSON, requests', (place) => /request-client|node-fetch|node:|writev|\bread\b/.test(place)],
  ['this destination', (place) => place.includes('/src/')],
  ['order, results, summary', (place) => /\/delivery\/|\/cli\//.test(place)],
  ['the framework besides', (place) => place.includes('actions-core')]
]

/** The shares of a contestant's time, in percent, the largest first. */
export async function profile(
  track: Track,
  contestant: Contestant,
  file: string,
  folder: string
): Promise<[work: string, percent: number][]> {
  const into = mkdtempSync(join(folder, 'profile-'))
  await track.run(contestant, file, 500, ['--cpu-prof', '--cpu-prof-dir', into])
  const [name] = readdirSync(into)
  const {
    nodes,
    samples = [],
    timeDeltas = []
  } = JSON.parse(readFileSync(join(into, name), 'utf8')) as Profiler.Profile
  const workOf = new Map(
    nodes.map(({ id, callFrame: { functionName, url } }): [number, string] => {
      const place = `${functionName} ${url}`
      return [id, WORK.find(([, isSo]) => isSo(place))?.[0] ?? 'everything else']
    })
  )
  const spent = new Map<string, number>()
  samples.forEach((id, index) => {
    const work = workOf.get(id) ?? 'everything else'
    spent.set(work, (spent.get(work) ?? 0) + timeDeltas[index])
  })
  const all = [...spent.values()].reduce((sum, one) => sum + one, 0)
  return [...spent]
    .map(([work, time]): [string, number] => [work, (time / all) * 100])
    .sort(([, one], [, other]) => other - one)
}
