import { useSyncExternalStore } from 'react'
import { isSame } from './values'

interface Held<Value> {
  value: Value
  /** What was saved when it was begun */
  base: Value
}

/** A form's content while it is being edited. */
export interface Draft<Value> {
  /** What the form shows: what was typed, or what is saved */
  value: Value
  /** True when saving would change something. */
  isChanged: boolean
  /** True when somebody else has changed what is saved since this was begun. */
  isOutdated: boolean
  set: (value: Value) => void
  /** Back to what is saved */
  discard: () => void
  /** After a value was saved: the draft ends, unless it was edited further. */
  settle: (value: Value) => void
}

/**
 * A form's drafts: they stay when another view is opened, and when what is saved changes. What is typed shows at once;
 * a store that tells it later would have the cursor jump to the end.
 */
export function draftsOf<Value>(): (saved: Value) => Draft<Value> {
  let held: Held<Value> | undefined
  const readers = new Set<() => void>()
  const hold = (next: Held<Value> | undefined) => {
    held = next
    readers.forEach((read) => read())
  }
  const listen = (read: () => void) => {
    readers.add(read)
    return () => readers.delete(read)
  }
  return function useDraft(saved) {
    const shown = useSyncExternalStore(listen, () => held)
    return {
      value: shown ? shown.value : saved,
      isChanged: shown ? !isSame(shown.value, saved) : false,
      isOutdated: shown ? !isSame(shown.base, saved) && !isSame(shown.value, saved) : false,
      set: (value) => hold({ value, base: held ? held.base : saved }),
      discard: () => hold(undefined),
      settle: (value) => hold(held && held.value !== value ? { value: held.value, base: value } : undefined)
    }
  }
}
