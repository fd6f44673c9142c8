/** Bytes of the longest value that is read: 10 MiB. Segment takes no event above 32 KiB. */
export const MAX_EVENT_BYTES = 10 * 1024 * 1024
/** Bytes that are kept of a longer value, for the record that it was rejected. */
export const KEPT_BYTES = 64 * 1024

/** What a piece of text is: a whole line, an element of an array, or another value. */
export type PieceUnit = 'line' | 'element' | 'value'

/** The text of one value, or of something that is none, without the white space around it. */
export interface Piece {
  unit: PieceUnit
  /** The line in which it starts, from 1 */
  line: number
  /** The number of its first byte in the text, from 1. No other piece has the same. */
  place: number
  /** Bytes */
  size: number
  /** Only the first KEPT_BYTES when it has more than MAX_EVENT_BYTES, or was cut off */
  bytes: Buffer
  /** True when the bytes are not the whole piece. */
  isTruncated: boolean
}

/** A piece in words. */
export function namePiece(unit: PieceUnit, line: number, element: number): string {
  return unit === 'line' ? `line ${line}` : unit === 'element' ? `element ${element}` : `the value in line ${line}`
}
