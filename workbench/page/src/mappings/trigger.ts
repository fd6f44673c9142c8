/** A condition to start from, with what it means. */
interface Condition {
  fql: string
  means: string
}

export const CONDITIONS: readonly Condition[] = [
  { fql: 'type = "identify"', means: 'Events that tell about a person' },
  { fql: 'type = "track"', means: 'Events that tell what a person did' },
  { fql: 'event = "Order completed"', means: 'Track events of this name' },
  { fql: 'contains(event, "Order")', means: 'Track events with this in their name' },
  { fql: 'traits.plan = "pro"', means: 'Events with this value of a trait' },
  { fql: 'traits.plan != null', means: 'Events that have this trait' },
  { fql: 'properties.total > 100', means: 'Events with more than this in a property' },
  { fql: 'userId != null', means: 'Events of people who are known, not only visitors' },
  { fql: 'context.personas.computation_class = "audience"', means: 'Events of Segment’s audiences' }
]

/**
 * A trigger with one more condition. What was there goes in parentheses when it is joined by the other word: without
 * them Segment's library reads one word everywhere. Undefined when it has parentheses by then, also those of
 * `contains(…)`: within parentheses the library reads none.
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

/** Whether a trigger is understood in another way than it was written, but for spaces. */
export function isReadOtherwise(trigger: string, readAs: string): boolean {
  const plain = (text: string) => text.replace(/[\s()]/g, '').toLowerCase()
  return plain(trigger) !== plain(readAs)
}
