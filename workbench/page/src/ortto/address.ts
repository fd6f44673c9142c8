import { useLocation, useSearch } from 'wouter'

/** A parameter of the address: `lana` in `?search=lana`. Setting it replaces the address, without a history entry. */
export function useParameter(name: string): [value: string, set: (value: string) => void] {
  const [path, open] = useLocation()
  // Renders again when the address changes. Its value is not used: it is decoded twice.
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
