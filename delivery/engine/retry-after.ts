/**
 * Milliseconds to wait, of a header `Retry-After`: seconds, or a date of HTTP. Undefined when it can't be read.
 * @param now milliseconds since 1970
 */
export function readRetryAfter(header: string | null, now: number): number | undefined {
  const text = header?.trim() ?? ''
  if (/^\d{1,9}$/.test(text)) {
    return Number(text) * 1000
  }
  const date = /^[A-Z][a-z]{2}, \d/.test(text) ? Date.parse(text) : NaN
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}
