import { findNextLine, findNextObject, isStart } from './find-restart'
import { HeldText } from './held-text'
import { KEPT_BYTES, MAX_EVENT_BYTES, namePiece } from './piece'
import type { Piece } from './piece'
import { ValueScanner } from './scan-value'
import {
  BYTE_ORDER_MARK,
  CLOSING_BRACKET,
  COMMA,
  countNewlines,
  endsLine,
  isSpace,
  markLength,
  NEWLINE,
  OPENING_BRACKET,
  skipSpace,
  startsValue,
  trimEnd
} from './text-marks'

/** Bytes without a newline after which values are found by their brackets. */
const LONG_LINE_BYTES = 1024 * 1024

/**
 * Splits a text into JSON values, one behind the other, whatever stands between them: white space, newlines, commas,
 * and the brackets of arrays that hold them.
 *
 * A line is first given as it is, because that is fast. When it is not JSON, `splitLine` makes the splitter find the
 * values in it, or over several lines, by their brackets. Damage ends where the next line starts a value.
 */
export class Splitter {
  private readonly held = new HeldText()
  private readonly scanner = new ValueScanner()
  /** The next byte to read, or the first byte of the value that is open. Like all places, one of the held bytes. */
  private from = 0
  /** No newline comes before this place. */
  private searchedTo = 0
  private line = 1
  private lineStart = 0
  /** Lines are given as they are. */
  private isByLine = true
  private isOpen = false
  /** Of the value that is open: where it starts, as a piece, and its first bytes, if they are held no more */
  private open = { line: 1, place: 1, column: 0, isLineStart: true }
  private head?: Buffer
  private hasEnded = false
  private isCut = false
  private elements = 0
  /** Where the last line was that was given, for splitLine */
  private lastLine?: { from: number; line: number }
  /** The last piece that was given, in words. Undefined before the first. */
  last?: string
  /** True in an array that has not ended */
  isInArray = false

  push(chunk: Buffer): void {
    this.held.drop(this.from)
    this.scanner.at -= this.from
    this.searchedTo = Math.max(0, this.searchedTo - this.from)
    this.lineStart -= this.from
    this.from = 0
    this.held.add(chunk)
  }

  /** Says that no more bytes come: they are all, or the file is cut off here. */
  end(isCut: boolean): void {
    this.hasEnded = true
    this.isCut = isCut
  }

  /** The next piece. Undefined until more bytes come, or at the end. */
  next(): Piece | undefined {
    for (;;) {
      const found = this.isOpen ? this.readValue() : this.isByLine ? this.readLine() : this.readStart()
      if (found !== 'again') {
        return found
      }
    }
  }

  /** Called when the last piece is not JSON. Returns true when it was a line as it is, whose values now follow. */
  splitLine(): boolean {
    if (!this.lastLine) {
      return false
    }
    this.from = this.lastLine.from
    this.line = this.lastLine.line
    this.lineStart = this.from
    this.lastLine = undefined
    this.isByLine = false
    return true
  }

  /** What was cut off by the end: a value, a line, or nothing. */
  rest(): Piece {
    const { bytes } = this.held
    if (!this.isOpen) {
      this.openValue(skipSpace(bytes, this.from, bytes.length))
    }
    return { ...this.closeValue(bytes.length), isTruncated: true }
  }

  private readLine(): Piece | 'again' | undefined {
    const { bytes, offset } = this.held
    const { from, line } = this
    const newline = bytes.indexOf(NEWLINE, Math.max(from, this.searchedTo))
    const end = newline === -1 ? bytes.length : newline
    this.searchedTo = end
    if (newline === -1 && (from === end || (!this.hasEnded && end - from <= LONG_LINE_BYTES))) {
      return undefined
    }
    const start = skipSpace(bytes, from, end)
    const isPart = newline === -1 && (this.isCut || !this.hasEnded)
    if (isPart || end - start > MAX_EVENT_BYTES || bytes[start] === OPENING_BRACKET) {
      this.isByLine = false
      return 'again'
    }
    this.from = newline === -1 ? end : end + 1
    this.line += newline === -1 ? 0 : 1
    this.lineStart = this.from
    if (start === end) {
      return 'again'
    }
    const text = bytes.subarray(start, trimEnd(bytes, start, end))
    this.lastLine = { from, line }
    this.last = `line ${line}`
    return { unit: 'line', line, place: offset + start + 1, size: text.length, bytes: text, isTruncated: false }
  }

  /** Passes over what stands between values. */
  private readStart(): 'again' | undefined {
    const { bytes } = this.held
    while (this.from < bytes.length && !this.isByLine) {
      const byte = bytes[this.from]
      if (byte === BYTE_ORDER_MARK[0] && bytes.length - this.from < 3 && !this.hasEnded) {
        return undefined
      }
      if (byte === NEWLINE) {
        this.line += 1
        this.lineStart = this.from + 1
        this.isByLine = !this.isInArray
      } else if (byte === OPENING_BRACKET && !this.isInArray) {
        this.isInArray = true
        this.elements = 0
      } else if (byte === CLOSING_BRACKET && this.isInArray) {
        this.isInArray = false
      } else if (!isSpace(byte) && byte !== COMMA && markLength(bytes, this.from) === 0) {
        this.openValue(this.from)
        return 'again'
      }
      this.from += markLength(bytes, this.from) || 1
    }
    return this.from < bytes.length || this.isByLine ? 'again' : undefined
  }

  private openValue(start: number): void {
    const { bytes, offset } = this.held
    const isLineStart = skipSpace(bytes, Math.max(0, this.lineStart), start) === start
    this.from = start
    this.isOpen = true
    this.open = { line: this.line, place: offset + start + 1, column: start - this.lineStart, isLineStart }
    this.head = undefined
    const isBracket = startsValue(bytes, start) || bytes[start] === OPENING_BRACKET
    this.scanner.start(start, isBracket ? 'value' : this.isInArray ? 'element' : 'line')
  }

  private readValue(): Piece | 'again' | undefined {
    const { scanner, from } = this
    const { bytes } = this.held
    const stop = scanner.scan(bytes)
    if (stop === 'more') {
      return this.readOn()
    }
    if (stop === 'end') {
      const isOver = scanner.isSound || scanner.newlines === 0
      return this.closeValue((isOver ? undefined : this.findLine(scanner.at)) ?? scanner.at)
    }
    // The lines before this one are complete, so that the same is found wherever the chunks end.
    const line = bytes.lastIndexOf(NEWLINE, Math.max(0, scanner.at - 2)) + 1
    const next = stop === 'violation' && line > from ? this.findLine(line) : undefined
    if (next !== undefined) {
      return this.closeValue(next)
    }
    if (bytes[scanner.at - 1] !== NEWLINE) {
      return 'again'
    }
    if (scanner.newlines === 1 && !this.isInArray) {
      // A line that is damaged by itself costs no other one.
      return this.closeValue(findNextObject(bytes, from, scanner.at) ?? scanner.at)
    }
    return line > from && isStart(bytes, line, scanner.at, this.open.column) ? this.closeValue(line) : 'again'
  }

  /** At the end of the bytes, the value that is open is continued in the next chunk, or damaged. */
  private readOn(): Piece | undefined {
    const { bytes } = this.held
    const { scanner, from, hasEnded } = this
    if (!hasEnded && bytes.length - from <= MAX_EVENT_BYTES) {
      return undefined
    }
    const next =
      this.findLine(bytes.length) ?? (scanner.isSound ? undefined : findNextObject(bytes, from, bytes.length))
    if (next !== undefined) {
      return this.closeValue(next)
    }
    if (hasEnded) {
      return this.isCut || this.isInArray ? undefined : this.closeValue(bytes.length)
    }
    this.head ??= Buffer.from(bytes.subarray(from, from + KEPT_BYTES))
    this.passOver(bytes.length)
    return undefined
  }

  private findLine(end: number): number | undefined {
    return findNextLine(this.held.bytes, this.from, end, this.open.column)
  }

  /** The piece from the start of the open value to this place, from which reading continues. */
  private closeValue(end: number): Piece {
    const { bytes, offset } = this.held
    const { from, head } = this
    const { line, place, isLineStart } = this.open
    const stop = trimEnd(bytes, from, end)
    const size = offset + stop - (place - 1)
    const isTruncated = size > MAX_EVENT_BYTES
    const text = head ?? bytes.subarray(from, isTruncated ? from + KEPT_BYTES : stop)
    this.isOpen = false
    this.passOver(end)
    this.searchedTo = 0
    this.isByLine = !this.isInArray && this.lineStart === end
    this.lastLine = undefined
    const isWholeLine =
      isLineStart && line === this.line - (this.isByLine ? 1 : 0) && (this.isByLine || endsLine(bytes, end))
    const unit = this.isInArray ? 'element' : isWholeLine ? 'line' : 'value'
    this.elements += 1
    this.last = namePiece(unit, line, this.elements)
    return { unit, line, place, size, bytes: text, isTruncated }
  }

  /** Counts the lines up to this place, from which reading continues. */
  private passOver(end: number): void {
    const { bytes } = this.held
    const newlines = countNewlines(bytes, this.from, end)
    if (newlines > 0) {
      this.line += newlines
      this.lineStart = bytes.lastIndexOf(NEWLINE, end - 1) + 1
    }
    this.from = end
  }
}
