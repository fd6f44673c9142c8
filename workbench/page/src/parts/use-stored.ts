import { useSyncExternalStore } from 'react'

const listeners = new Set<() => void>()
/** What could not be stored: the text is too long, or storage is not allowed. */
const unstored = new Map<string, string>()

/** A text that is stored until the tab is closed. Undefined until it is set. */
export function useStored(key: string): [text: string | undefined, set: (text: string) => void] {
  const text = useSyncExternalStore(subscribe, () => load(key))
  return [text, (next) => store(key, next)]
}

/** Stores a text, and updates all components that use it. */
export function store(key: string, text: string): void {
  try {
    sessionStorage.setItem(key, text)
    unstored.delete(key)
  } catch {
    unstored.set(key, text)
  }
  listeners.forEach((listener) => listener())
}

function load(key: string): string | undefined {
  try {
    return unstored.get(key) ?? sessionStorage.getItem(key) ?? undefined
  } catch {
    return undefined
  }
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
