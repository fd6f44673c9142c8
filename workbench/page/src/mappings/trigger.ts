/** An example condition, with its description. */
interface Condition {
  fql: string
  description: string
}

export const CONDITIONS: readonly Condition[] = [
  { fql: 'type = "identify"', description: 'Events that describe a person' },
  { fql: 'type = "track"', description: 'Events that describe an action of a person' },
  { fql: 'event = "Order completed"', description: 'Track events with this name' },
  { fql: 'contains(event, "Order")', description: 'Track events whose name contains this text' },
  { fql: 'traits.plan = "pro"', description: 'Events in which the trait has this value' },
  { fql: 'traits.plan != null', description: 'Events that have this trait' },
  { fql: 'properties.total > 100', description: 'Events in which the property is greater than this number' },
  { fql: 'userId != null', description: 'Events of known users, not of anonymous visitors' },
  { fql: 'context.personas.computation_class = "audience"', description: 'Events of Segment’s audiences' }
]

/**
 * Adds a condition to a trigger. If the trigger uses the other operator, it is put in parentheses: without them,
 * Segment's library reads all operators as the same one. Undefined when the trigger then needs nested parentheses (also
 * those of `contains(…)`), because the library does not support them.
 */
export function addCondition(trigger: string, condition: string, word: 'and' | 'or'): string | undefined {
  const before = trigger.trim()
  if (before === '') {
    return condition
  }
  const plain = before.replace(/"[^"]*"/g, '""')
  const outside = plain.replace(/\([^()]*\)/g, '""')
  const isMixed = word === 'and' ? /\bor\b/i.test(outside) : /\band\b/i.test(outside)
  if (isMixed && plain.includes('(')) {
    return undefined
  }
  return `${isMixed ? `(${before})` : before} ${word} ${condition}`
}

/** Whether Segment reads a trigger differently from how it is written, except for spaces. */
export function isReadOtherwise(trigger: string, readAs: string): boolean {
  const plain = (text: string) => text.replace(/[\s()]/g, '').toLowerCase()
  return plain(trigger) !== plain(readAs)
}
