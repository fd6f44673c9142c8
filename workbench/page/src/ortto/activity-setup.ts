import type { ActivityMapping, Field } from './account'
import { withEntry } from './account'
import { newFieldFor } from './guess-field'

/** A property of an activity. */
export interface PropertyRow {
  property: string
  /** The attribute that it is mapped to */
  attribute?: Field
  /** True if a sample contains it */
  isSeen: boolean
  example?: unknown
}

/** The properties that are in samples or mapped, sorted by name. */
export function propertyRows({ attributes }: ActivityMapping, seen: ReadonlyMap<string, unknown>): PropertyRow[] {
  const mapped = new Map(Object.entries(attributes))
  return [...new Set([...seen.keys(), ...mapped.keys()])]
    .sort((a, b) => a.localeCompare(b))
    .map((property) => ({
      property,
      attribute: mapped.get(property),
      isSeen: seen.has(property),
      example: seen.get(property)
    }))
}

/** Maps a property to an attribute, or removes the mapping if there is no attribute. */
export function mapProperty(activity: ActivityMapping, property: string, attribute?: Field): ActivityMapping {
  return { ...activity, attributes: withEntry(activity.attributes, property, attribute) }
}

/** Maps all properties that are not mapped, except for objects. */
export function mapAllProperties(activity: ActivityMapping, seen: ReadonlyMap<string, unknown>): ActivityMapping {
  let next = activity
  for (const { property, attribute, example } of propertyRows(activity, seen)) {
    const made = attribute ? undefined : newFieldFor(property, example, Object.values(next.attributes))
    next = made ? mapProperty(next, property, made) : next
  }
  return next
}

/** The activities, with one of them changed. */
export function withActivity(activities: readonly ActivityMapping[], changed: ActivityMapping): ActivityMapping[] {
  return activities.map((activity) => (activity.name === changed.name ? changed : activity))
}
