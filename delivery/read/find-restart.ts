import { parseJson } from '../../common/parse-json'
import { CLOSING_BRACE, COMMA, isSpace, NEWLINE, OPENING_BRACE, skipSpace, startsValue } from './text-marks'

/**
 * Where reading continues after a value that is damaged: at the next line that starts a value. Undefined when there is
 * none up to the end.
 * @param column Bytes before the value in its line: what is indented deeper is a part of it, unless it is an event
 */
export function findNextLine(bytes: Buffer, start: number, end: number, column: number): number | undefined {
  for (let line = bytes.indexOf(NEWLINE, start) + 1; line > 0 && line < end; line = bytes.indexOf(NEWLINE, line) + 1) {
    if (isStart(bytes, line, end, column)) {
      return line
    }
  }
  return undefined
}

/** True when the line at this place starts a value. */
export function isStart(bytes: Buffer, line: number, end: number, column: number): boolean {
  const first = skipInLine(bytes, line)
  return first < end && startsValue(bytes, first) && (first - line <= column || isEventLine(bytes, first))
}

/** Where the next value starts in the line of one that is damaged: at the first brace that follows a closing one. */
export function findNextObject(bytes: Buffer, start: number, end: number): number | undefined {
  for (let close = bytes.indexOf(CLOSING_BRACE, start); close !== -1; close = bytes.indexOf(CLOSING_BRACE, close + 1)) {
    let next = close + 1
    while (next < end && (isSpace(bytes[next]) || bytes[next] === COMMA)) {
      next += 1
    }
    if (next >= end) {
      return undefined
    }
    if (bytes[next] === OPENING_BRACE) {
      return next
    }
  }
  return undefined
}

function skipInLine(bytes: Buffer, line: number): number {
  const newline = bytes.indexOf(NEWLINE, line)
  return skipSpace(bytes, line, newline === -1 ? bytes.length : newline)
}

function isEventLine(bytes: Buffer, first: number): boolean {
  const newline = bytes.indexOf(NEWLINE, first)
  const value = newline === -1 ? undefined : parseJson(bytes.toString('utf8', first, newline))
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
}
