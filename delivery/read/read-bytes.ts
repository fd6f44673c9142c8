import { promises as fs } from 'fs'
import { isNativeError } from 'util/types'
import { decompress } from './decompress'
import { FormatError, recognizeForm } from './file-form'
import type { FileForm } from './file-form'
import { attempt } from './find-files'
import type { TableColumns } from './table/columns'
import { decodeCsv } from './table/csv'
import { decodeParquet } from './table/parquet'
import { decodeUtf16 } from './utf16'

/** Bytes that are read from a file at once: fewer when it has fewer, since what was read is kept for a while. */
const CHUNK_BYTES = 256 * 1024
const MIN_CHUNK_BYTES = 2 * 1024
/** Compressed forms in each other that are read. */
const MAX_NESTED_FORMS = 4

/** What is known of a file besides its bytes. */
interface DecodedFile {
  /** As it was named: for tables, it tells what their rows are */
  name: string
  /** What is opened. None for standard input, which cannot be read at any place. */
  path?: string
  /** @default the layout of Segment's warehouses */
  columns?: TableColumns
}

/**
 * The bytes of a file in chunks. A stream would lose what it has read ahead when an error follows; this loses nothing.
 *
 * @throws InputError when the file can't be opened, and an error of the file system when it can't be read on.
 */
export async function* readFile(path: string): AsyncGenerator<Buffer> {
  const file = await attempt(path, () => fs.open(path))
  try {
    let { size: left } = await file.stat()
    for (;;) {
      const length = Math.min(CHUNK_BYTES, Math.max(MIN_CHUNK_BYTES, left))
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(length), 0, length)
      if (bytesRead === 0) {
        return
      }
      // A file that has grown, or a pipe, has more than its size says.
      left = left > 0 ? left - bytesRead : CHUNK_BYTES
      yield buffer.subarray(0, bytesRead)
    }
  } finally {
    await file.close()
  }
}

/**
 * The text of a file in UTF-8, by the form that its first bytes show: gzip and zstd are decompressed, also in each
 * other, UTF-16 is converted, and the rows of CSV and Parquet become events. All that comes before an error is yielded
 * before it is thrown, but for the output of 4 KiB at most before damage in the compressed form itself.
 *
 * @throws FormatError when the form is one that is not read
 */
export async function* decode(
  chunks: AsyncIterable<Buffer>,
  file: DecodedFile = { name: '' },
  nested = 0
): AsyncGenerator<Buffer> {
  const source = chunks[Symbol.asyncIterator]()
  const { head, form, error } = await readHead(source)
  const whole = chain(head, source, error)
  if (form === 'utf16le' || form === 'utf16be') {
    yield* decodeUtf16(whole, form)
  } else if (form === 'text') {
    yield* whole
  } else if (form === 'csv') {
    yield* decodeCsv(whole, file.name, file.columns)
  } else if (form === 'parquet') {
    await whole.return(undefined)
    if (nested > 0 || file.path === undefined) {
      throw new FormatError(
        'Parquet is read from files only, and not from compressed ones: save it to a file of its own.'
      )
    }
    yield* decodeParquet(file.path, file.name, file.columns)
  } else if (nested < MAX_NESTED_FORMS) {
    yield* decode(decompress(whole, form), file, nested + 1)
  } else {
    throw new FormatError(
      `The file is compressed more than ${MAX_NESTED_FORMS} times: decompress it, and deliver the result.`
    )
  }
}

/** The first bytes, as many as are needed to know the form, and the error that comes after them. */
async function readHead(source: AsyncIterator<Buffer>): Promise<{ head: Buffer; form: FileForm; error?: Error }> {
  let head: Buffer = Buffer.alloc(0)
  try {
    for (;;) {
      const next = await source.next()
      const isAll = next.done === true
      head = next.done === true ? head : head.length === 0 ? next.value : Buffer.concat([head, next.value])
      const form = recognizeForm(head, isAll) ?? (isAll ? 'text' : undefined)
      if (form !== undefined) {
        return { head, form }
      }
    }
  } catch (error) {
    await source.return?.()
    if (error instanceof FormatError || !isNativeError(error)) {
      throw error
    }
    return { head, form: 'text', error }
  }
}

async function* chain(head: Buffer, source: AsyncIterator<Buffer>, error?: Error): AsyncGenerator<Buffer> {
  try {
    if (head.length > 0) {
      yield head
    }
    if (error !== undefined) {
      throw error
    }
    for (let next = await source.next(); next.done !== true; next = await source.next()) {
      yield next.value
    }
  } finally {
    await source.return?.()
  }
}
