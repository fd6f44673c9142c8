import { isIPv4, isIPv6 } from 'net'
import { isJSONObject } from './types'
import type { OrttoAttributes } from './types'

/** Deeper than anybody's traits, and shallow enough for every JSON writer. */
const MAX_DEPTH = 1000

/** The text, or undefined when it is missing or blank. */
export function unlessBlank(text: string | null | undefined): string | undefined {
  return typeof text === 'string' && text.trim() !== '' ? text : undefined
}

/**
 * The IPv4 address in dotted form, also from one that is mapped into IPv6 (`::ffff:203.0.113.7`).
 * Undefined for everything else: it is not known whether Ortto takes IPv6.
 */
export function toIPv4(ip: string): string | undefined {
  const text = ip.trim()
  if (isIPv4(text)) {
    return text
  }
  // A zone (`fe80::1%eth0`) belongs to a link-local address, which is never a mapped one.
  if (!isIPv6(text) || text.includes('%')) {
    return undefined
  }
  const mapped = /^\[::ffff:([0-9a-f]+):([0-9a-f]+)\]$/.exec(new URL(`http://[${text}]`).hostname)
  return mapped?.slice(1).map(twoBytes).join('.')
}

function twoBytes(hex: string): string {
  const value = parseInt(hex, 16)
  return `${value >> 8}.${value & 255}`
}

/**
 * Traits or properties as they go on the wire: without members whose key is the empty string, with Dates as ISO 8601
 * text, and without what is nested deeper than 1,000 levels. All other values stay. The input is not changed: what needs
 * no change is returned as it is. Undefined when nothing is left.
 */
export function toAttributes(value: unknown): OrttoAttributes | undefined {
  const cleaned = clean(value, 0)
  return isJSONObject(cleaned) && Object.keys(cleaned).length > 0 ? cleaned : undefined
}

function clean(value: unknown, depth: number): unknown {
  if (value instanceof Date) {
    return Number.isNaN(value.getTime()) ? null : value.toISOString()
  }
  if (Array.isArray(value)) {
    return depth === MAX_DEPTH ? undefined : cleanArray(value, depth)
  }
  if (isJSONObject(value)) {
    return depth === MAX_DEPTH ? undefined : cleanObject(value, depth)
  }
  return value
}

function cleanArray(values: readonly unknown[], depth: number): readonly unknown[] {
  const cleaned = values.map((value) => clean(value, depth + 1))
  return cleaned.some((value, index) => value !== values[index]) ? cleaned : values
}

function cleanObject(value: { [key: string]: unknown }, depth: number): unknown {
  const entries = Object.entries(value)
  const cleaned: [string, unknown][] = []
  let changed = false
  for (const [key, member] of entries) {
    const kept = key === '' ? undefined : clean(member, depth + 1)
    changed = changed || kept !== member
    if (kept !== undefined) {
      cleaned.push([key, kept])
    }
  }
  // fromEntries defines members, where an assignment to `__proto__` would change the prototype.
  return changed ? Object.fromEntries(cleaned) : value
}
