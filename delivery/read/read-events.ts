import { isUtf8 } from 'buffer'
import { isNativeError } from 'util/types'
import { parseJson } from '../../common/parse-json'
import { ContentDigest, ValueEnd } from './content-digest'
import { DamageError, FormatError } from './file-form'
import type { InputFile } from './find-files'
import { decode, readFile } from './read-bytes'
import type { EventReport, Position, Problem, Source } from '../report'
import type { Piece, PieceUnit } from './piece'
import { Resume } from './resume'
import { Splitter } from './split-json'
import { isEvent, toEvents } from './to-events'
import type { ReadEvent } from './to-events'
import type { SegmentEvent } from '@segment/actions-core'

/**
 * A value or a message with an event, or with the problem why it is not delivered. `size`: bytes of its text.
 * `ordinal`: which one it is, from 1, of several events of one value, all of which have the same `source` object.
 * `skipped`: it is left out of the delivery. `mappings`: it goes through the mappings with these names only.
 */
export type ReadItem = ItemPlace & (ReadEvent | NoEvent)

type ItemPlace = Pick<EventReport, 'source' | 'size' | 'ordinal' | 'window' | 'skipped'> & {
  end?: ValueEnd
  mappings?: readonly string[]
}

interface NoEvent {
  problem: Problem
  /** What is there instead: text, or base64 when `encoding` says so. None when there are no bytes. */
  raw?: string
  encoding?: 'base64'
  /** True when `raw` is only the beginning. */
  isTruncated?: boolean
  /** The event, when it is one, and may not be delivered for another reason */
  event?: SegmentEvent
}

/** What is read: a piece of a file, or a message of a stream. */
type Unit = PieceUnit | 'message'

/** How a file is read. */
export interface ReadOptions {
  /** What has this place or an earlier one is passed over: it was delivered before, and must be the same. */
  after?: Position
  /** Called when the file has been read to its end, with a digest of its content. Without it, items have no `end`. */
  onEnd?: (digest: string) => void
  /** Opens what is read, in the place of the file or of standard input. */
  open?: (path: string) => AsyncIterable<Buffer>
  /** Is told how many bytes have just been read, before decompression. */
  onBytes?: (count: number) => void
}

/**
 * Reads a file of events: JSON values, one behind the other, on one line each or not, and in arrays or not; see
 * {@link Splitter}. It may be compressed, or UTF-16: its first bytes decide, not its name; see {@link decode}. Events
 * come in lists, one for each chunk of the file, because that is much faster. Memory does not grow with the file.
 * A file that can't be read to its end, or has a form that is not read, has a last item that says so.
 *
 * @throws InputError when the file can't be opened.
 */
export async function* readEvents(
  { name, path, columns }: Pick<InputFile, 'name' | 'path' | 'columns'>,
  { after, open = name === '-' ? () => process.stdin : readFile, onBytes, onEnd }: ReadOptions = {}
): AsyncGenerator<ReadItem[]> {
  const splitter = new Splitter()
  const digest = after ?? onEnd ? new ContentDigest() : undefined
  const resume = after && new Resume(name, after)
  let failure: Failure | undefined
  try {
    const file = { name, path: name === '-' ? undefined : path, columns }
    for await (const chunk of decode(counted(open(path), onBytes), file)) {
      if (digest) {
        digest.add(chunk)
        resume?.verify(digest)
      }
      splitter.push(chunk)
      yield* readPieces(splitter, name, resume, digest)
    }
  } catch (error) {
    failure = readFailure(error)
  }
  resume?.end()
  splitter.end(failure !== undefined)
  yield* readPieces(splitter, name, resume, digest)
  if (failure ?? splitter.isInArray) {
    // What was cut off is not an event, whatever it looks like: there may have been more of it.
    const problem = explain(failure ?? { reason: 'its array has no closing bracket', isBefore: false }, splitter.last)
    const { line, place, size, bytes } = splitter.rest()
    const text = size > 0 ? { ...showBytes(bytes), isTruncated: true } : {}
    yield [{ source: { kind: 'file', file: name, line, place }, size, problem, ...text }]
  }
  if (digest) {
    onEnd?.(digest.value)
  }
}

/** The list of what has come in, unless it is empty. */
function* readPieces(
  splitter: Splitter,
  file: string,
  resume: Resume | undefined,
  digest: ContentDigest | undefined
): Generator<ReadItem[]> {
  const items: ReadItem[] = []
  for (let piece = splitter.next(); piece !== undefined; piece = splitter.next()) {
    const { line, place, size, unit } = piece
    const read = readPiece({ kind: 'file', file, line, place }, piece, unit)
    const isLineOfValues =
      'problem' in read && read.problem && NOT_ONE_VALUE.has(read.problem.code) && splitter.splitLine()
    if (!isLineOfValues && !resume?.isDelivered(piece)) {
      const part = digest?.findPart(place - 1 + size)
      const end = part && new ValueEnd(part, line, place, place - 1 + size)
      for (const item of Array.isArray(read) ? read : [read]) {
        item.end = end
        items.push(item)
      }
    }
  }
  if (items.length > 0) {
    yield items
  }
}

/** The problems of a line that may still have values. */
const NOT_ONE_VALUE: ReadonlySet<Problem['code']> = new Set(['not_json', 'not_utf8'])

async function* counted(chunks: AsyncIterable<Buffer>, onBytes?: (count: number) => void): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    onBytes?.(chunk.length)
    yield chunk
  }
}

/** Why a file can't be read on: damage, or its form. */
type Failure =
  | FormatError
  | {
      reason: string
      /** What was read before may not be what was packed: the check comes behind it. */
      isBefore: boolean
    }

/** Rethrows what is not the file's fault: only the errors of the system and of zlib have a code. */
function readFailure(error: unknown): Failure {
  if (error instanceof FormatError) {
    return error
  }
  if (isNativeError(error) && (error instanceof DamageError || 'code' in error)) {
    const code = 'code' in error ? error.code : undefined
    // A header stands before what it is the header of.
    const isBefore =
      (code === 'Z_DATA_ERROR' && error.message !== 'incorrect header check') || code === 'ZSTD_error_checksum_wrong'
    return { reason: error.message, isBefore }
  }
  throw error
}

function explain(failure: Failure, last: string | undefined): Problem {
  if (failure instanceof FormatError) {
    return { code: 'unsupported_format', message: failure.message }
  }
  const { reason, isBefore } = failure
  const [unread, rest] =
    last === undefined ? ['nothing in it', 'it'] : [`nothing after ${last}`, `what follows ${last}`]
  const message = isBefore
    ? `The file is damaged (${reason}): any event before this may be wrong. Get the file again and deliver all of it.`
    : `The file is cut off here, or damaged (${reason}): ${unread} could be read. Get the file again and deliver ${rest}.`
  return { code: 'damaged_file', message }
}

/** Reads the events of one piece of text, mostly one. */
export function readItems(source: Source, piece: Pick<Piece, 'size' | 'bytes'>, unit?: Unit): ReadItem[] {
  return [readPiece(source, { ...piece, isTruncated: false }, unit)].flat()
}

/** A list for each event would take longer. */
function readPiece(
  source: Source,
  { size, bytes, isTruncated }: Pick<Piece, 'size' | 'bytes' | 'isTruncated'>,
  unit: Unit = 'line'
): ReadItem | ReadItem[] {
  if (isTruncated) {
    const message = `This ${unit} is longer than 10 MiB, which no Segment event is; it was not read. Check that the file has events.`
    return { source, size, problem: { code: 'too_long', message }, ...showBytes(bytes), isTruncated }
  }
  if (!isUtf8(bytes)) {
    return { source, size, ...notUtf8(bytes, unit) }
  }
  const read = readText(bytes.toString(), unit)
  if (Array.isArray(read)) {
    return read.length === 1
      ? { ...read[0], source, size }
      : read.map((one, index) => ({ ...one, source, size: one.raw?.length ?? 0, ordinal: index + 1 }))
  }
  // A spread would take longer for each event.
  return 'problem' in read
    ? { source, size, ...read }
    : { source, size, event: read.event, raw: read.raw, rejected: read.rejected, notices: read.notices }
}

function notUtf8(bytes: Buffer, unit: Unit): NoEvent {
  const hint = unit === 'message' ? 'publish it as UTF-8' : 'save the file as UTF-8'
  return { problem: { code: 'not_utf8', message: `This ${unit} is not UTF-8 text; ${hint}.` }, ...showBytes(bytes) }
}

/** The bytes as text, or in base64 when they are not UTF-8. */
function showBytes(bytes: Buffer): Pick<NoEvent, 'raw' | 'encoding'> {
  return isUtf8(bytes) ? { raw: bytes.toString() } : { raw: bytes.toString('base64'), encoding: 'base64' }
}

function readText(raw: string, unit: Unit): ReadEvent | NoEvent | (ReadEvent | NoEvent)[] {
  const value = parseJson(raw)
  if (value === undefined) {
    // The parser's own message would quote the text.
    return { raw, problem: { code: 'not_json', message: `This ${unit} is not JSON.` } }
  }
  if (!isEvent(value) && isRejectedLine(value)) {
    return readRejectedLine(value, unit)
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

/** A rejected value that is not an event, as `formatRejected` writes it */
interface RejectedLine {
  _line: string
  encoding?: unknown
  truncated?: unknown
}

function isRejectedLine(value: unknown): value is RejectedLine {
  const isRejected = typeof value === 'object' && value !== null && '_rejected' in value && '_line' in value
  return isRejected && typeof value._line === 'string'
}

function readRejectedLine(
  { _line: line, encoding, truncated }: RejectedLine,
  unit: Unit
): ReadEvent | NoEvent | (ReadEvent | NoEvent)[] {
  // Somebody may have replaced the base64 by the text that it should have been.
  const isBase64 = encoding === 'base64' && /^[A-Za-z\d+/]*={0,2}$/.test(line)
  const bytes = Buffer.from(line, isBase64 ? 'base64' : 'utf8')
  const read = isUtf8(bytes) ? readText(bytes.toString(), unit) : notUtf8(bytes, unit)
  return 'problem' in read && truncated === true ? { ...read, isTruncated: true } : read
}
