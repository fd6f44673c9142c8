import { useLocation, useSearch } from 'wouter'

/** A part of the address: `lana` of `?search=lana`. Text that is typed replaces the address, and makes no history. */
export function useParameter(name: string): [value: string, set: (value: string) => void] {
  const [path, open] = useLocation()
  // It tells when the address changes; what it gives is decoded once too often.
  useSearch()
  const value = new URLSearchParams(window.location.search).get(name) ?? ''
  const set = (next: string) => {
    const parameters = new URLSearchParams(window.location.search)
    if (next === '') {
      parameters.delete(name)
    } else {
      parameters.set(name, next)
    }
    const query = parameters.toString()
    open(query === '' ? path : `${path}?${query}`, { replace: true })
  }
  return [value, set]
}
