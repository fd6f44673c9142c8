import type { ActivityMapping, Field } from './account'
import { withEntry } from './account'
import { newFieldFor } from './guess-field'

/** A property of an activity, with what is known of it. */
export interface PropertyRow {
  property: string
  /** The attribute that it fills */
  attribute?: Field
  isSeen: boolean
  example?: unknown
}

/** The properties that were seen or are mapped, by name. */
export function propertyRows({ attributes }: ActivityMapping, seen: ReadonlyMap<string, unknown>): PropertyRow[] {
  const mapped = new Map(Object.entries(attributes))
  return [...new Set([...seen.keys(), ...mapped.keys()])]
    .sort((one, other) => one.localeCompare(other))
    .map((property) => ({
      property,
      attribute: mapped.get(property),
      isSeen: seen.has(property),
      example: seen.get(property)
    }))
}

/** Has a property fill an attribute; without one it is not mapped any more. */
export function mapProperty(activity: ActivityMapping, property: string, attribute?: Field): ActivityMapping {
  return { ...activity, attributes: withEntry(activity.attributes, property, attribute) }
}

/** Maps every property that is not mapped yet and that an attribute can take. */
export function mapAllProperties(activity: ActivityMapping, seen: ReadonlyMap<string, unknown>): ActivityMapping {
  let next = activity
  for (const { property, attribute, example } of propertyRows(activity, seen)) {
    const made = attribute ? undefined : newFieldFor(property, example, Object.values(next.attributes))
    next = made ? mapProperty(next, property, made) : next
  }
  return next
}

/** The activities with one of them changed. */
export function withActivity(activities: readonly ActivityMapping[], changed: ActivityMapping): ActivityMapping[] {
  return activities.map((one) => (one.name === changed.name ? changed : one))
}
