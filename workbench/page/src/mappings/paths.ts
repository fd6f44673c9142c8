import { isObject } from './form'
import type { JsonObject } from './form'

/** Events that are read */
const MAX_EVENTS = 20
/** Characters of a text that is parsed as a whole */
const MAX_TEXT = 2_000_000
/** Characters of an event. Longer events are skipped, because each preview sends them to the server. */
const MAX_EVENT = 50_000
/** Suggestions, and how deep they go into an event */
const MAX_PATHS = 200
const MAX_DEPTH = 5

const COMMON_PATHS = [
  ...['$.userId', '$.anonymousId', '$.messageId', '$.timestamp', '$.type', '$.event', '$.traits', '$.properties'],
  ...['$.traits.email', '$.traits.phone', '$.traits.firstName', '$.traits.lastName', '$.traits.name'],
  ...['$.context.traits', '$.context.traits.email', '$.context.ip', '$.context.locale', '$.context.timezone']
]

/** The first events of a text, except long ones. The text is one event, an array, or one event per line. */
export function eventsIn(text: string): object[] {
  const whole = text.length > MAX_TEXT ? undefined : parse(text)
  const values = whole === undefined ? text.slice(0, MAX_TEXT).split('\n').slice(0, MAX_EVENTS).map(parse) : [whole]
  return values
    .flat()
    .slice(0, MAX_EVENTS)
    .filter((value): value is JsonObject => isObject(value) && typeof value.type === 'string')
    .filter((event) => JSON.stringify(event).length <= MAX_EVENT)
}

/** Paths to suggest: first the paths in the events, then common paths. */
export function pathsOf(events: readonly unknown[]): string[] {
  const found = events.flatMap((event) => pathsIn(event, '$', 0))
  return [...new Set([...found, ...COMMON_PATHS])].slice(0, MAX_PATHS)
}

function pathsIn(value: unknown, path: string, depth: number): string[] {
  if (!isObject(value) || depth > MAX_DEPTH) {
    return []
  }
  return Object.entries(value)
    .filter(([key]) => /^[\w-]{1,60}$/.test(key))
    .slice(0, MAX_PATHS)
    .flatMap(([key, member]) => [`${path}.${key}`, ...pathsIn(member, `${path}.${key}`, depth + 1)])
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
