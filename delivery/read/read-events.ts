import { isUtf8 } from 'buffer'
import { isNativeError } from 'util/types'
import { errorMessage } from '../../common/error-message'
import { ContentDigest, LineEnd } from './content-digest'
import type { ContentPart } from './content-digest'
import { InputError } from './find-files'
import type { InputFile } from './find-files'
import { decompress, readFile, withHead } from './read-bytes'
import type { Position, Problem, Source } from '../report'
import { Splitter } from './split-json'
import type { Piece } from './split-json'
import { isEvent, toEvents } from './to-events'
import type { ReadEvent } from './to-events'

/**
 * A line or a message with an event, or the problem that it is not an event. `size`: bytes of its text. `position`:
 * which one it is, from 1, of several events of that line or message, all of which have the same `source` object.
 */
export type ReadItem = { source: Source; size: number; position?: number; end?: LineEnd } & (ReadEvent | NoEvent)

interface NoEvent {
  problem: Problem
  /** What is there instead, when it can be shown */
  raw?: string
}

/** What is read: a line, an element of an array, what follows an array, or a message of a stream. */
type Unit = 'line' | 'element' | 'text' | 'message'

/** How a file is read. */
export interface ReadOptions {
  /** Lines or elements up to this one are passed over: they were delivered before. What is there must be the same. */
  after?: Position
  /** Called when the file has been read to its end, with a digest of its content. Without it, there are no digests. */
  onEnd?: (digest: string) => void
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
  { after, open = name === '-' ? () => process.stdin : readFile, onBytes, onEnd }: ReadOptions = {}
): AsyncGenerator<ReadItem[]> {
  const splitter = new Splitter(after?.line ?? 0)
  const digest = after !== undefined || onEnd !== undefined ? new ContentDigest() : undefined
  let isVerified = after === undefined || after.line === 0
  const verify = (part: ContentPart | undefined) => {
    if (!isVerified && splitter.afterEnd !== undefined) {
      if (part?.digestAt(splitter.afterEnd) !== after?.digest) {
        throw changedError(name, after)
      }
      isVerified = true
    }
  }
  let damage: Damage | undefined
  try {
    for await (const chunk of withHead(decompress(counted(open(path), onBytes)))) {
      const part = digest?.add(chunk)
      const pieces = splitter.push(chunk)
      verify(part)
      if (pieces.length > 0) {
        yield pieces.flatMap((piece) => readLine(piece, name, part, splitter.noun))
      }
    }
    const rest = splitter.end()
    const part = digest?.add(Buffer.alloc(0))
    verify(part)
    if (!isVerified) {
      throw changedError(name, after)
    }
    if (rest !== undefined) {
      yield [rest].flatMap((piece) => readLine(piece, name, part, splitter.noun === 'element' ? 'text' : 'line'))
    }
    damage = splitter.isOpen ? { reason: 'its array has no closing bracket', isBefore: false } : undefined
  } catch (error) {
    damage = damageIn(error)
  }
  if (damage !== undefined) {
    // The line that was cut off is not an event, whatever it looks like: there may have been more of it.
    const problem: Problem = { code: 'damaged_file', message: explain(damage, splitter) }
    yield [{ source: { kind: 'file', file: name, line: splitter.place + 1 }, size: 0, problem }]
  }
  if (digest) {
    onEnd?.(digest.value)
  }
}

function changedError(name: string, after: Position | undefined): InputError {
  return new InputError(
    `${name} is not the file of which ${after?.line ?? 0} lines were delivered: they are different now. ` +
      'Get the old file again, or use --again to deliver all of this one.'
  )
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

function readLine(piece: Piece, file: string, part?: ContentPart, unit: Unit = 'line'): ReadItem | ReadItem[] {
  const read = readPiece({ kind: 'file', file, line: piece.line }, piece, unit)
  if (part) {
    const end = new LineEnd(part, piece.line, piece.end)
    for (const item of Array.isArray(read) ? read : [read]) {
      item.end = end
    }
  }
  return read
}

/** Reads the events of one piece of text, mostly one. Its bytes are undefined when there are too many of them. */
export function readItems(source: Source, piece: Pick<Piece, 'size' | 'bytes'>, unit?: Unit): ReadItem[] {
  return [readPiece(source, piece, unit)].flat()
}

/** A list for each event would take longer. */
function readPiece(
  source: Source,
  { size, bytes }: Pick<Piece, 'size' | 'bytes'>,
  unit: Unit = 'line'
): ReadItem | ReadItem[] {
  if (bytes === undefined) {
    const message = `This ${unit} is longer than 10 MiB, which no Segment event is; it was not read. Check that the file has events.`
    return { source, size, problem: { code: 'too_long', message } }
  }
  if (!isUtf8(bytes)) {
    const hint = unit === 'message' ? 'publish it as UTF-8' : 'save the file as UTF-8'
    return { source, size, problem: { code: 'not_utf8', message: `This ${unit} is not UTF-8 text; ${hint}.` } }
  }
  const raw = bytes.toString()
  if (unit === 'text') {
    const message = 'This text follows the end of the array, and was not read; put all events in one array.'
    return { source, size, raw, problem: { code: 'after_array', message } }
  }
  const read = readText(raw, unit)
  if (Array.isArray(read)) {
    return read.length === 1
      ? { ...read[0], source, size }
      : read.map((one, index) => ({ ...one, source, size: one.raw?.length ?? 0, position: index + 1 }))
  }
  // A spread would take longer for each event.
  return 'event' in read
    ? { source, size, event: read.event, raw: read.raw, rejected: read.rejected, notices: read.notices }
    : { source, size, problem: read.problem, raw: read.raw }
}

function readText(raw: string, unit: Unit): ReadEvent | NoEvent | (ReadEvent | NoEvent)[] {
  let value: unknown
  try {
    value = JSON.parse(raw)
  } catch (error) {
    const hint = unit === 'line' ? '; write each event on one line' : ''
    return { raw, problem: { code: 'not_json', message: `This ${unit} is not JSON${hint}. ${errorMessage(error)}` } }
  }
  const line = isEvent(value) ? undefined : findRejectedLine(value)
  if (line !== undefined) {
    return readText(line, unit)
  }
  const found = toEvents(value, raw)
  const describe = (one: ReadEvent | { event?: undefined; raw: string }): ReadEvent | NoEvent =>
    one.event
      ? one
      : {
          raw: one.raw,
          problem: { code: 'not_an_event', message: `This ${unit} is not a Segment event: an object with a "type".` }
        }
  return Array.isArray(found) ? found.map(describe) : describe(found)
}

/** A rejected line that is not an event is written as `{ "_line": "its text", "_rejected": … }`. */
function findRejectedLine(value: unknown): string | undefined {
  const isRejected = typeof value === 'object' && value !== null && '_rejected' in value && '_line' in value
  return isRejected && typeof value._line === 'string' ? value._line : undefined
}
