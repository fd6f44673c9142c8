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

/** A mapping that is being edited: there may be anything wrong with it. */
export const EditedMapping = z.object({
  partnerAction: z.enum(Object.keys(ACTIONS)),
  subscribe: z.string(),
  mapping: z.custom<JSONObject>(isRecord)
})
export type EditedMapping = z.infer<typeof EditedMapping>

/** What a mapping would make of an event. Nothing is sent. */
interface Preview {
  /** The trigger as it is understood, in FQL; none when it can't be read. */
  readAs?: string
  /**
   * The event's position among those that were given: the first that the trigger takes, or the first of all. For a
   * trigger that can't be read the action's own stands in.
   */
  event?: number
  /** Whether the trigger takes that event, and why */
  trigger?: { matches: boolean; why: string }
  /** What each field gives, but for those with a problem */
  fields: FieldOrigin[]
}

export function previewOf({ partnerAction, subscribe, mapping }: EditedMapping, events: readonly unknown[]): Preview {
  const problems = checkMappings([{ name: 'Draft', partnerAction, subscribe, mapping }])
  const read = readTrigger(subscribe)
  const trigger = typeof read === 'string' ? undefined : read
  const index = indexOfTaken(events, trigger ?? readTrigger(ACTIONS[partnerAction].defaultSubscription ?? ''))
  const event = events[index]
  const readAs = trigger && generateFql(trigger)
  if (!isEvent(event) || problems.some(({ field }) => field === undefined)) {
    return { readAs, fields: [] }
  }
  const sound = Object.entries(mapping).filter(([key]) => !problems.some(({ field }) => field === key))
  return {
    readAs,
    event: index,
    trigger: trigger && explainTrigger(trigger, event),
    fields: originsOf(Object.fromEntries(sound), partnerAction, event)
  }
}

/** The first event that a trigger takes, else the first of all; -1 when there is none. */
function indexOfTaken(events: readonly unknown[], trigger: ReturnType<typeof readTrigger>): number {
  const taken = events.findIndex(
    (event) => typeof trigger !== 'string' && isEvent(event) && explainTrigger(trigger, event).matches
  )
  return taken < 0 ? events.findIndex(isEvent) : taken
}
