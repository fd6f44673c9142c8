import type { LogEntry } from '../../../../sandbox'

/** An entry of the error log, with a key that stays the same when other entries are added. */
interface KeyedEntry {
  key: string
  entry: LogEntry
}

/** The entries, newest first. @param entries oldest first */
export function addKeys(entries: readonly LogEntry[]): KeyedEntry[] {
  const counts = new Map<string, number>()
  const keyed = entries.map((entry) => {
    const text = `${entry.time} ${entry.status} ${entry.message}`
    const number = counts.get(text) ?? 0
    counts.set(text, number + 1)
    return { key: `${text} ${number}`, entry }
  })
  return keyed.reverse()
}

/** The entries with a status, and with a text in their message or their item, case-insensitive. */
export function filterEntries(entries: readonly KeyedEntry[], text: string, status: string): KeyedEntry[] {
  const wanted = text.trim().toLowerCase()
  return entries.filter(
    ({ entry }) =>
      (status === '' || String(entry.status) === status) &&
      (wanted === '' ||
        entry.message.toLowerCase().includes(wanted) ||
        (JSON.stringify(entry.item) ?? '').toLowerCase().includes(wanted))
  )
}

/** A status in the log, as text. Status 200 is a value that was skipped. */
export function describeStatus(status: number): { text: string; color: string } {
  if (status < 206) {
    return { text: 'value skipped', color: 'yellow' }
  }
  if (status < 400) {
    return { text: 'contact not stored', color: 'yellow' }
  }
  return status === 429 ? { text: 'limit reached', color: 'orange' } : { text: 'rejected', color: 'red' }
}
