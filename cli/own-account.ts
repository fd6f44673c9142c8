import exampleAccount from '../examples/account.json'
import type { Line } from '../delivery'

/** So many lines are looked at. */
const ENOUGH_LINES = 10_000

/** No limit of it is in the way of a file. */
const LARGE_PLAN = { contacts: 100_000_000, activities: 100 }

/**
 * The example account with a mapping for everything that a file brings, so that the file's own traits and activities
 * are seen in Ortto. Traits and properties that the example doesn't know become text; those that are not text, a number
 * or a yes or no stay unmapped.
 */
export async function accountFor(lines: AsyncIterable<readonly Line[]>): Promise<object> {
  const traits = new Map(Object.entries<string>(exampleAccount.traits))
  const fields = new Map<string, object>(exampleAccount.fields.map((field) => [field.name, field]))
  const activities = new Map(
    exampleAccount.activities.map(({ name, attributes }) => [name, new Map<string, object>(Object.entries(attributes))])
  )
  for await (const line of firstOf(lines)) {
    if (!('event' in line)) {
      continue
    }
    const { type, event, properties } = line.event
    for (const trait of [...plainKeys(line.event.traits), ...plainKeys(line.event.context?.traits)]) {
      if (!traits.has(trait)) {
        traits.set(trait, trait)
        fields.set(trait, fields.get(trait) ?? { name: trait, type: 'text' })
      }
    }
    if (type === 'track' && typeof event === 'string' && event !== '') {
      const attributes = activities.get(event) ?? new Map<string, object>()
      plainKeys(properties)
        .filter((property) => !attributes.has(property))
        .forEach((property) => attributes.set(property, { name: property, type: 'text' }))
      activities.set(event, attributes)
    }
  }
  return {
    ...exampleAccount,
    plan: LARGE_PLAN,
    traits: Object.fromEntries(traits),
    fields: [...fields.values()],
    activities: [...activities].map(([name, attributes]) => ({ name, attributes: Object.fromEntries(attributes) }))
  }
}

/** The first lines; those of so many tell what is there. */
async function* firstOf(lines: AsyncIterable<readonly Line[]>): AsyncGenerator<Line> {
  let count = 0
  for await (const some of lines) {
    yield* some
    count += some.length
    if (count >= ENOUGH_LINES) {
      return
    }
  }
}

/** The keys whose values a text field takes. */
function plainKeys(values: unknown): string[] {
  const entries = typeof values === 'object' && values !== null ? Object.entries(values) : []
  return entries.flatMap(([key, value]) =>
    key !== '' && key !== '__proto__' && ['string', 'number', 'boolean'].includes(typeof value) ? [key] : []
  )
}
