import { distance } from 'fastest-levenshtein'

/** Letters that may differ, for each so many letters of the name */
const LETTERS_PER_TYPO = 4
const MAX_TYPOS = 2

/**
 * The name that was probably meant: the same but for case, spaces and punctuation, or with a typo. Undefined when no
 * name is near, or when the name itself is among the names.
 */
export function findNearest(name: string, names: readonly string[]): string | undefined {
  if (names.includes(name)) {
    return undefined
  }
  const wanted = simplify(name)
  const same = names.find((one) => simplify(one) === wanted)
  if (same !== undefined || wanted === '') {
    return same
  }
  const limit = Math.min(MAX_TYPOS, Math.floor(wanted.length / LETTERS_PER_TYPO))
  const [nearest] = names
    .filter((one) => Math.abs(simplify(one).length - wanted.length) <= limit)
    .map((one) => ({ one, typos: distance(simplify(one), wanted) }))
    .filter(({ typos }) => typos <= limit)
    .sort((a, b) => a.typos - b.typos)
  return nearest?.one
}

function simplify(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')
}
