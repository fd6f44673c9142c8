import type { SegmentEvent } from '@segment/actions-core'
import { isRecord } from '../../src/values'

/**
 * True when an event carries the consent of its user: Segment's `context.consent.categoryPreferences`, or RudderStack's
 * `context.consentManagement`.
 */
export function hasConsent({ context }: Pick<SegmentEvent, 'context'>): boolean {
  return readPreferences(context) !== undefined || readManagement(context) !== undefined
}

/**
 * The first of the categories that an event does not allow. Undefined when it allows all.
 *
 * In Segment's preferences a category is allowed by `true`, and one that is missing is not. In RudderStack's it is
 * allowed when `allowedConsentIds` names it, or when the event only says which ones are denied, and not this one. An
 * event without preferences allows nothing.
 */
export function findRefusedCategory(
  event: Pick<SegmentEvent, 'context'>,
  categories: readonly string[]
): string | undefined {
  if (categories.length === 0) {
    return undefined
  }
  const preferences = readPreferences(event.context)
  const management = readManagement(event.context)
  return categories.find(
    (category) =>
      (preferences === undefined && management === undefined) ||
      (preferences !== undefined && new Map(Object.entries(preferences)).get(category) !== true) ||
      (management !== undefined && !allows(management, category))
  )
}

/** Members of a context that comes from outside, so nothing is known of its type. */
function readMember(context: unknown, key: string): unknown {
  return typeof context === 'object' && context !== null ? Reflect.get(context, key) : undefined
}

function readPreferences(context: unknown): Record<string, unknown> | undefined {
  const preferences = readMember(readMember(context, 'consent'), 'categoryPreferences')
  return isRecord(preferences) ? preferences : undefined
}

function readManagement(context: unknown): Record<string, unknown> | undefined {
  const management = readMember(context, 'consentManagement')
  return isRecord(management) ? management : undefined
}

function allows({ allowedConsentIds, deniedConsentIds }: Record<string, unknown>, category: string): boolean {
  const denied = listIds(deniedConsentIds)
  const allowed = listIds(allowedConsentIds)
  return denied?.includes(category) !== true && (allowed?.includes(category) ?? denied !== undefined)
}

/** The ids are a list, or the keys of an object that has their names. */
function listIds(ids: unknown): unknown[] | undefined {
  return Array.isArray(ids) ? ids : isRecord(ids) ? Object.keys(ids) : undefined
}
