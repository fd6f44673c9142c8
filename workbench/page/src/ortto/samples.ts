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

/** Where the newest activity with a place happened: its location, or else its IP address. */
export function placeIn(samples: Samples): string | undefined {
  const places = samples.map((sample) => {
    const { location, ip } = isRecord(sample) ? sample : {}
    const parts = isRecord(location) ? Object.values(location).filter((part) => typeof part === 'string') : []
    return parts.length > 0 ? parts.join(', ') : typeof ip === 'string' ? ip : ''
  })
  return places.reverse().find((place) => place !== '')
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
