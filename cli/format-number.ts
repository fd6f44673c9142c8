const FORMAT = new Intl.NumberFormat('en')

/** A number with separators: `1,204`. */
export function formatNumber(value: number): string {
  return FORMAT.format(value)
}

/** A number with separators, and the noun that it counts: `1 line`, `1,204 lines`. */
export function formatCount(count: number, one: string, many = `${one}s`): string {
  return `${formatNumber(count)} ${count === 1 ? one : many}`
}
