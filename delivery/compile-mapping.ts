import { get, transform } from '@segment/actions-core'
import type { JSONObject, JSONValue } from '@segment/actions-core'

/** What a value of a mapping becomes for an event. Undefined when the event has nothing for it. */
type Resolve = (event: object) => unknown

/**
 * Reads a mapping once, where the framework reads it again for each event, which takes it most of its time. What comes
 * out for an event is what the framework's `transform` makes of it, but not copied: it shares values with the event.
 *
 * Knows `@path` and `@if … exists`, of which nearly all mappings are made, and leaves any other directive to
 * `transform`. That both give the same is held by a test over random mappings and events.
 *
 * @param mapping values by field key, as {@link readMappings} lets them through
 */
export function compileMapping(mapping: JSONObject): Resolve {
  return compile(mapping)
}

function compile(value: JSONValue): Resolve {
  if (Array.isArray(value)) {
    const items = value.map(compile)
    return (event) => items.map((resolve) => resolve(event))
  }
  if (typeof value !== 'object' || value === null) {
    return () => value
  }
  return Object.keys(value).some((key) => key.startsWith('@')) ? compileDirective(value) : compileMembers(value)
}

function compileMembers(value: JSONObject): Resolve {
  const members = Object.entries(value).map(([key, member]): [string, Resolve] => [key, compile(member)])
  return (event) => {
    const resolved: { [key: string]: unknown } = {}
    for (const [key, resolve] of members) {
      const member = resolve(event)
      if (member !== undefined) {
        resolved[key] = member
      }
    }
    return resolved
  }
}

function compileDirective(directive: JSONObject): Resolve {
  const [[name, value], ...others] = Object.entries(directive).filter(([key]) => key !== '_metadata')
  if (name === '@path' && typeof value === 'string' && others.length === 0) {
    return compilePath(value)
  }
  if (name === '@if' && isExists(value) && others.length === 0) {
    return compileIf(value)
  }
  // In an array, where the framework does not check the mapping again for each event.
  return (event) => get(transform({ value: [directive] }, { ...event }), ['value', '0'])
}

interface IfExists {
  exists: JSONValue
  then?: JSONValue
  else?: JSONValue
}

/** `exists` outranks `blank`, and an empty one counts for none. */
function isExists(condition: JSONValue): condition is JSONObject & IfExists {
  return typeof condition === 'object' && condition !== null && !Array.isArray(condition) && Boolean(condition.exists)
}

function compileIf({ exists, then, else: otherwise }: IfExists): Resolve {
  const given = compile(exists)
  const whenGiven = then === undefined ? nothing : compile(then)
  // The framework takes an `else` of false, 0, null or '' for none.
  const whenMissing = otherwise ? compile(otherwise) : nothing
  return (event) => ((given(event) ?? undefined) === undefined ? whenMissing(event) : whenGiven(event))
}

function nothing(): undefined {
  return undefined
}

/** What stands between the keys of a path: dots and brackets, as the framework's `get` has it. */
const SEPARATOR = /\[(?="|'|\d)|\.|(?<="|'|\d)]+/g

function compilePath(path: string): Resolve {
  const parts = path.replace('$.', '').split(SEPARATOR)
  const keys = parts.filter((part) => part !== '').map((part) => part.replace(/'|"/g, ''))
  return (event) => get(event, keys)
}
