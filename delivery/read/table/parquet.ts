import { promises as fs } from 'fs'
import { isNativeError } from 'util/types'
import * as zlib from 'zlib'
import { errorMessage } from '../../../common/error-message'
import { isMissingModule } from '../../../common/is-missing-module'
import { DamageError, FormatError } from '../file-form'
import { RowReader, tableOf } from './columns'
import type { TableColumns } from './columns'

/** Rows that are read at once. A row group may have a million. */
const ROWS = 2000

/**
 * The events in the rows of a Parquet file, as lines of JSON: the line of an event is the number of its row.
 *
 * @throws FormatError when the package for Parquet is not installed
 */
export async function* decodeParquet(path: string, name: string, columns?: TableColumns): AsyncGenerator<Buffer> {
  const { parquetMetadataAsync, parquetReadObjects } = await loadReader()
  const handle = await fs.open(path)
  try {
    const { size } = await handle.stat()
    const file = {
      byteLength: size,
      slice: async (start: number, end = size) => {
        const bytes = Buffer.alloc(end - start)
        await handle.read(bytes, 0, bytes.length, start)
        return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)
      }
    }
    const metadata = await parquetMetadataAsync(file).catch(failAsDamaged)
    // The columns of the rows; the first element of the schema is the file.
    const header = metadata.schema.slice(1).map((column) => column.name)
    const reader = new RowReader(header, tableOf(name), columns)
    const total = Number(metadata.num_rows)
    for (let rowStart = 0; rowStart < total; rowStart += ROWS) {
      const rowEnd = Math.min(total, rowStart + ROWS)
      const rows = await parquetReadObjects({ file, metadata, rowStart, rowEnd, compressors: COMPRESSORS }).catch(
        failAsDamaged
      )
      const lines = rows.map((row: Record<string, unknown>) => reader.toJson(header.map((column) => row[column])))
      yield Buffer.from(`${lines.join('\n')}\n`)
    }
  } finally {
    await handle.close()
  }
}

type Decompress = (bytes: Uint8Array) => Uint8Array

/** From Node 22.15 on */
const zstdDecompressSync: unknown = 'zstdDecompressSync' in zlib ? zlib.zstdDecompressSync : undefined

/** The compressions that Node has. The reader has Snappy and none itself. */
const COMPRESSORS: Record<string, Decompress> = {
  GZIP: (bytes) => zlib.gunzipSync(bytes),
  BROTLI: (bytes) => zlib.brotliDecompressSync(bytes),
  ...(typeof zstdDecompressSync === 'function'
    ? { ZSTD: (bytes) => Reflect.apply(zstdDecompressSync, undefined, [bytes]) as Uint8Array }
    : {})
}

async function loadReader() {
  try {
    // eslint-disable-next-line no-restricted-syntax -- it is an ES module, and not always installed
    return await import('hyparquet')
  } catch (error) {
    if (!isMissingModule(error)) {
      throw error
    }
    throw new FormatError('Parquet files need a package that is not installed. Run: npm install hyparquet@1')
  }
}

/** The reader's own errors say what is wrong with the file. Those of the file system have a code. */
function failAsDamaged(error: unknown): never {
  throw isNativeError(error) && 'code' in error ? error : new DamageError(errorMessage(error))
}
