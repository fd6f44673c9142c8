import { useState } from 'react'

/** A text that is still there when this page is loaded again, until its tab is closed. None before it was set. */
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
      // It is too long to be kept, or nothing may be kept.
    }
  }
  return [text, set]
}
