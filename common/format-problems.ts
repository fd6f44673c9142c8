import type { z } from 'zod'

/** Problems that one message lists */
const MAX_PROBLEMS = 20

/** The problems of a value that did not match its schema, one per line: `fields[2].type: Invalid option: …`. */
export function formatProblems({ issues }: z.ZodError): string {
  const shown = issues
    .slice(0, MAX_PROBLEMS)
    .map(({ path, message }) => (path.length > 0 ? `${formatPath(path)}: ${message}` : message))
  const more = issues.length - shown.length
  return [...shown, ...(more > 0 ? [`… and ${more} more`] : [])].join('\n')
}

function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') {
      return `${text}[${part}]`
    }
    return text === '' ? String(part) : `${text}.${String(part)}`
  }, '')
}
