import { defaultValues } from '@segment/actions-core'
import type { JSONLikeObject } from '@segment/actions-core'
import type { Case } from './cases'
import { compare } from './compare'
import type { Difference } from './compare'
import type { Destination } from './destinations'
import type { Observation } from './observation'
import { run } from './run'
import { LocalOrtto } from './server'

/** Deliveries at the same time, beside those that wait for a response that does not come */
const CONCURRENCY = 16

/** One case, and what each destination did with it. */
export interface Observed {
  of: Case
  live: Observation
  ours: Observation
  differences: readonly Difference[]
}

/** Gives each case to both destinations. Results are in the order of the cases. */
export async function observe(cases: readonly Case[], live: Destination, ours: Destination): Promise<Observed[]> {
  const ortto = new LocalOrtto()
  await ortto.start()
  const results: Observed[] = []
  const observeAt = async (index: number) => {
    results[index] = await observeCase(cases[index], live, ours, ortto)
  }
  // Cases that wait for a response do so all at once.
  const indexes = cases.map((_, index) => index)
  const slow = indexes.filter((index) => isSlow(cases[index])).map(observeAt)
  const others = indexes.filter((index) => !isSlow(cases[index]))
  const work = async () => {
    for (let index = others.shift(); index !== undefined; index = others.shift()) {
      await observeAt(index)
    }
  }
  await Promise.all([...slow, ...Array.from({ length: CONCURRENCY }, work)])
  ortto.stop()
  return results
}

function isSlow({ response: { kind, isLarge } }: Case): boolean {
  return isLarge || kind === 'stalls' || kind === 'breaks'
}

async function observeCase(of: Case, live: Destination, ours: Destination, ortto: LocalOrtto): Promise<Observed> {
  const liveMapping = defaultMapping(of, live)
  const ourMapping = of.mappingOf === 'live' ? liveMapping : defaultMapping(of, ours)
  const observations = await Promise.all([run(of, live, liveMapping, ortto), run(of, ours, ourMapping, ortto)])
  const differences = compare(of, ...observations, { ...ourMapping, ...of.mapping } as JSONLikeObject)
  return { of, live: observations[0], ours: observations[1], differences }
}

function defaultMapping({ action }: Case, { definition }: Destination): object {
  return defaultValues(definition.actions[action].fields)
}
