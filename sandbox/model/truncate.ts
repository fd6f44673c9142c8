import { truncate } from '../../common/truncate'
import { MAX_KEPT_LENGTH, MAX_KEPT_VALUES, MAX_QUOTE_LENGTH } from '../rules'

/** What may still be kept of an item. */
interface Budget {
  values: number
  /** UTF-16 code units of texts and keys */
  length: number
}

/** An item to keep in the log or as a sample: the item itself, or its beginning if it is too large to keep 500. */
export function truncateItem(item: unknown): unknown {
  return fits(item, newBudget()) ? item : keepBeginning(item, newBudget())
}

/** A text within a message: `"Lana"`. A long text is truncated. */
export function quote(text: string): string {
  return `"${truncateText(text, MAX_QUOTE_LENGTH)}"`
}

/** The text, truncated. The result is a copy: a slice would keep the whole text in memory. */
export function truncateText(text: string, length: number): string {
  return text.length > length ? Buffer.from(truncate(text, length)).toString() : text
}

function newBudget(): Budget {
  return { values: MAX_KEPT_VALUES, length: MAX_KEPT_LENGTH }
}

/** True when a value and everything in it fits into the budget, which it uses up. */
function fits(value: unknown, budget: Budget): boolean {
  budget.values -= 1
  if (typeof value === 'string') {
    budget.length -= value.length
  } else if (typeof value === 'object' && value !== null) {
    for (const key in value) {
      budget.length -= key.length
      if (!fits((value as Record<string, unknown>)[key], budget)) {
        return false
      }
    }
  }
  return budget.values >= 0 && budget.length >= 0
}

/** As much of a value as fits into the budget. A note stands where something was left out. */
function keepBeginning(value: unknown, budget: Budget): unknown {
  budget.values -= 1
  if (typeof value === 'string') {
    const text = truncateText(value, Math.max(budget.length, 1))
    budget.length -= text.length
    return text
  }
  if (typeof value !== 'object' || value === null) {
    return value
  }
  const kept: [string, unknown][] = []
  for (const key in value) {
    if (budget.values <= 0 || budget.length <= 0) {
      kept.push(['…', 'The rest was too large to keep'])
      break
    }
    const shortKey = truncateText(key, budget.length)
    budget.length -= shortKey.length
    kept.push([shortKey, keepBeginning((value as Record<string, unknown>)[key], budget)])
  }
  return Array.isArray(value) ? kept.map(([, part]) => part) : Object.fromEntries(kept)
}
