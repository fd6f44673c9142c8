import type { JSONLikeObject } from '@segment/actions-core'
import isDate from 'lodash/isDate'
import isPlainObject from 'lodash/isPlainObject'
import { isIPv4, isIPv6 } from 'net'

/** Levels of nesting that are sent. Deeper than real traits, and shallow enough for every JSON writer. */
const MAX_DEPTH = 1000

/** The text, or undefined when it is missing or blank. */
export function unlessBlank(text: unknown): string | undefined {
  return typeof text === 'string' && text.trim() !== '' ? text : undefined
}

/**
 * The IPv4 address in dotted form, also when it is mapped into IPv6 (`::ffff:203.0.113.7`).
 * Undefined for everything else: for `0.0.0.0`, which is no address of anybody, and for IPv6, which Ortto may not read.
 */
export function toIPv4(ip: string): string | undefined {
  const text = ip.trim()
  const address = isIPv4(text) ? text : unmapIPv6(text)
  return address === '0.0.0.0' ? undefined : address
}

function unmapIPv6(text: string): string | undefined {
  // A zone (`fe80::1%eth0`) belongs to a link-local address, which is never a mapped one.
  if (!isIPv6(text) || text.includes('%')) {
    return undefined
  }
  const mapped = /^\[::ffff:([0-9a-f]+):([0-9a-f]+)\]$/.exec(new URL(`http://[${text}]`).hostname)
  return mapped?.slice(1).map(formatTwoBytes).join('.')
}

function formatTwoBytes(hex: string): string {
  const value = parseInt(hex, 16)
  return `${value >> 8}.${value & 255}`
}

/** True for a plain object: neither null, nor an array, nor an instance of a class. */
export function isRecord(value: unknown): value is { [key: string]: unknown } {
  return isPlainObject(value)
}

/**
 * The text, at most `length` UTF-16 code units long; the last one is an ellipsis when the text was longer. It never
 * ends in half a character. (lodash's `truncate` counts characters, and some of those can be of any length.)
 */
export function truncate(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1).replace(/[\uD800-\uDBFF]$/, '')}…`
}

/** The text with a full stop, unless it ends in a punctuation mark: more sentences can follow it. */
export function endSentence(text: string): string {
  return text.replace(/[^\s.!?…]$/, '$&.')
}

/** Traits or properties as they go on the wire. */
interface Attributes {
  /** Undefined when nothing is in them. */
  kept: JSONLikeObject | undefined
  /** True when something was left out because it is nested too deep. */
  isCut: boolean
}

/**
 * Traits or properties without members whose key is the empty string, with Dates as ISO 8601 text, and without what is
 * nested deeper than 1,000 levels or has no place in JSON. All other values stay, null and empty ones too.
 * The input is not changed: what needs no change is returned as it is.
 */
export function toAttributes(value: unknown): Attributes {
  const cleaner = new Cleaner()
  const cleaned = cleaner.clean(value, 0)
  const isEmpty =
    typeof cleaned !== 'object' || cleaned === null || Array.isArray(cleaned) || Object.keys(cleaned).length === 0
  // Clean leaves nothing in it that has no place in JSON.
  return { kept: isEmpty ? undefined : (cleaned as JSONLikeObject), isCut: cleaner.isCut }
}

class Cleaner {
  isCut = false

  /** Undefined for what is left out. */
  clean(value: unknown, depth: number): unknown {
    switch (typeof value) {
      case 'object':
        return value === null ? null : this.cleanObject(value, depth)
      case 'bigint':
        return value.toString()
      case 'function':
      case 'symbol':
        return undefined
      default:
        return value
    }
  }

  private cleanObject(value: object, depth: number): unknown {
    if (value instanceof Date && isDate(value)) {
      return Number.isNaN(value.getTime()) ? null : value.toISOString()
    }
    if (depth === MAX_DEPTH) {
      this.isCut = true
      return undefined
    }
    return Array.isArray(value) ? this.cleanItems(value, depth) : this.cleanMembers(value, depth)
  }

  private cleanItems(items: readonly unknown[], depth: number): readonly unknown[] {
    const cleaned = items.map((item) => this.clean(item, depth + 1))
    return cleaned.some((item, index) => item !== items[index]) ? cleaned : items
  }

  private cleanMembers(value: object, depth: number): object {
    const members: [string, unknown][] = Object.entries(value)
    const cleaned = members.map(([key, member]) => (key === '' ? undefined : this.clean(member, depth + 1)))
    // The framework's copy of a member `__proto__` that is a Date makes a Date of the object, which JSON can't write.
    const isPlain = !(value instanceof Date)
    if (isPlain && cleaned.every((member, index) => member !== undefined && member === members[index][1])) {
      return value
    }
    const kept = members.map(([key], index): [string, unknown] => [key, cleaned[index]])
    // fromEntries defines members, where an assignment to `__proto__` would change the prototype.
    return Object.fromEntries(kept.filter(([, member]) => member !== undefined))
  }
}
