import type { LogEntry } from '../../../../sandbox'

/** An entry of the error log with a name of its own, which it keeps while others come. */
interface NamedEntry {
  key: string
  entry: LogEntry
}

/** The entries, newest first. @param entries oldest first */
export function nameEntries(entries: readonly LogEntry[]): NamedEntry[] {
  const counts = new Map<string, number>()
  const named = entries.map((entry) => {
    const text = `${entry.time} ${entry.status} ${entry.message}`
    const number = counts.get(text) ?? 0
    counts.set(text, number + 1)
    return { key: `${text} ${number}`, entry }
  })
  return named.reverse()
}

/** Those of a status that have a text in their message or their item, in large or small letters. */
export function filterEntries(entries: readonly NamedEntry[], text: string, status: string): NamedEntry[] {
  const wanted = text.trim().toLowerCase()
  return entries.filter(
    ({ entry }) =>
      (status === '' || String(entry.status) === status) &&
      (wanted === '' ||
        entry.message.toLowerCase().includes(wanted) ||
        (JSON.stringify(entry.item) ?? '').toLowerCase().includes(wanted))
  )
}

/** What a status in the log means; 200 stands for an item that was taken without one of its values. */
export function meaningInLog(status: number): { word: string; color: string } {
  if (status < 206) {
    return { word: 'value skipped', color: 'yellow' }
  }
  if (status < 400) {
    return { word: 'contact not stored', color: 'yellow' }
  }
  return status === 429 ? { word: 'over the limit', color: 'orange' } : { word: 'refused', color: 'red' }
}
