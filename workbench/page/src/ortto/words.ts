/** `12,345` */
export function amount(count: number): string {
  return count.toLocaleString('en')
}

/** `1 contact`, `2 contacts` */
export function count(number: number, singular: string, plural = `${singular}s`): string {
  return `${amount(number)} ${number === 1 ? singular : plural}`
}

const UNITS: [milliseconds: number, name: string][] = [
  [24 * 60 * 60_000, 'day'],
  [60 * 60_000, 'hour'],
  [60_000, 'minute'],
  [1000, 'second']
]

/** The time between two timestamps: `in 2 hours` */
export function inWords(from: string, to: string): string {
  const distance = Date.parse(to) - Date.parse(from)
  const [size, unit] = UNITS.find(([milliseconds]) => distance >= milliseconds) ?? [1000, 'second']
  return `in ${count(Math.max(1, Math.round(distance / size)), unit)}`
}
