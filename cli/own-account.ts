import exampleAccount from '../examples/account.json'
import type { ReadItem } from '../delivery'

/** Lines of a file that are read to infer its account */
const MAX_LINES = 10_000

/** A plan whose limits are larger than any file */
const LARGE_PLAN = { contacts: 100_000_000, activities: 100 }

/**
 * The example account, with mappings for all traits and activities of a file. Traits and properties that are not in the
 * example account are mapped to text fields. Values that are not a text, a number or a boolean are not mapped.
 */
export async function inferAccount(lines: AsyncIterable<readonly ReadItem[]>): Promise<object> {
  const traits = new Map(Object.entries<string>(exampleAccount.traits))
  const fields = new Map<string, object>(exampleAccount.fields.map((field) => [field.name, field]))
  const activities = new Map(
    exampleAccount.activities.map(({ name, attributes }) => [name, new Map<string, object>(Object.entries(attributes))])
  )
  for await (const line of takeFirst(lines)) {
    if ('problem' in line) {
      continue
    }
    const { type, event, properties } = line.event
    for (const trait of [...keysOfTexts(line.event.traits), ...keysOfTexts(line.event.context?.traits)]) {
      if (!traits.has(trait)) {
        traits.set(trait, trait)
        fields.set(trait, fields.get(trait) ?? { name: trait, type: 'text' })
      }
    }
    if (type === 'track' && typeof event === 'string' && event !== '') {
      const attributes = activities.get(event) ?? new Map<string, object>()
      keysOfTexts(properties)
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

/** The first lines of a file */
async function* takeFirst(lines: AsyncIterable<readonly ReadItem[]>): AsyncGenerator<ReadItem> {
  let count = 0
  for await (const batch of lines) {
    yield* batch
    count += batch.length
    if (count >= MAX_LINES) {
      return
    }
  }
}

/** The keys of values that a text field can store. */
function keysOfTexts(values: unknown): string[] {
  const entries = typeof values === 'object' && values !== null ? Object.entries(values) : []
  return entries.flatMap(([key, value]) =>
    key !== '' && key !== '__proto__' && ['string', 'number', 'boolean'].includes(typeof value) ? [key] : []
  )
}
