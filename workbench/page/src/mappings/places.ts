/** The id of the place on the page where a field is edited. */
export function placeOf(field: string): string {
  return `field-${field}`
}

/** Brings a field into sight, and the keyboard to its first control. */
export function showPlace(field = location.hash.slice(1)): void {
  const place = document.getElementById(placeOf(field))
  place?.scrollIntoView({ block: 'center' })
  place?.querySelector<HTMLElement>('input, select, textarea')?.focus({ preventScroll: true })
}
