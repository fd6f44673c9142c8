import { useSyncExternalStore } from 'react'
import { isSame } from './values'

interface StoredDraft<Value> {
  value: Value
  /** The saved value when the draft was started */
  base: Value
}

/** The unsaved content of a form. */
export interface Draft<Value> {
  /** The content of the form: the draft, or the saved value */
  value: Value
  /** True when saving would change something. */
  isChanged: boolean
  /** True when the saved value changed elsewhere after the draft was started. */
  isOutdated: boolean
  set: (value: Value) => void
  /** Returns to the saved value. */
  discard: () => void
  /** Call this after a value was saved. The draft ends, unless it was edited again. */
  settle: (value: Value) => void
}

/**
 * A store for the draft of a form. The draft stays when another view is opened, and when the saved value changes. It
 * updates synchronously: otherwise the cursor would jump to the end while typing.
 */
export function draftsOf<Value>(): (saved: Value) => Draft<Value> {
  let stored: StoredDraft<Value> | undefined
  const readers = new Set<() => void>()
  const store = (next: StoredDraft<Value> | undefined) => {
    stored = next
    readers.forEach((read) => read())
  }
  const listen = (read: () => void) => {
    readers.add(read)
    return () => readers.delete(read)
  }
  return function useDraft(saved) {
    const shown = useSyncExternalStore(listen, () => stored)
    return {
      value: shown ? shown.value : saved,
      isChanged: shown ? !isSame(shown.value, saved) : false,
      isOutdated: shown ? !isSame(shown.base, saved) && !isSame(shown.value, saved) : false,
      set: (value) => store({ value, base: stored ? stored.base : saved }),
      discard: () => store(undefined),
      settle: (value) => store(stored && stored.value !== value ? { value: stored.value, base: value } : undefined)
    }
  }
}
