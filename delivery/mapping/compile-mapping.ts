import { get, transform } from '@segment/actions-core'
import type { JSONObject, JSONValue } from '@segment/actions-core'

/** What a value of a mapping becomes for an event. Undefined when the event has nothing for it. */
type Resolve = (event: object) => unknown

/**
 * Reads a mapping once, where the framework reads it again for each event, which takes it most of its time. What comes
 * out for an event is what the framework's `transform` makes of it, but not copied: it shares values with the event.
 *
 * Knows `@path` and `@if`, of which nearly all mappings are made, and leaves any other directive to `transform`. A test
 * over random mappings and events shows that both give the same.
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
  if (name === '@if' && isCondition(value) && others.length === 0) {
    return compileIf(value)
  }
  // In an array, where the framework does not check the mapping again for each event.
  return (event) => get(transform({ value: [directive] }, { ...event }), ['value', '0'])
}

/** The framework throws for a condition with neither `exists` nor `blank`. */
function isCondition(condition: JSONValue): condition is JSONObject {
  const isObject = typeof condition === 'object' && condition !== null && !Array.isArray(condition)
  return isObject && Boolean(condition.exists || condition.blank)
}

/** `exists` outranks `blank`. Both are true for a value that is there; for `blank` it must not be empty either. */
function compileIf({ exists, blank, then, else: otherwise }: JSONObject): Resolve {
  const tested = compile(exists === undefined ? blank : exists)
  const isTrue = exists === undefined ? isFilled : isThere
  const whenTrue = then === undefined ? nothing : compile(then)
  // The framework takes an `else` of false, 0, null or '' for none.
  const whenFalse = otherwise ? compile(otherwise) : nothing
  return (event) => (isTrue(tested(event)) ? whenTrue(event) : whenFalse(event))
}

function isThere(value: unknown): boolean {
  return value !== undefined && value !== null
}

function isFilled(value: unknown): boolean {
  // As loose as the framework's own comparison: 0, false and an empty list are empty, too.
  // eslint-disable-next-line eqeqeq
  return isThere(value) && value != ''
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
