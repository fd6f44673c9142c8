const [TAB, NEWLINE, RETURN, SPACE] = Buffer.from('\t\n\r ')
const [QUOTE, BACKSLASH, COMMA, COLON] = Buffer.from('"\\,:')
const [OPENING_BRACKET, CLOSING_BRACKET, OPENING_BRACE, CLOSING_BRACE] = Buffer.from('[]{}')

/** Levels up to which the grammar is checked. Deeper values are found by their brackets alone. */
const MAX_CHECKED_DEPTH = 1000

/** What the grammar of JSON expects next */
enum Next {
  Value,
  ValueOrEnd,
  Key,
  KeyOrEnd,
  Colon,
  CommaOrEnd
}

/**
 * Where a scan stopped: at the value's end, at the end of the bytes, at the first byte that is not JSON, or behind a
 * line of a value that is not JSON.
 */
type Stop = 'end' | 'more' | 'violation' | 'newline'

/** A value in brackets or quotes; or else an element up to the comma or bracket of its array, or the rest of a line. */
type Kind = 'value' | 'element' | 'line'

/**
 * Finds the end of one JSON value, which may come in several chunks.
 *
 * Brackets and strings decide where it ends. The grammar is checked on the way, because a value that was cut off would
 * go on into the next ones: there, the grammar is violated. Numbers and words are not checked.
 */
export class ValueScanner {
  /** Where it is: behind the value's last byte at the end */
  at = 0
  /** False from the first violation of the grammar on. The brackets are still counted. */
  isSound = true
  /** Newlines inside the value so far */
  newlines = 0
  private depth = 0
  private readonly isObject: boolean[] = []
  private next = Next.Value
  private isInString = false
  private isEscaped = false
  private isInWord = false
  private kind: Kind = 'value'

  /** Starts with the value at this place. */
  start(at: number, kind: Kind): void {
    this.at = at
    this.isSound = kind === 'value'
    this.newlines = 0
    this.depth = 0
    this.isObject.length = 0
    this.next = Next.Value
    this.isInString = false
    this.isEscaped = false
    this.isInWord = false
    this.kind = kind
  }

  /** Continues from `at`. */
  scan(text: Buffer): Stop {
    if (this.kind === 'line') {
      // It ends at the next newline, whatever comes before that.
      const newline = text.indexOf(NEWLINE, this.at)
      this.at = newline === -1 ? text.length : newline
    }
    while (this.at < text.length) {
      const byte = text[this.at]
      if (this.kind === 'element' && this.isOutside && (byte === COMMA || byte === CLOSING_BRACKET)) {
        return 'end'
      }
      this.at += 1
      const wasSound = this.isSound
      if (byte === NEWLINE) {
        this.newlines += 1
        this.endLine()
      } else if (this.isInString) {
        this.readInString(text, byte)
        if (this.isOutside && this.kind === 'value') {
          return 'end'
        }
      } else if (this.readOutside(byte)) {
        return 'end'
      }
      if (!this.isSound && (wasSound || byte === NEWLINE)) {
        return wasSound ? 'violation' : 'newline'
      }
    }
    return 'more'
  }

  /** Neither in a bracket nor in a string */
  private get isOutside(): boolean {
    return this.depth === 0 && !this.isInString
  }

  /** No string goes on in the next line. */
  private endLine(): void {
    this.isSound &&= !this.isInString
    this.isInString = false
    this.isEscaped = false
    this.isInWord = false
  }

  /** Reads up to the next byte that matters. */
  private readInString(text: Buffer, byte: number): void {
    if (this.isEscaped) {
      this.isEscaped = false
    } else if (byte === BACKSLASH) {
      this.isEscaped = true
    } else if (byte === QUOTE) {
      this.isInString = false
    } else {
      let index = this.at
      while (index < text.length && text[index] !== QUOTE && text[index] !== BACKSLASH && text[index] !== NEWLINE) {
        index += 1
      }
      this.at = index
    }
  }

  /** Returns true at the value's end. */
  private readOutside(byte: number): boolean {
    if (byte === SPACE || byte === TAB || byte === RETURN) {
      this.isInWord = false
      return false
    }
    const isWord = this.isInWord
    this.isInWord = false
    switch (byte) {
      case QUOTE:
        this.isInString = true
        this.expect(this.next <= Next.KeyOrEnd, this.next >= Next.Key ? Next.Colon : Next.CommaOrEnd)
        return false
      case OPENING_BRACE:
      case OPENING_BRACKET:
        this.open(byte === OPENING_BRACE)
        return false
      case CLOSING_BRACE:
      case CLOSING_BRACKET:
        return this.close(byte === CLOSING_BRACE)
      case COMMA:
        this.expect(this.next === Next.CommaOrEnd, this.isObject[this.depth - 1] ? Next.Key : Next.Value)
        return false
      case COLON:
        this.expect(this.next === Next.Colon, Next.Value)
        return false
      default:
        this.isInWord = true
        this.expect(isWord || this.next <= Next.ValueOrEnd, Next.CommaOrEnd)
        return false
    }
  }

  private expect(isExpected: boolean, next: Next): void {
    this.isSound &&= isExpected
    this.next = next
  }

  private open(isObject: boolean): void {
    this.expect(
      this.next <= Next.ValueOrEnd && this.depth < MAX_CHECKED_DEPTH,
      isObject ? Next.KeyOrEnd : Next.ValueOrEnd
    )
    this.depth += 1
    if (this.isSound) {
      this.isObject[this.depth - 1] = isObject
    }
  }

  private close(isObject: boolean): boolean {
    const mayEnd = this.next === Next.CommaOrEnd || this.next === (isObject ? Next.KeyOrEnd : Next.ValueOrEnd)
    this.expect(mayEnd && this.isObject[this.depth - 1] === isObject, Next.CommaOrEnd)
    this.depth = Math.max(0, this.depth - 1)
    return this.depth === 0 && this.kind === 'value'
  }
}
