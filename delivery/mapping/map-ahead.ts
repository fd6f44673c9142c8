import type { JSONObject, SegmentEvent } from '@segment/actions-core'
import { compileMapping } from './compile-mapping'
import type { Mapping } from './mappings'

/** Events that are mapped before the framework gets them, and a mapping that hands their payloads on. */
export interface MappedAhead {
  /** For the framework, in place of the mapping */
  subscription: JSONObject
  /**
   * What the framework gets in place of an event.
   * @throws what the framework would throw when the event can't be mapped
   */
  toMapped: (event: SegmentEvent) => SegmentEvent
}

/** What the framework reads of an event besides its payload: for the trigger, and for Engage audiences. */
type Read = Pick<SegmentEvent, 'type' | 'event' | 'name' | 'userId' | 'context' | 'properties' | 'traits'>

interface MappedEvent extends Read {
  mapped: unknown
}

/**
 * Hands the framework payloads that are mapped already. It still copies and validates each, as always.
 *
 * An action sees such events in `rawData`, and such a mapping in `rawMapping`; this destination reads neither.
 */
export function mapAhead({ name, partnerAction, subscribe, mapping }: Mapping): MappedAhead {
  const resolve = compileMapping(mapping)
  // A directive must be the only own key. The framework also reads hooks' outputs here, so they are inherited.
  const whole: JSONObject = { '@path': '$.mapped' }
  Object.setPrototypeOf(whole, mapping)
  return {
    subscription: { name, partnerAction, subscribe, mapping: whole },
    toMapped: (source): MappedEvent => {
      const { type, event, name, userId, context, properties, traits } = source
      return { type, event, name, userId, context, properties, traits, mapped: resolve(source) }
    }
  }
}
