import { useSyncExternalStore } from 'react'
import { readDraft } from './draft'
import type { Draft } from './draft'

const KEY = 'mappings draft'

let held = load()
const readers = new Set<() => void>()

/** Changes to the mappings that are not saved. They outlive a reload of the page, until its tab is closed. */
export function useDraft(): Draft | undefined {
  return useSyncExternalStore(listen, () => held)
}

/** @param change gives the next draft, or none, for the present one */
export function changeDraft(change: (draft: Draft | undefined) => Draft | undefined): void {
  held = change(held)
  try {
    if (held) {
      sessionStorage.setItem(KEY, JSON.stringify(held))
    } else {
      sessionStorage.removeItem(KEY)
    }
  } catch {
    // It is too long to be kept, or nothing may be kept.
  }
  readers.forEach((read) => read())
}

function listen(read: () => void): () => void {
  readers.add(read)
  return () => readers.delete(read)
}

function load(): Draft | undefined {
  try {
    return readDraft(sessionStorage.getItem(KEY))
  } catch {
    return undefined
  }
}
