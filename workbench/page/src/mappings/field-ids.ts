/** The HTML ID of a field's editor. */
export function idOfField(field: string): string {
  return `field-${field}`
}

/** Scrolls to a field, and focuses its first control. */
export function focusField(field = location.hash.slice(1)): void {
  const element = document.getElementById(idOfField(field))
  element?.scrollIntoView({ block: 'center' })
  element?.querySelector<HTMLElement>('input, select, textarea')?.focus({ preventScroll: true })
}
