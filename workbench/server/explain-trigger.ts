import { generateFql, validate } from '@segment/destination-subscriptions'
import type { Condition, GroupCondition } from '@segment/destination-subscriptions'
import type { SegmentEvent } from '@segment/actions-core'
import { truncate } from '../../common/truncate'
import { isRecord } from '../../src/values'

/** Whether a trigger matches an event, and why. */
export function explainTrigger(trigger: GroupCondition, event: SegmentEvent): { matches: boolean; why: string } {
  const matches = validate(trigger, event)
  return { matches, why: explain(trigger, event, matches) }
}

function explain(trigger: GroupCondition, event: SegmentEvent, matches: boolean): string {
  const conditions = decidingConditions(trigger, event, matches)
  const reasons = conditions.map(
    (condition) =>
      `${generateFql(asGroup(condition))} ${matches ? 'is true' : `is false: ${describeActual(condition, event)}`}`
  )
  const [first = matches ? 'it matches every event' : 'it matches no event', ...others] = [...new Set(reasons)]
  return [first, ...others].join('; ')
}

/** The conditions that decided: the true ones when the trigger matches the event, otherwise the false ones. */
function decidingConditions(group: GroupCondition, event: SegmentEvent, matches: boolean): Condition[] {
  const deciding = group.children.filter((child) => validate(asGroup(child), event) === matches)
  return deciding.flatMap((child) => (child.type === 'group' ? decidingConditions(child, event, matches) : [child]))
}

function asGroup(condition: Condition): GroupCondition {
  return condition.type === 'group' ? condition : { type: 'group', operator: 'and', children: [condition] }
}

/** Describes the value that a condition tests. */
function describeActual(condition: Condition, event: SegmentEvent): string {
  const [place, value] = testedValue(condition, event)
  if (value === undefined) {
    return `the event has no ${place}`
  }
  return `its ${place} is ${truncate(asJSON(value), 100)}`
}

/** Writes a value from outside as JSON. It may be nested too deep for that. */
export function asJSON(value: unknown): string {
  try {
    return JSON.stringify(value)
  } catch {
    return 'nested too deep to be shown'
  }
}

function testedValue(condition: Condition, event: SegmentEvent): [place: string, value: unknown] {
  switch (condition.type) {
    case 'event-type':
      return ['type', event.type]
    case 'event':
    case 'name':
    case 'userId':
      return [condition.type, event[condition.type]]
    case 'event-property':
      return [`properties.${condition.name}`, valueAt(event.properties, condition.name)]
    case 'event-trait':
      return [`traits.${condition.name}`, valueAt(event.traits, condition.name)]
    case 'event-context':
      return [`context.${condition.name}`, valueAt(event.context, condition.name)]
    case 'group':
      return ['conditions', undefined]
  }
}

/** Reads own properties only, not inherited ones. */
function valueAt(object: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (current, key) => (isRecord(current) && Object.keys(current).includes(key) ? current[key] : undefined),
      object
    )
}
