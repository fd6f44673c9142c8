import { createContext, useContext } from 'react'
import type { ReactNode } from 'react'

const Context = createContext<readonly string[]>([])

/** Provides the suggested paths to all path editors. */
export function SuggestedPaths({ value, children }: { value: readonly string[]; children: ReactNode }) {
  return <Context.Provider value={value}>{children}</Context.Provider>
}

export function useSuggestedPaths(): readonly string[] {
  return useContext(Context)
}
