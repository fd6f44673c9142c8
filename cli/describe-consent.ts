import { formatNumber } from './format-number'

/** Says how many events carry consent preferences, and how to respect them. */
export function describeConsent(count: number): string {
  return (
    `Events with consent preferences: ${formatNumber(count)}. ` +
    'Only --consent respects them: it sends the events that allow a category.'
  )
}
