/** An id as text, so that 5 and "5" are the same. Undefined for anything that is not an id: it is rejected later. */
export function idOf(id: unknown): string | undefined {
  if (typeof id === 'number') {
    return String(id)
  }
  return typeof id === 'string' && id !== '' ? id : undefined
}
