import type { ShownLogEntry } from '../../../server/log'
import { COLORS } from '../parts/show'

/** An entry of the error log, with a key that stays the same when other entries are added. */
interface KeyedEntry {
  key: string
  entry: ShownLogEntry
}

/** The entries, newest first. @param entries oldest first */
export function addKeys(entries: readonly ShownLogEntry[]): KeyedEntry[] {
  const counts = new Map<string, number>()
  const keyed = entries.map((entry) => {
    const text = `${entry.time} ${entry.status} ${entry.message}`
    const number = counts.get(text) ?? 0
    counts.set(text, number + 1)
    return { key: `${text} ${number}`, entry }
  })
  return keyed.reverse()
}

/**
 * The entries with an outcome as `describeEntry` says it, and with a text in their message or their item,
 * case-insensitive.
 */
export function filterEntries(entries: readonly KeyedEntry[], text: string, outcome: string): KeyedEntry[] {
  const wanted = text.trim().toLowerCase()
  return entries.filter(
    ({ entry }) =>
      (outcome === '' || describeEntry(entry).text === outcome) &&
      (wanted === '' ||
        entry.message.toLowerCase().includes(wanted) ||
        (JSON.stringify(entry.item) ?? '').toLowerCase().includes(wanted))
  )
}

/** What became of the item of an entry, in the words of all views. */
export function describeEntry({ code, status }: Pick<ShownLogEntry, 'code' | 'status'>): {
  text: string
  color: string
} {
  switch (code) {
    case 'value_skipped':
      return { text: `${status}, value skipped`, color: COLORS.skipped }
    case 'contact_not_stored':
      return { text: `${status} partial`, color: COLORS.partial }
    case 'nothing_new':
      return { text: `${status} unchanged`, color: COLORS.unchanged }
    case 'before_sending':
      return { text: `${status} rejected before sending`, color: COLORS.rejected }
    default:
      return status === 429 || status >= 500
        ? { text: `${status} retryable`, color: COLORS.retryable }
        : { text: `${status} rejected`, color: COLORS.rejected }
  }
}
