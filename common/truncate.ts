/**
 * The text, at most `length` UTF-16 code units long. The last one is an ellipsis when the text was longer, and it never
 * ends in half a character.
 */
export function truncate(text: string, length: number): string {
  return text.length <= length ? text : `${cutText(text, Math.max(0, length - 1))}…`
}

/** At most `length` UTF-16 code units, which do not end in half a character. */
export function cutText(text: string, length: number): string {
  return text.slice(0, length).replace(/[\uD800-\uDBFF]$/, '')
}
