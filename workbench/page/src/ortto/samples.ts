import { isRecord } from './values'

/** What abridging an item leaves in the place of what was too much to keep. */
const LEFT_OUT = '…'

/** Samples of a few items are kept; the newest is the last. */
type Samples = readonly unknown[]

/** The traits in samples of contacts, each with the newest value that says something. */
export function traitsIn(samples: Samples): Map<string, unknown> {
  return valuesIn(samples, 'traits')
}

/** The properties in samples of an activity, each with the newest value that says something. */
export function propertiesIn(samples: Samples): Map<string, unknown> {
  return valuesIn(samples, 'properties')
}

function valuesIn(samples: Samples, part: 'traits' | 'properties'): Map<string, unknown> {
  const seen = new Map<string, unknown>()
  for (const sample of samples) {
    const values = isRecord(sample) ? sample[part] : undefined
    for (const [name, value] of Object.entries(isRecord(values) ? values : {})) {
      if (name !== LEFT_OUT && (!seen.has(name) || (value !== null && value !== ''))) {
        seen.set(name, value)
      }
    }
  }
  return seen
}
