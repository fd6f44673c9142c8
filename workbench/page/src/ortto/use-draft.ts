import { useQuery, useQueryClient } from '@tanstack/react-query'
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

/** A draft, which stays when another view is opened, and when what is saved changes. */
export function useDraft<Value>(name: string, saved: Value): Draft<Value> {
  const queries = useQueryClient()
  const key = ['draft', name]
  const { data: held } = useQuery<Held<Value> | null>({ queryKey: key, enabled: false, gcTime: Infinity })
  const hold = (next: Held<Value> | null) => queries.setQueryData(key, next)
  return {
    value: held ? held.value : saved,
    isChanged: held ? !isSame(held.value, saved) : false,
    isOutdated: held ? !isSame(held.base, saved) && !isSame(held.value, saved) : false,
    set: (value) => hold({ value, base: held ? held.base : saved }),
    discard: () => hold(null),
    settle: (value) => {
      const now = queries.getQueryData<Held<Value> | null>(key)
      hold(now && now.value !== value ? { value: now.value, base: value } : null)
    }
  }
}
