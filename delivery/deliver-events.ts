import { Delivery } from './engine/deliver'
import type { DeliveryOptions } from './engine/delivery-options'
import { presetMappings } from './mapping/mappings'
import { readItems } from './read/read-events'
import type { EventReport } from './report'

/** What is delivered where. Without mappings, the presets of the destination are used. */
export type DeliverEventsOptions = Omit<DeliveryOptions, 'mappings'> & Partial<Pick<DeliveryOptions, 'mappings'>>

/**
 * Delivers events that a program has, as Segment would: for tests, and for scripts with few events. The reports come in
 * the order of the events; the `source.line` of each is the number of its event, from 1.
 * @throws Stopped when Ortto refuses the API key, or cannot be reached for minutes
 */
export async function deliverEvents(
  events: readonly object[],
  { mappings = presetMappings(), ...options }: DeliverEventsOptions
): Promise<EventReport[]> {
  const items = events.flatMap((event, index) => {
    const bytes = Buffer.from(JSON.stringify(event))
    const source = { kind: 'file' as const, file: 'events', line: index + 1, place: index + 1 }
    return readItems(source, { size: bytes.length, bytes })
  })
  const all: EventReport[] = []
  for await (const reports of new Delivery({ ...options, mappings }).run(inOneList(items))) {
    all.push(...reports)
  }
  return all
}

async function* inOneList<Item>(items: readonly Item[]): AsyncGenerator<readonly Item[]> {
  yield await Promise.resolve(items)
}
