import { useState } from 'react'

/** A text that is still there when this page is loaded again, until its tab is closed. */
export function useStored(key: string, initial: string): [text: string, set: (text: string) => void] {
  const [text, setText] = useState(() => {
    try {
      return sessionStorage.getItem(key) ?? initial
    } catch {
      return initial
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
