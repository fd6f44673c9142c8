import { useSyncExternalStore } from 'react'
import { readMappingsDraft } from './draft'
import type { MappingsDraft } from './draft'

const KEY = 'mappings draft'

let held = load()
const readers = new Set<() => void>()

/** Changes to the mappings that are not saved. They outlive a reload of the page, until its tab is closed. */
export function useMappingsDraft(): MappingsDraft | undefined {
  return useSyncExternalStore(listen, () => held)
}

/** @param change gives the next draft, or none, for the present one */
export function changeMappingsDraft(change: (draft: MappingsDraft | undefined) => MappingsDraft | undefined): void {
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

function load(): MappingsDraft | undefined {
  try {
    return readMappingsDraft(sessionStorage.getItem(KEY))
  } catch {
    return undefined
  }
}
