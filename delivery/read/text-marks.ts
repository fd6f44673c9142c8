const [TAB, RETURN, SPACE, QUOTE] = Buffer.from('\t\r "')
export const [NEWLINE, COMMA, OPENING_BRACKET, CLOSING_BRACKET, OPENING_BRACE, CLOSING_BRACE] = Buffer.from('\n,[]{}')
/** Precedes each value in JSON text sequences (RFC 7464). */
const RECORD_SEPARATOR = 0x1e
export const BYTE_ORDER_MARK = Buffer.from('\uFEFF')

/** True for white space, but for the newline. */
export function isSpace(byte: number | undefined): boolean {
  return byte === SPACE || byte === RETURN || byte === TAB || byte === RECORD_SEPARATOR
}

/** Bytes of the byte order mark that is there. It opens many files from Windows, which may have been joined. */
export function markLength(bytes: Buffer, start: number): number {
  const isMarked = bytes[start] === BYTE_ORDER_MARK[0] && bytes.subarray(start, start + 3).equals(BYTE_ORDER_MARK)
  return isMarked ? BYTE_ORDER_MARK.length : 0
}

/** The place of the first byte that is no white space, between these two places. */
export function skipSpace(bytes: Buffer, start: number, end: number): number {
  let index = start + markLength(bytes, start)
  while (index < end && (isSpace(bytes[index]) || bytes[index] === NEWLINE)) {
    index += 1
  }
  return Math.min(index, end)
}

/** The place behind the last byte that is no white space, between these two places. */
export function trimEnd(bytes: Buffer, start: number, end: number): number {
  let index = end
  while (index > start && (isSpace(bytes[index - 1]) || bytes[index - 1] === NEWLINE)) {
    index -= 1
  }
  return index
}

/** True where an event may start: an object, an array, or a string with an object in it. */
export function startsValue(bytes: Buffer, index: number): boolean {
  const byte = bytes[index]
  return byte === OPENING_BRACE || byte === OPENING_BRACKET || (byte === QUOTE && bytes[index + 1] === OPENING_BRACE)
}

/** The number of newlines between these two places. */
export function countNewlines(bytes: Buffer, start: number, end: number): number {
  let count = 0
  for (
    let index = bytes.indexOf(NEWLINE, start);
    index !== -1 && index < end;
    index = bytes.indexOf(NEWLINE, index + 1)
  ) {
    count += 1
  }
  return count
}

/** True when only white space comes before the next newline, or the end. */
export function endsLine(bytes: Buffer, start: number): boolean {
  const newline = bytes.indexOf(NEWLINE, start)
  const end = newline === -1 ? bytes.length : newline
  return skipSpace(bytes, start, end) === end
}
