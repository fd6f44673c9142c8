import { truncate } from './values'

/** A message as people may see it: without the API key, and of a length that can be read. */
export type Redact = (message: string) => string

/** UTF-16 code units of a message. */
export const MAX_MESSAGE_LENGTH = 500

const MASK = '***'

/** A secret of fewer characters could be a word of a message, and is masked only as part of the whole key. */
const MIN_SECRET_LENGTH = 8

/** Backslashes, in whatever way they are written: as many as a key may have, doubled by three levels of JSON. */
const BACKSLASHES = /(?:\\(?:u005c)?|%5c|&#x0{0,7}5c;|&#0{0,7}92;){0,1600}/iy

/** A character as JSON (after its backslash), a URL or HTML writes it. */
const ESCAPE = /u00([0-9a-f]{2})|%([0-9a-f]{2})|&#x0{0,7}([0-9a-f]{2});|&#0{0,7}(\d{2,3});|&(amp|lt|gt|quot|apos);/iy

const HTML_NAMES = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"]
])

/**
 * Creates the function that masks an API key in messages, and its secret alone, whatever way they are written there,
 * and then truncates the message.
 *
 * Only as much of a message is read as can be seen of it, so the time does not depend on how long the message is.
 * @param apiKey visible ASCII characters, 200 at most
 * @param maxLength UTF-16 code units of a redacted message
 */
export function createRedactor(apiKey: string, maxLength = MAX_MESSAGE_LENGTH): Redact {
  // Backslashes are passed over in the key and in the message: nobody knows how often they were doubled.
  const key = apiKey.replace(/\\/g, '').toLowerCase()
  const secret = key.slice(key.indexOf('-') + 1)
  const needles = secret.length < MIN_SECRET_LENGTH ? [key] : [key, secret]
  return (message) => {
    let redacted = ''
    let position = 0
    while (position < message.length && redacted.length <= maxLength) {
      const end = findEnd(needles, message, position)
      redacted += end === undefined ? message[position] : MASK
      position = end ?? position + 1
    }
    return truncate(redacted, maxLength)
  }
}

/** Where the first of the needles that begins at a position ends. Undefined when none begins there. */
function findEnd(needles: readonly string[], message: string, start: number): number | undefined {
  for (const needle of needles) {
    let ends = new Set([start])
    for (const character of needle) {
      const next = new Set<number>()
      ends.forEach((end) => addEnds(character, message, end, next))
      ends = next
      if (ends.size === 0) {
        break
      }
    }
    if (ends.size > 0) {
      return skipBackslashes(message, Math.max(...ends))
    }
  }
  return undefined
}

/** Adds where a character that begins at a position ends: as it is, and as an escape. */
function addEnds(character: string, message: string, start: number, ends: Set<number>): void {
  const position = skipBackslashes(message, start)
  if (message.charAt(position).toLowerCase() === character) {
    ends.add(position + 1)
  }
  ESCAPE.lastIndex = position
  const match = ESCAPE.exec(message)
  if (match && decode(match) === character) {
    ends.add(position + match[0].length)
  }
}

function skipBackslashes(message: string, start: number): number {
  BACKSLASHES.lastIndex = start
  BACKSLASHES.test(message)
  return BACKSLASHES.lastIndex
}

function decode([, json, url, htmlHex, htmlDecimal, htmlName]: readonly string[]): string | undefined {
  const hex = json ?? url ?? htmlHex
  if (hex === undefined && htmlDecimal === undefined) {
    return HTML_NAMES.get(htmlName.toLowerCase())
  }
  return String.fromCharCode(hex === undefined ? Number(htmlDecimal) : parseInt(hex, 16)).toLowerCase()
}
