import { truncate } from '../common/truncate'

/** So much of an item is kept: values, and characters of its texts and keys. */
const MAX_VALUES = 1000
const MAX_CHARACTERS = 20_000
/** Characters of a text within a message */
const MAX_QUOTED = 100

interface Room {
  values: number
  characters: number
}

/** An item to keep in the log or as a sample: itself, or its beginning when 500 as large would be too much. */
export function abridge(item: unknown): unknown {
  return fits(item, newRoom()) ? item : beginningOf(item, newRoom())
}

/** A text for a message: `"Lana"`, and of a long one its beginning. */
export function quote(text: string): string {
  return `"${cut(text, MAX_QUOTED)}"`
}

/** The beginning of a text that is too long. A copy: a slice would keep the whole text in memory. */
export function cut(text: string, length: number): string {
  return text.length > length ? Buffer.from(truncate(text, length)).toString() : text
}

function newRoom(): Room {
  return { values: MAX_VALUES, characters: MAX_CHARACTERS }
}

/** True when there is room for a value with all that is in it; takes the room. */
function fits(value: unknown, room: Room): boolean {
  room.values -= 1
  if (typeof value === 'string') {
    room.characters -= value.length
  } else if (typeof value === 'object' && value !== null) {
    for (const key in value) {
      room.characters -= key.length
      if (!fits((value as Record<string, unknown>)[key], room)) {
        return false
      }
    }
  }
  return room.values >= 0 && room.characters >= 0
}

/** As much of a value as there is room for; says where something was left out. */
function beginningOf(value: unknown, room: Room): unknown {
  room.values -= 1
  if (typeof value === 'string') {
    const text = cut(value, Math.max(room.characters, 1))
    room.characters -= text.length
    return text
  }
  if (typeof value !== 'object' || value === null) {
    return value
  }
  const kept: [string, unknown][] = []
  for (const key in value) {
    if (room.values <= 0 || room.characters <= 0) {
      kept.push(['…', 'The rest was too much to keep'])
      break
    }
    const shortKey = cut(key, room.characters)
    room.characters -= shortKey.length
    kept.push([shortKey, beginningOf((value as Record<string, unknown>)[key], room)])
  }
  return Array.isArray(value) ? kept.map(([, part]) => part) : Object.fromEntries(kept)
}
