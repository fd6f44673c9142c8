import { isRecord } from './values'

/** The key that marks the place where a very large item was truncated */
const TRUNCATION_KEY = '…'

/** The latest items, oldest first */
type Samples = readonly unknown[]

/** The traits in samples of contacts, each with its newest value that is not empty. */
export function traitsIn(samples: Samples): Map<string, unknown> {
  return valuesIn(samples, 'traits')
}

/** The properties in samples of an activity, each with its newest value that is not empty. */
export function propertiesIn(samples: Samples): Map<string, unknown> {
  return valuesIn(samples, 'properties')
}

function valuesIn(samples: Samples, part: 'traits' | 'properties'): Map<string, unknown> {
  const seen = new Map<string, unknown>()
  for (const sample of samples) {
    const values = isRecord(sample) ? sample[part] : undefined
    for (const [name, value] of Object.entries(isRecord(values) ? values : {})) {
      if (name !== TRUNCATION_KEY && (!seen.has(name) || (value !== null && value !== ''))) {
        seen.set(name, value)
      }
    }
  }
  return seen
}
