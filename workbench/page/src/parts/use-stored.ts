import { useState } from 'react'

/** A text that is stored until the tab is closed. Undefined until it is set. */
export function useStored(key: string): [text: string | undefined, set: (text: string) => void] {
  const [text, setText] = useState(() => {
    try {
      return sessionStorage.getItem(key) ?? undefined
    } catch {
      return undefined
    }
  })
  const set = (next: string) => {
    setText(next)
    try {
      sessionStorage.setItem(key, next)
    } catch {
      // The text is too long, or storage is not allowed.
    }
  }
  return [text, set]
}
