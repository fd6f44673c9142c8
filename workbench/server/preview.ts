import type { JSONObject, SegmentEvent } from '@segment/actions-core'
import { generateFql } from '@segment/destination-subscriptions'
import { z } from 'zod'
import { readTrigger } from '../../delivery/mappings'
import { isRecord } from '../../src/values'
import { explainTrigger } from './explain-trigger'
import { checkMappings } from './mappings-store'
import { originsOf } from './origins'
import type { FieldOrigin } from './origins'

/** A mapping that is being edited: there may be anything wrong with it. */
export const Draft = z.object({
  partnerAction: z.enum(['upsertContact', 'trackActivity']),
  subscribe: z.string(),
  mapping: z.custom<JSONObject>(isRecord)
})
export type Draft = z.infer<typeof Draft>

/** What a mapping would make of an event. Nothing is sent. */
export interface Preview {
  /** The trigger as it is understood, in FQL; none when it can't be read. */
  readAs?: string
  /** The event's position among those that were given: the first that the trigger takes, or the first of all. */
  event?: number
  /** Whether the trigger takes that event, and why */
  trigger?: { takes: boolean; why: string }
  /** What each field gives, but for those with a problem */
  fields: FieldOrigin[]
}

export function previewOf({ partnerAction, subscribe, mapping }: Draft, events: readonly unknown[]): Preview {
  const problems = checkMappings([{ name: 'Draft', partnerAction, subscribe, mapping }])
  const trigger = readTrigger(subscribe)
  const isReadable = typeof trigger !== 'string'
  const taken = isReadable
    ? events.findIndex((event) => isEvent(event) && explainTrigger(trigger, event).takes)
    : undefined
  const index = taken === undefined || taken < 0 ? events.findIndex(isEvent) : taken
  const event = events[index]
  const readAs = isReadable ? generateFql(trigger) : undefined
  if (!isEvent(event) || problems.some(({ field }) => field === undefined)) {
    return { readAs, fields: [] }
  }
  const sound = Object.entries(mapping).filter(([key]) => !problems.some(({ field }) => field === key))
  return {
    readAs,
    event: index,
    trigger: isReadable ? explainTrigger(trigger, event) : undefined,
    fields: originsOf(Object.fromEntries(sound), partnerAction, event)
  }
}

function isEvent(value: unknown): value is SegmentEvent {
  return isRecord(value) && typeof value.type === 'string'
}
