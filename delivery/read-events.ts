import type { SegmentEvent } from '@segment/actions-core'
import { isUtf8 } from 'buffer'
import { isNativeError } from 'util/types'
import { errorMessage } from '../common/error-message'
import type { InputFile } from './find-files'
import { decompress, readFile, withHead } from './read-bytes'
import { Splitter } from './split-json'
import type { Piece } from './split-json'

/** Where an event stands: the file as it was named (`-` for standard input), and its line, or its place in an array. */
export interface Place {
  file: string
  /** From 1. Empty lines count. */
  line: number
}

/** An event, and its text: JSON that gives the same event. */
export interface EventLine {
  event: SegmentEvent
  text: string
  /** The `_rejected` that it came with: what was said of it when it was refused before. */
  rejected?: unknown
}

/**
 * A line with an event, or why there is none.
 * `size`: bytes of its text. `text`: what stands there, when it can be shown.
 */
export type Line = Place & { size: number } & (EventLine | NoEvent)

interface NoEvent {
  problem: string
  text?: string
}

/** How a file is read. */
export interface ReadOptions {
  /** So many lines or elements are passed over: an earlier run has dealt with them. */
  after?: number
  /** Opens what is read, in the place of the file or of standard input. */
  open?: (path: string) => AsyncIterable<Buffer>
  /** Is told how many bytes have just been read, before decompression. */
  onBytes?: (count: number) => void
}

/**
 * Reads a file of events: newline-delimited JSON, or a JSON array, each also as gzip. What is in the file decides, not
 * its name; see {@link Splitter}. Lines come in lists, one for each chunk of the file, because that is much faster.
 * Memory does not grow with the file. A file that can't be read to its end has a last line that says so.
 *
 * @throws InputError when the file can't be opened.
 */
export async function* readEvents(
  { name, path }: Pick<InputFile, 'name' | 'path'>,
  { after = 0, open = name === '-' ? () => process.stdin : readFile, onBytes }: ReadOptions = {}
): AsyncGenerator<Line[]> {
  const splitter = new Splitter(after)
  let damage: Damage | undefined
  try {
    for await (const chunk of withHead(decompress(counted(open(path), onBytes)))) {
      const pieces = splitter.push(chunk)
      if (pieces.length > 0) {
        yield pieces.map((piece) => readPiece(piece, name, splitter.noun))
      }
    }
    const rest = splitter.end()
    if (rest !== undefined) {
      yield [readPiece(rest, name, splitter.noun === 'element' ? 'text' : 'line')]
    }
    damage = splitter.isOpen ? { reason: 'its array has no closing bracket', isBefore: false } : undefined
  } catch (error) {
    damage = damageIn(error)
  }
  if (damage !== undefined) {
    // The line that was cut off is no event, whatever it looks like: it may have gone on.
    yield [{ file: name, line: splitter.place + 1, size: 0, problem: explain(damage, splitter) }]
  }
}

async function* counted(chunks: AsyncIterable<Buffer>, onBytes?: (count: number) => void): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    onBytes?.(chunk.length)
    yield chunk
  }
}

/** Why a file can't be read on. */
interface Damage {
  reason: string
  /** What was read before may not be what was packed: the check comes behind it. */
  isBefore: boolean
}

/** Rethrows what is not the file's fault: only the errors of the system and of zlib have a code. */
function damageIn(error: unknown): Damage {
  if (isNativeError(error) && 'code' in error) {
    // A header stands before what it is the header of.
    const isBefore = error.code === 'Z_DATA_ERROR' && error.message !== 'incorrect header check'
    return { reason: error.message, isBefore }
  }
  throw error
}

function explain({ reason, isBefore }: Damage, { place, noun = 'line' }: Splitter): string {
  if (isBefore) {
    return `The file is damaged (${reason}): any ${noun} before this may be wrong. Get the file again and deliver all of it.`
  }
  const [unread, rest] =
    place === 0 ? ['nothing in it', 'it'] : [`nothing after ${noun} ${place}`, `what follows ${noun} ${place}`]
  return `The file is cut off here, or damaged (${reason}): ${unread} could be read. Get the file again and deliver ${rest}.`
}

/** `noun`: what the piece is. A text is what follows an array; a message comes from a stream. */
export function readPiece(
  { line, size, bytes }: Piece,
  file: string,
  noun: 'line' | 'element' | 'text' | 'message' = 'line'
): Line {
  if (bytes === undefined) {
    return {
      file,
      line,
      size,
      problem: `This ${noun} is longer than 10 MiB, which no Segment event is; it was not read. Check that the file is one of events.`
    }
  }
  if (!isUtf8(bytes)) {
    const hint = noun === 'message' ? 'publish it as UTF-8' : 'save the file as UTF-8'
    return { file, line, size, problem: `This ${noun} is not UTF-8 text; ${hint}.` }
  }
  const text = bytes.toString()
  if (noun === 'text') {
    const problem = 'This text follows the end of the array, and was not read; put all events in one array.'
    return { file, line, size, problem, text }
  }
  return { file, line, size, ...readEvent(text, noun) }
}

function readEvent(text: string, noun: string): EventLine | NoEvent {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    const reason = errorMessage(error)
    const hint = noun === 'line' ? '; write each event on one line' : ''
    return { problem: `This ${noun} is not JSON${hint}. ${reason}`, text }
  }
  if (isEvent(value)) {
    return '_rejected' in value ? withoutMark(value, text) : { event: value, text }
  }
  const raw = rejectedText(value)
  return raw === undefined
    ? { problem: `This ${noun} is not a Segment event: an object with a "type".`, text }
    : readEvent(raw, noun)
}

/** The framework takes it from here: everything but the type is optional and checked by the mapping. */
export function isEvent(value: unknown): value is SegmentEvent {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
}

/** Refused events are written with a `_rejected` that says why. They may be delivered again as they are. */
function withoutMark({ _rejected, ...event }: SegmentEvent & { _rejected?: unknown }, text: string): EventLine {
  try {
    return { event, text: JSON.stringify(event), rejected: _rejected }
  } catch {
    // Too deep to be written anew: the mark stays in the text, where the next one takes its place.
    return { event, text, rejected: _rejected }
  }
}

/** A refused line that held no event is written as `{ "_line": "its text", "_rejected": … }`. */
function rejectedText(value: unknown): string | undefined {
  const isRejected = typeof value === 'object' && value !== null && '_rejected' in value && '_line' in value
  return isRejected && typeof value._line === 'string' ? value._line : undefined
}
