import type { JSONObject } from '@segment/actions-core'
import { generateFql } from '@segment/destination-subscriptions'
import { z } from 'zod'
import { isEvent } from '../../delivery'
import { ACTIONS } from '../../delivery/mapping/mapping-fields'
import { readTrigger } from '../../delivery/mapping/mappings'
import { isRecord } from '../../src/values'
import { explainTrigger } from './explain-trigger'
import { checkMappings } from './mappings-store'
import { originsOf } from './origins'
import type { FieldOrigin } from './origins'

/** A mapping that is being edited. It may not be valid. */
export const EditedMapping = z.object({
  partnerAction: z.enum(Object.keys(ACTIONS)),
  subscribe: z.string(),
  mapping: z.custom<JSONObject>(isRecord)
})
export type EditedMapping = z.infer<typeof EditedMapping>

/** The payload that a mapping would create from an event. Nothing is sent. */
interface Preview {
  /** The trigger as Segment reads it, in FQL. Undefined when it cannot be read. */
  readAs?: string
  /**
   * The position of the previewed event: the first event that the trigger matches, otherwise the first event. If the
   * trigger cannot be read, the action's default trigger is used.
   */
  event?: number
  /** Whether the trigger matches that event, and why */
  trigger?: { matches: boolean; why: string }
  /** The value of each field, except for fields with a problem */
  fields: FieldOrigin[]
}

export function previewOf({ partnerAction, subscribe, mapping }: EditedMapping, events: readonly unknown[]): Preview {
  const problems = checkMappings([{ name: 'Draft', partnerAction, subscribe, mapping }])
  const read = readTrigger(subscribe)
  const trigger = typeof read === 'string' ? undefined : read
  const index = findPreviewed(events, trigger ?? readTrigger(ACTIONS[partnerAction].defaultSubscription ?? ''))
  const event = events[index]
  const readAs = trigger && generateFql(trigger)
  if (!isEvent(event) || problems.some(({ field }) => field === undefined)) {
    return { readAs, fields: [] }
  }
  const valid = Object.entries(mapping).filter(([key]) => !problems.some(({ field }) => field === key))
  return {
    readAs,
    event: index,
    trigger: trigger && explainTrigger(trigger, event),
    fields: originsOf(Object.fromEntries(valid), partnerAction, event)
  }
}

/** The position of the first event that a trigger matches, otherwise of the first event. -1 without events. */
function findPreviewed(events: readonly unknown[], trigger: ReturnType<typeof readTrigger>): number {
  const matching = events.findIndex(
    (event) => typeof trigger !== 'string' && isEvent(event) && explainTrigger(trigger, event).matches
  )
  return matching < 0 ? events.findIndex(isEvent) : matching
}
