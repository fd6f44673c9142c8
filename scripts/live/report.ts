import { inspect } from 'util'
import { BEHAVIOR } from './differences'
import type { MetadataDifference } from './metadata'
import type { Observed } from './observe'

/** Unlisted differences that are shown one by one */
const SHOWN = 20

/** What a person needs to know of each kind of difference that is not in the list. */
export function describeUnlisted(observed: readonly Observed[], seed: number): string[] {
  const kinds = new Map<string, { count: number; text: string }>()
  observed.forEach(({ of, differences }, index) => {
    for (const { about, live, ours } of differences.filter((one) => !BEHAVIOR.some((entry) => entry.matches(one)))) {
      const text = [
        `An unlisted difference: ${about} is ${show(live)} with the live destination, and ${show(ours)} with ours.`,
        `Case: ${of.name}`,
        `See it: SEED=${seed} npm run check:live -- --case ${index}`
      ].join('\n  ')
      const kind = [of.action, of.mode, of.response.kind, about, about.startsWith('result') && [live, ours]].join()
      const { count = 0, text: first = text } = kinds.get(kind) ?? {}
      kinds.set(kind, { count: count + 1, text: first })
    }
  })
  const texts = [...kinds.values()].map(({ count, text }) => `${text}\n  ${count} like it`)
  return texts.length <= SHOWN
    ? texts
    : [...texts.slice(0, SHOWN), `${texts.length - SHOWN} more kinds of unlisted differences.`]
}

export function describeMetadata({ path, live, ours }: MetadataDifference): string {
  return `An unlisted difference of the definitions: ${path} is ${show(live)} in the live one, and ${show(
    ours
  )} in ours.`
}

/** Everything about one case. */
export function describeCase({ of, live, ours, differences }: Observed): string {
  const { name, events, mapping, apiKey, response } = of
  const listed = differences.map((difference) => ({
    about: difference.about,
    live: difference.live,
    ours: difference.ours,
    entries: BEHAVIOR.filter((entry) => entry.matches(difference)).map(({ id }) => id)
  }))
  const { send: _, ...facts } = response
  return inspect(
    { name, events, mapping, apiKey, response: facts, live, ours, differences: listed },
    { depth: 12, breakLength: 120, maxStringLength: 300 }
  )
}

function show(value: unknown): string {
  return inspect(value, { depth: 3, breakLength: Infinity, maxStringLength: 100 })
}
