import { Transform } from 'stream'
import { isNativeError } from 'util/types'
import * as zlib from 'zlib'

/** Compressed bytes that are decompressed at once. A thousand times as many may come out; damage costs them all. */
const SLICE_BYTES = 4 * 1024
/** Bytes that are allocated at once for what comes out. */
const OUTPUT_BYTES = 64 * 1024

/** Bytes that start no frame of zstd */
const NO_FRAME = Buffer.alloc(16, 0xff)

/** A compressed form that is read. */
type CompressedForm = 'gzip' | 'zstd'

/** Decompresses bytes. All that comes before an error is yielded before it is thrown, but for one slice at most. */
export async function* decompress(chunks: AsyncIterable<Buffer>, form: CompressedForm): AsyncGenerator<Buffer> {
  let decompressor = new Decompressor(form)
  try {
    for await (const chunk of chunks) {
      for (let start = 0; start < chunk.length; start += SLICE_BYTES) {
        let slice = chunk.subarray(start, start + SLICE_BYTES)
        yield* decompressor.write(slice)
        // Node reads all parts of gzip that follow each other, but only one frame of zstd.
        for (let { unread } = decompressor; form === 'zstd' && unread > 0; { unread } = decompressor) {
          slice = slice.subarray(slice.length - unread)
          decompressor.close()
          decompressor = new Decompressor(form)
          yield* decompressor.write(slice)
        }
        if (slice.subarray(slice.length - decompressor.unread).some((byte) => byte !== 0)) {
          throw Object.assign(new Error('other bytes follow the compressed ones'), { code: 'OTHER_BYTES' })
        }
      }
    }
    if (form === 'zstd') {
      await decompressor.endZstd()
    } else {
      yield* decompressor.end()
    }
  } finally {
    decompressor.close()
  }
}

/** The streams of both forms say how many bytes they have read. */
function createStream(form: CompressedForm): Transform & { bytesWritten: number } {
  const options = { chunkSize: OUTPUT_BYTES }
  if (form === 'gzip') {
    return zlib.createGunzip(options)
  }
  // Not in every version of Node, nor in the types of the oldest one that is supported
  const create: unknown = 'createZstdDecompress' in zlib ? zlib.createZstdDecompress : undefined
  const stream: unknown = typeof create === 'function' ? Reflect.apply(create, undefined, [options]) : undefined
  if (stream instanceof Transform && countsBytes(stream)) {
    return stream
  }
  throw new Error('This version of Node does not read zstd.')
}

function countsBytes(stream: Transform): stream is Transform & { bytesWritten: number } {
  return 'bytesWritten' in stream && typeof stream.bytesWritten === 'number'
}

/** Decompresses step by step. Node's stream alone drops what nobody has taken yet when it meets damage. */
class Decompressor {
  /** Bytes of the last write that come after the end of the compressed ones */
  unread = 0
  private readonly stream: ReturnType<typeof createStream>
  private readonly output: Buffer[] = []
  private given = 0
  private isOver = false
  private error?: Error
  /** Node calls back neither for a step that fails nor for one after the end. */
  private stepDone = () => {}

  constructor(form: CompressedForm) {
    this.stream = createStream(form)
    this.stream.on('data', (bytes: Buffer) => this.output.push(bytes))
    this.stream.on('end', () => {
      this.isOver = true
      this.stepDone()
    })
    this.stream.on('error', (error) => {
      this.error = error
      this.stepDone()
    })
  }

  async *write(slice: Buffer): AsyncGenerator<Buffer> {
    yield* this.step(() => this.stream.write(slice, () => this.stepDone()))
    this.given += slice.length
    // After the end, gzip's stream takes a zero for padding, and so whatever follows it.
    this.unread = Math.min(slice.length, this.given - this.stream.bytesWritten)
  }

  async *end(): AsyncGenerator<Buffer> {
    yield* this.step(() => this.stream.end())
  }

  /**
   * Node reports no error when zstd is cut off. Other bytes are refused as the start of another frame only when the one
   * before is complete: otherwise they are taken for its content.
   */
  async endZstd(): Promise<void> {
    if (!this.isOver && this.given > 0) {
      await new Promise<void>((resolve) => {
        this.stepDone = resolve
        this.stream.write(NO_FRAME, () => this.stepDone())
      })
      if (!isNativeError(this.error) || !('code' in this.error) || this.error.code !== 'ZSTD_error_prefix_unknown') {
        throw Object.assign(new Error('unexpected end of file'), { code: 'Z_BUF_ERROR' })
      }
    }
  }

  close(): void {
    this.stream.destroy()
  }

  private async *step(start: () => void): AsyncGenerator<Buffer> {
    if (!this.isOver) {
      await new Promise<void>((resolve) => {
        this.stepDone = resolve
        start()
      })
    }
    yield* this.output.splice(0)
    if (this.error !== undefined) {
      throw this.error
    }
  }
}
