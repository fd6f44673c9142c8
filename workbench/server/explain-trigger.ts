import { generateFql, validate } from '@segment/destination-subscriptions'
import type { Condition, GroupCondition } from '@segment/destination-subscriptions'
import type { SegmentEvent } from '@segment/actions-core'
import { truncate } from '../../common/truncate'
import { isRecord } from '../../src/values'

/** Whether a trigger matches an event, and why, in a sentence. */
export function explainTrigger(trigger: GroupCondition, event: SegmentEvent): { matches: boolean; why: string } {
  const matches = validate(trigger, event)
  return { matches, why: sentenceOf(trigger, event, matches) }
}

function sentenceOf(trigger: GroupCondition, event: SegmentEvent, matches: boolean): string {
  const conditions = conditionsThat(trigger, event, matches)
  const told = conditions.map(
    (condition) =>
      `${generateFql(asGroup(condition))} ${matches ? 'holds' : `does not hold: ${whatIsThere(condition, event)}`}`
  )
  const [first = matches ? 'it matches every event' : 'it matches no event', ...others] = [...new Set(told)]
  return [first, ...others].join('; ')
}

/** The single conditions that decided: those that hold when the trigger matches the event, else those that do not. */
function conditionsThat(group: GroupCondition, event: SegmentEvent, hold: boolean): Condition[] {
  const deciding = group.children.filter((child) => validate(asGroup(child), event) === hold)
  return deciding.flatMap((child) => (child.type === 'group' ? conditionsThat(child, event, hold) : [child]))
}

function asGroup(condition: Condition): GroupCondition {
  return condition.type === 'group' ? condition : { type: 'group', operator: 'and', children: [condition] }
}

/** What the event has in the place that a condition looks at. */
function whatIsThere(condition: Condition, event: SegmentEvent): string {
  const [place, value] = lookedAt(condition, event)
  if (value === undefined) {
    return `the event has no ${place}`
  }
  return `its ${place} is ${truncate(asJSON(value), 100)}`
}

/** JSON of what came from outside, which may be too deep to be written. */
export function asJSON(value: unknown): string {
  try {
    return JSON.stringify(value)
  } catch {
    return 'nested too deep to be shown'
  }
}

function lookedAt(condition: Condition, event: SegmentEvent): [place: string, value: unknown] {
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

/** Only own members: what an event inherits is not in it. */
function valueAt(object: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((held, key) => (isRecord(held) && Object.keys(held).includes(key) ? held[key] : undefined), object)
}
