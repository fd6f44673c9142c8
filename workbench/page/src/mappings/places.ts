/** The HTML ID of a field's editor. */
export function placeOf(field: string): string {
  return `field-${field}`
}

/** Scrolls to a field, and focuses its first control. */
export function showPlace(field = location.hash.slice(1)): void {
  const place = document.getElementById(placeOf(field))
  place?.scrollIntoView({ block: 'center' })
  place?.querySelector<HTMLElement>('input, select, textarea')?.focus({ preventScroll: true })
}
