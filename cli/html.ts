import { printable } from './table'

/** HTML that is safe to put into a page: texts in it were escaped. */
export class Html {
  constructor(readonly text: string) {}
}

type Part = Html | string | number | readonly Html[]

/** Joins HTML. Every text and number that is put into it is escaped. */
export function html(parts: TemplateStringsArray, ...values: Part[]): Html {
  return new Html(parts.reduce((text, part, index) => `${text}${toText(values[index - 1])}${part}`))
}

function toText(value: Part): string {
  if (value instanceof Html) {
    return value.text
  }
  return typeof value === 'object' ? value.map(({ text }) => text).join('') : escapeText(String(value))
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** Without control characters, and such that change the direction of the text */
function escapeText(text: string): string {
  return printable(text).replace(/[&<>"']/g, (character) => ENTITIES[character])
}
