/** Bytes of the longest line or element that is kept: 10 MiB. Segment takes no event above 32 KiB. */
export const MAX_EVENT = 10 * 1024 * 1024

/** A line, or an element of an array, without the white space around it. */
export interface Piece {
  /** From 1. Empty lines count. */
  line: number
  /** Bytes. */
  size: number
  /** Where it ends in the chunk that it ends in. */
  end: number
  /** None when they are more than MAX_EVENT. */
  bytes?: Buffer
}

const [TAB, NEWLINE, RETURN, SPACE] = Buffer.from('\t\n\r ')
const [QUOTE, BACKSLASH, COMMA] = Buffer.from('"\\,')
const [OPENING_BRACKET, CLOSING_BRACKET, OPENING_BRACE, CLOSING_BRACE] = Buffer.from('[]{}')
const BYTE_ORDER_MARK = Buffer.from('\uFEFF')
const NOTHING = Buffer.alloc(0)

/**
 * Splits a text into lines, or into the elements of an array. Empty lines are passed over.
 *
 * The first byte that is no white space decides: `[` opens an array that is the whole text. So newline-delimited JSON
 * may have a line that is an array, but not as its first one: what follows it is told as one piece that was not read.
 */
export class Splitter {
  /** None before the first byte that is no white space. */
  noun?: 'line' | 'element'
  /** The last line or element that was read to its end. 0 when none was. */
  place = 0
  /** True in an array that has not ended. */
  isOpen = false
  /** Where the last line or element that is passed over ends, in its chunk. None before that chunk. */
  afterEnd?: number
  private held = new Held()
  /** Brackets and braces that are open, besides the array's own. */
  private depth = 0
  private isInString = false
  /** 1 when a backslash at the end of a chunk escapes the first byte of the next one. */
  private skip = 0

  /** @param after So many lines or elements are passed over. */
  constructor(private readonly after: number) {}

  /** The pieces that end in this chunk. The first chunk has the whole byte order mark, if there is one. */
  push(chunk: Buffer): Piece[] {
    const pieces: Piece[] = []
    let start = this.noun === undefined ? this.begin(chunk) : 0
    for (let end = this.findEnd(chunk, start); end !== -1; end = this.findEnd(chunk, start)) {
      const piece = this.take(chunk.subarray(start, end), end)
      const isEmptyLine = this.noun !== 'element' && piece.size === 0
      const isEmptyArray = chunk[end] === CLOSING_BRACKET && this.place === 0 && piece.size === 0
      this.place += isEmptyArray ? 0 : 1
      if (this.place === this.after) {
        this.afterEnd ??= end
      }
      if (this.place > this.after && !isEmptyLine && !isEmptyArray) {
        pieces.push(piece)
      }
      start = end + 1
    }
    this.held.add(chunk.subarray(start))
    return pieces
  }

  /** What stands after the last end: a line, or, if it is an array that has ended, what does not belong there. */
  end(): Piece | undefined {
    const rest = this.take(NOTHING, 0)
    if (rest.size > 0 && rest.line === this.after) {
      this.afterEnd ??= 0
    }
    return this.isOpen || rest.size === 0 || rest.line <= this.after ? undefined : rest
  }

  /** Where the first piece starts. */
  private begin(chunk: Buffer): number {
    const start = startOf(chunk)
    if (chunk[start] !== OPENING_BRACKET) {
      this.noun = start < chunk.length ? 'line' : undefined
      return 0
    }
    this.noun = 'element'
    this.isOpen = true
    this.place = 0
    this.held = new Held()
    return start + 1
  }

  private take(last: Buffer, end: number): Piece {
    const { size, bytes } = this.held.take(last)
    const text = bytes && trim(bytes)
    return { line: this.place + 1, size: text?.length ?? size, end, bytes: text }
  }

  /** Where the newline is, the comma or the array's end. -1 when the chunk has none from the start on. */
  private findEnd(chunk: Buffer, start: number): number {
    if (this.noun !== 'element') {
      return chunk.indexOf(NEWLINE, start)
    }
    return this.isOpen ? this.findElementEnd(chunk, start) : -1
  }

  /** Knows of JSON only strings and brackets, so that an element that is no JSON does not spoil the others. */
  private findElementEnd(chunk: Buffer, start: number): number {
    let { depth, isInString } = this
    let index = start + this.skip
    for (; index < chunk.length; index++) {
      const byte = chunk[index]
      if (isInString) {
        index += byte === BACKSLASH ? 1 : 0
        isInString = byte !== QUOTE
      } else if (byte === QUOTE) {
        isInString = true
      } else if (byte === OPENING_BRACE || byte === OPENING_BRACKET) {
        depth += 1
      } else if (depth > 0) {
        depth -= byte === CLOSING_BRACE || byte === CLOSING_BRACKET ? 1 : 0
      } else if (byte === COMMA || byte === CLOSING_BRACKET) {
        break
      }
    }
    this.depth = depth
    this.isInString = isInString
    this.skip = Math.max(0, index - chunk.length)
    this.isOpen = chunk[index] !== CLOSING_BRACKET
    return index < chunk.length ? index : -1
  }
}

/** The start of a piece that goes on in the next chunk. When it grows too long, only its size is kept. */
class Held {
  private size = 0
  private bytes = NOTHING

  add(more: Buffer): void {
    const size = this.size + more.length
    if (size > MAX_EVENT) {
      this.bytes = NOTHING
    } else if (size > this.bytes.length) {
      const room = Buffer.allocUnsafe(Math.max(size, 2 * this.bytes.length))
      this.bytes.copy(room, 0, 0, this.size)
      this.bytes = room
    }
    more.copy(this.bytes, this.size)
    this.size = size
  }

  /** The whole piece, with its last part. Nothing is held after that. */
  take(last: Buffer): { size: number; bytes?: Buffer } {
    if (this.size > 0) {
      this.add(last)
    }
    const size = this.size || last.length
    const bytes = this.size > 0 ? this.bytes.subarray(0, size) : last
    this.size = 0
    this.bytes = NOTHING
    return { size, bytes: size > MAX_EVENT ? undefined : bytes }
  }
}

function trim(bytes: Buffer): Buffer {
  const start = startOf(bytes)
  let end = bytes.length
  while (end > start && isSpace(bytes[end - 1])) {
    end -= 1
  }
  return bytes.subarray(start, end)
}

/** Where white space ends. A byte order mark opens many files from Windows, which may have been joined. */
function startOf(bytes: Buffer): number {
  const isMarked = bytes[0] === BYTE_ORDER_MARK[0] && bytes.subarray(0, 3).equals(BYTE_ORDER_MARK)
  let index = isMarked ? BYTE_ORDER_MARK.length : 0
  while (isSpace(bytes[index])) {
    index += 1
  }
  return index
}

function isSpace(byte: number | undefined): boolean {
  return byte === SPACE || byte === NEWLINE || byte === RETURN || byte === TAB
}
