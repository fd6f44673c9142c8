import type { ErrorLog } from './error-log'
import { convert } from './field-types'
import type { ItemRecorder } from './item-recorder'
import type { ContactItem, Values } from './items'
import type { Field, FieldValue } from './records'
import { describeSkippedValue } from './sentences'
import type { Settings } from './settings'

/**
 * Converts the mapped values of an item to the types of their fields. A value that can't be converted is skipped and
 * logged; the others are not affected. Returns the values by the field's name.
 */
export function convertValues(
  values: Values,
  settings: Settings,
  mapping: ReadonlyMap<string, Field>,
  item: ContactItem,
  log: ErrorLog,
  recorder?: ItemRecorder
): Map<string, FieldValue> {
  const converted = new Map<string, FieldValue>()
  for (const [key, value] of Object.entries(values)) {
    const field = settings.findField(key, value, mapping)
    if (!field) {
      recorder?.recordUnmapped(key)
      continue
    }
    const result = convert(value, field, settings.file.phoneCountry)
    if ('value' in result) {
      converted.set(field.name, result.value)
    } else {
      const message = describeSkippedValue(key, field.name, result.problem)
      const entry = log.write({ status: 200, code: 'value_skipped', message, key, field: field.name }, item)
      recorder?.recordLogEntry(entry)
    }
  }
  return converted
}
