import { useSyncExternalStore } from 'react'
import { readMappingsDraft } from './draft'
import type { MappingsDraft } from './draft'

const KEY = 'mappings draft'

let stored = load()
const readers = new Set<() => void>()

/** Unsaved changes of the mappings. They are stored until the tab is closed. */
export function useMappingsDraft(): MappingsDraft | undefined {
  return useSyncExternalStore(listen, () => stored)
}

/** @param change returns the next draft, or undefined, for the current one */
export function changeMappingsDraft(change: (draft: MappingsDraft | undefined) => MappingsDraft | undefined): void {
  stored = change(stored)
  try {
    if (stored) {
      sessionStorage.setItem(KEY, JSON.stringify(stored))
    } else {
      sessionStorage.removeItem(KEY)
    }
  } catch {
    // The draft is too long, or storage is not allowed.
  }
  readers.forEach((read) => read())
}

function listen(read: () => void): () => void {
  readers.add(read)
  return () => readers.delete(read)
}

function load(): MappingsDraft | undefined {
  try {
    return readMappingsDraft(sessionStorage.getItem(KEY))
  } catch {
    return undefined
  }
}
