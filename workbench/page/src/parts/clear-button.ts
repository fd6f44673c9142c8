/** Makes the clear button of a select accessible to keyboards and screen readers. Mantine hides it by default. */
export function clearButton(label: string) {
  return { 'aria-label': label, 'aria-hidden': false, tabIndex: 0 }
}
